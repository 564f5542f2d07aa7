"""Whether a stack is configured as it should be, and well: a check a function, each of which only reads."""
