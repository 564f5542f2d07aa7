"""Notifying owners of what is stuck.

`situation` is the current state. `rules` and `plan` decide what is due for a recipient, without clock, table
or network. `document`, `wording` and `writing` put it into words. `mail`, `slack`, `teams`, `sns`,
`pagerduty` and `webhook` each render and send over one medium, by means of `delivery`. `sending` does all of
that for one recipient, `sweep` for every recipient.
"""
