"""Incidents: what a sender's runs, time and people make of its folders. Pure: no AWS, no clock, no I/O.

`projection` is the way in; the other modules hold one rule each.
"""
