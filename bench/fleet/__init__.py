"""A simulated fleet whose truth is known, and what the rules of incidents say of it."""
