"""Measures the service beside what people do today, and beside the least that any solution must do.

`python -m bench` runs it. Nothing here is asserted in tests: a measurement depends on its machine.
"""
