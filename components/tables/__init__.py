"""The tables, and what is in each of them."""
