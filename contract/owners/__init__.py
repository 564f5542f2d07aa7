"""Whom folders belong to, and how to notify them: what `owners.yaml` says."""
