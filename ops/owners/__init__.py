"""Whom folders belong to, and how they are told: what the file says, and what became of the channels."""
