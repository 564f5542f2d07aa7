"""A small tree of monitored folders on this machine, with files of all ages."""

import os
from datetime import datetime, timedelta
from pathlib import Path

from local.demo.script import MonitoredFolder

_MINUTE = timedelta(minutes=1)
# Folder, SLA in minutes, and the files that wait in it with their ages in minutes.
_TREE: tuple[tuple[str, int, tuple[tuple[str, int], ...]], ...] = (
    ("Invoices/Inbound", 30, (("INV-20817.xml", 12), ("INV-20816.xml", 74), ("INV-20809.xml", 190))),
    ("Orders/ToWarehouse", 20, (("order_4471.csv", 5), ("order_4469.csv", 47))),
    ("Payments/Clearing", 60, (("pain001_0093.xml", 20),)),
    ("Reports/Nightly", 1440, (("relatório março.csv", 1980), ("summary.pdf", 600))),
)


def make_folders(root: Path, now: datetime) -> list[MonitoredFolder]:
    """Creates the tree below `root`, and returns the folders with their SLAs."""
    folders = []
    for name, sla, files in _TREE:
        path = root / name
        path.mkdir(parents=True, exist_ok=True)
        for filename, age in files:
            file = path / filename
            file.touch()
            created = (now - age * _MINUTE).timestamp()
            os.utime(file, (created, created))
        folders.append(MonitoredFolder(path.resolve(), sla * _MINUTE))
    return folders
