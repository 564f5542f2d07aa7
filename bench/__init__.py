"""Measures the service beside what people do today, and beside the least that any solution must do.

`python -m bench` runs it. Nothing here is asserted in tests: a measurement depends on its machine.

- `ingest`, `cold_start`, `projection`, `analysts`: the groups of figures.
- `service` and `workload`: the running stack that is measured, and what it is given to do.
- `rivals`: what ours is measured beside: the naive handler, and the bare calls.
- `figures`: how rounds become a figure, and what of them is published.
"""
