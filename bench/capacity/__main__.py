"""Prints the model's tables."""

from bench.capacity.page import tables

if __name__ == "__main__":
    print("\n\n".join(tables()))
