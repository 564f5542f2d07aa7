"""Makes the pages that say what the code says, and says where one has fallen behind.

`python -m docs.generate` writes them, `python -m docs.generate --check` only compares.
"""
