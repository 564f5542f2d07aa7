"""The users of a stack: who may report, and who may look."""
