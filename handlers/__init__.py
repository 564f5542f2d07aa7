"""What ships to AWS Lambda: one thin file per function, and what the functions share.

`auth` and `file_sla_error` are the entry points: each parses, calls and answers. `sign_in` and
`ingest` do their work, `web` is what both routes share. All names come from `contract`.
"""
