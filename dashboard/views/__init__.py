"""What analysts see: one page a file. A view holds what its page says, and nothing else."""
