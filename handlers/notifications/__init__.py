"""Notifying owners of what is stuck.

`situation` reads the current state. `rules` decides which notices are due for a recipient, and `plan` which
notifications they make up, without clock, table or network. `document`, `wording` and `writing` put these
into words. `mail`, `slack`, `teams`, `sns`, `pagerduty` and `webhook` each render and send over one medium,
by means of `delivery`. `sending` does all of that for every recipient.
"""
