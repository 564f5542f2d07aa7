"""The rules of incidents: what a sender's runs, people and time make of its folders. No AWS, clock or I/O.

`projection` is the way in. `sender_state` in `sender` decides whether a server is late or silent.
"""
