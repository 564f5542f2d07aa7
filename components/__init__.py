"""The infrastructure, by concern: `__main__.py` composes it.

A component is a ComponentResource with its type token, its children under it, and its outputs as attributes.
One that needs more than two things gets them as frozen Args. `settings`, `checks` and `webhooks` read the
stack's configuration; tables are made from the specifications in `store`.
"""
