"""Keys, indexes and expiry of each table, as data."""
