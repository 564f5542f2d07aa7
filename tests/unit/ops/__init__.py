"""Tests of what owners do to a stack."""
