"""The demo: a week of history, and real reports through the real API."""
