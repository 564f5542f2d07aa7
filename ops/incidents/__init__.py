"""Senders and their incidents, for owners of a stack: listed, and folded anew from the runs that are kept."""
