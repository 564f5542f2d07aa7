"""Starts the emulator of AWS, waits until it answers, and stops it."""

import sys
from pathlib import Path

from local.emulator import start_emulator
from local.processes import free_port

if __name__ == "__main__":
    start_emulator(free_port(), Path(sys.argv[1]), "us-east-1").stop()
