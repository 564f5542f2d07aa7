"""What people read. `generate` keeps what is made from the code in step with it."""
