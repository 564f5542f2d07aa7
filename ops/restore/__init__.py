"""What a table held at a moment, put back into the live table, while the service goes on."""
