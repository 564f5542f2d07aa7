"""One file a group of figures: it measures both sides in turn."""
