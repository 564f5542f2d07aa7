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


def monitored_folders(root: Path) -> list[MonitoredFolder]:
    """The tree's folders below `root` with their SLAs; those that are missing are created."""
    folders = []
    for name, sla, _ in _TREE:
        path = root / name
        path.mkdir(parents=True, exist_ok=True)
        folders.append(MonitoredFolder(path.resolve(), sla * _MINUTE))
    return folders


def make_folders(root: Path, now: datetime) -> list[MonitoredFolder]:
    """Creates the tree below `root` with its files, and returns the folders with their SLAs."""
    folders = monitored_folders(root)
    for folder, (_, _, files) in zip(folders, _TREE, strict=True):
        for filename, age in files:
            _make_file(folder.path / filename, now - age * _MINUTE)
    return folders


def add_stuck_file(root: Path, now: datetime) -> Path:
    """Creates a file that has waited for an hour where the SLA is shortest, and returns its path."""
    folder = min(monitored_folders(root), key=lambda folder: folder.sla)
    file = folder.path / f"order_{now:%d%H%M%S}.csv"
    _make_file(file, now - 60 * _MINUTE)
    return file


def _make_file(file: Path, created: datetime) -> None:
    file.touch()
    os.utime(file, (created.timestamp(), created.timestamp()))
