"""Telling owners: what is so is read, what is due is worked out, delivered, and recorded under a lease."""
