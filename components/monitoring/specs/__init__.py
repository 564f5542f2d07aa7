"""What is watched, as data."""
