"""The reporting script's part: a small tree of folders on this machine, scanned, signed in for and reported.

It makes the calls that the PowerShell script on people's servers makes, in the same form byte for byte, so
that the demo's reports take the way of real ones.
"""

import json
import os
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final, NamedTuple

import httpx

from contract.routes import AUTH, FILE_SLA_ERROR
from local.demo.servers import Habit, Server, WaitingFile
from ops.user_pool import User

HEARTBEAT: Final = b'{"sla_error": []}'
"""The report of a run that found nothing stuck."""
_TIMEOUT_SECONDS: Final = 60
_MINUTE: Final = timedelta(minutes=1)
_TREE: Final[tuple[tuple[str, int, tuple[tuple[str, int], ...]], ...]] = (
    ("Inbound", 30, (("INV-20817.xml", 12), ("INV-20816.xml", 74), ("INV-20809.xml", 190))),
    ("ToWarehouse", 20, (("order_4471.csv", 5), ("order_4469.csv", 47))),
    ("Clearing", 60, (("pain001_0093.xml", 20),)),
    ("Nightly", 1440, (("relatório março.csv", 1980), ("summary.pdf", 600))),
)
"""Folder, SLA in minutes, and its files with their ages in minutes. The folders are siblings, as the stock
script's are."""


class MonitoredFolder(NamedTuple):
    """A folder, and how long a file may wait in it."""

    path: Path
    sla: timedelta


def monitored_folders(root: Path) -> list[MonitoredFolder]:
    """The tree's folders below `root` with their SLAs; creates those that are missing."""
    folders = []
    for name, sla, _ in _TREE:
        path = root / name
        path.mkdir(parents=True, exist_ok=True)
        folders.append(MonitoredFolder(path.resolve(), sla * _MINUTE))
    return folders


def make_folders(root: Path, now: datetime) -> list[MonitoredFolder]:
    """Creates the tree below `root` with its files, and returns its folders."""
    folders = monitored_folders(root)
    for file in this_machine(root, "").waiting:
        _make_file(Path(file.folder) / file.filename, now - file.age)
    return folders


def add_stuck_file(root: Path, now: datetime) -> Path:
    """Creates a file that is an hour old in the folder with the shortest SLA, and returns its path."""
    folder = min(monitored_folders(root), key=lambda folder: folder.sla)
    file = folder.path / f"order_{now:%d%H%M%S}.csv"
    _make_file(file, now - 60 * _MINUTE)
    return file


def _make_file(file: Path, created: datetime) -> None:
    file.touch()
    os.utime(file, (created.timestamp(), created.timestamp()))


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


def scan_folders(folders: Sequence[MonitoredFolder], now: datetime) -> dict[str, Any]:
    """The report of every file that has waited longer than its folder's SLA; `now` is aware."""
    breaches = [
        {
            "folder": str(folder.path),
            "sla": folder.sla // _MINUTE,
            "files": [
                {"filename": file.name, "creationDate": _format_round_trip(created)}
                for file in sorted(folder.path.iterdir())
                # Not every file system keeps a creation time; these files are never written again.
                if now - (created := datetime.fromtimestamp(file.stat().st_mtime).astimezone()) > folder.sla
            ],
        }
        for folder in folders
    ]
    return {"sla_error": [breach for breach in breaches if breach["files"]]}


def _format_round_trip(moment: datetime) -> str:
    """What `ToString("o")` writes: seven fractional digits and the local offset."""
    offset = moment.strftime("%z")
    return f"{moment:%Y-%m-%dT%H:%M:%S.%f}0{offset[:3]}:{offset[3:]}"


def format_body(report: dict[str, Any]) -> bytes:
    """A report in the bytes that the script sends."""
    return json.dumps(report, indent=2, ensure_ascii=False).encode()


def post_report(api_url: str, user: User, body: bytes, address: str | None = None) -> httpx.Response:
    """Signs in, posts the body as it is, and returns the API's answer to it.

    Args:
        api_url: the API.
        user: who reports.
        body: the report.
        address: the source address that the emulator is to see; None for this machine's.

    Raises:
        httpx.HTTPStatusError: the sign-in was refused.
    """
    with httpx.Client(base_url=f"{api_url}/", timeout=_TIMEOUT_SECONDS, trust_env=False) as client:
        signed_in = client.post(AUTH.path, json=user).raise_for_status().json()
        headers = {"Authorization": f"Bearer {signed_in['token']}", "Content-Type": "application/json"}
        if address is not None:
            headers["X-Forwarded-For"] = address
        return client.post(FILE_SLA_ERROR.path, content=body, headers=headers)
