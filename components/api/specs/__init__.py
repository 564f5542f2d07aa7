"""What the API is made of, as data."""
