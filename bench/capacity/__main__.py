"""Prints the model's tables."""

from bench.capacity.page import TABLES

if __name__ == "__main__":
    print("\n\n".join(build() for build in TABLES.values()))
