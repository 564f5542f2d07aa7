"""Asking AWS: records of the table, what is remembered of past hours, metrics and alarms."""
