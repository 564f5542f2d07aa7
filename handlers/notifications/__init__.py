"""Notifying owners of what is stuck.

`situation` reads the current state. `rules`, `notices` and `plan` decide what is due for a recipient, without
clock, table or network. `document`, `wording` and `writing` put it into words. `mail`, `slack`, `teams` and
`sns` each render and send over one medium, by means of `delivery`. `sending` does all of that for one
recipient, `sweep` for every recipient.
"""
