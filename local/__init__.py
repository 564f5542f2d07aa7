"""The whole system on one machine: the emulator, the program deployed to it, users and data."""
