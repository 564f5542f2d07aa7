"""What people do today, and how it gets into the local stack beside ours."""
