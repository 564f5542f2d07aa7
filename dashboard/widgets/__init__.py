"""What pages are put together from: lists, tables, cards, and the small things around them."""
