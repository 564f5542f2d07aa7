"""What each function runs, may do and needs to know, as data; and its package."""
