"""What both sides are given to do: reports, events, records to read, a service to call."""
