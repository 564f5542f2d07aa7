"""What `python -m local` does, a command at a time."""
