"""From the body of a report to records in the table FileSlaErrors."""
