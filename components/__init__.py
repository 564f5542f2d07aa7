"""The infrastructure: one ComponentResource a file, composed by `__main__.py`."""
