"""Actions of people on incidents and senders."""
