"""The rules of incidents: what a sender's runs, people and time make of its folders. No AWS, clock or I/O.

`projection` is the way in; the other modules hold its rules.
"""
