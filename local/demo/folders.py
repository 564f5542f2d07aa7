"""A small tree of monitored folders on this machine, with files of all ages."""

import os
from datetime import datetime, timedelta
from pathlib import Path

from local.demo.script import MonitoredFolder
from local.demo.servers import Habit, Server, WaitingFile

_MINUTE = timedelta(minutes=1)
# Folder, SLA in minutes, and the files that wait in it with their ages in minutes. All folders are
# beside each other, as those of the stock script are.
_TREE: tuple[tuple[str, int, tuple[tuple[str, int], ...]], ...] = (
    ("Inbound", 30, (("INV-20817.xml", 12), ("INV-20816.xml", 74), ("INV-20809.xml", 190))),
    ("ToWarehouse", 20, (("order_4471.csv", 5), ("order_4469.csv", 47))),
    ("Clearing", 60, (("pain001_0093.xml", 20),)),
    ("Nightly", 1440, (("relatório março.csv", 1980), ("summary.pdf", 600))),
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


def this_machine(root: Path, account: str) -> Server:
    """This machine as a server of the demo: the stock script watches the tree below `root`."""
    folders = {name: str((root / name).resolve()) for name, _, _ in _TREE}
    return Server(
        name="this machine",
        account=account,
        address=None,
        habits=tuple(
            Habit(folders[name], sla, 1.5, 80 * _MINUTE, f"{name.lower()}_{{:05}}.csv")
            for name, sla, _ in _TREE
        ),
        waiting=tuple(
            WaitingFile(folders[name], filename, age * _MINUTE)
            for name, _, files in _TREE
            for filename, age in files
        ),
    )


def add_stuck_file(root: Path, now: datetime) -> Path:
    """Creates a file that has waited for an hour where the SLA is shortest, and returns its path."""
    folder = min(monitored_folders(root), key=lambda folder: folder.sla)
    file = folder.path / f"order_{now:%d%H%M%S}.csv"
    _make_file(file, now - 60 * _MINUTE)
    return file


def _make_file(file: Path, created: datetime) -> None:
    file.touch()
    os.utime(file, (created.timestamp(), created.timestamp()))
