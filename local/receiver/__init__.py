"""Receives what a local stack sends to the owners of folders, and lists it."""
