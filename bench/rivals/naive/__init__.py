"""An ingest handler as it is commonly written."""
