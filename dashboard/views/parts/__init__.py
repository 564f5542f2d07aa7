"""Pieces that the views are made of."""
