"""Reading the breach table: queries, frames, and what is remembered of past hours."""
