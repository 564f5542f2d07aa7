"""What runs in fresh processes."""
