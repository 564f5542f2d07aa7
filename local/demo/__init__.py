"""Something to look at: a week of history, and real reports through the real API."""
