"""The tables, a module each: names, keys, indexes, records, and how they are read and written.

Imports `contract` alone. Clients are passed in: a function's own, or one with an analyst's credentials.
"""
