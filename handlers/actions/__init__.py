"""What people do about incidents and senders: from the body of a request to what is so afterwards.

`parsing` reads, `incident_changes` decides (pure), `incidents` and `senders` do it.
"""
