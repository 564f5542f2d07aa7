"""What ships to AWS Lambda: one thin file per function, and what the functions share.

`auth` and `file_sla_error` answer the API's routes: each parses, calls and answers. `sign_in` and
`ingest` do their work, `web` is what both share. `incident_projection` takes runs from their stream,
and the sweep: `projection` does its work, by the rules in `incidents`. `runs` is a run as it is stored,
written by ingest and read by the projection. All names come from `contract`.
"""
