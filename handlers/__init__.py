"""What ships to AWS Lambda: a thin file a function, and what the functions share.

`web` is of all routes, `ingest` takes reports, `projection` keeps incidents by the rules of `incidents`.
"""
