"""Whom folders belong to, and how owners are told: what `owners.yaml` says."""
