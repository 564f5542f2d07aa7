"""Asking AWS: tables, records by the hour, metrics and alarms, and the cache of all that."""
