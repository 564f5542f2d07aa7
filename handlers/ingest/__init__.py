"""From the body of a report to records in the breach table."""
