"""What owners of a simulated fleet would be told, and what of it is true."""
