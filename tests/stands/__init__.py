"""What several tiers of tests stand on: servers that report, tables, documents."""
