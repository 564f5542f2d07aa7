"""The reporting script's part: scans folders, signs in, posts what waited too long.

It does what the PowerShell script on people's servers does, call by call and byte for byte in
form, so that the demo takes the road of a real report.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

from contract.routes import AUTH, FILE_SLA_ERROR
from ops.users import User

HEARTBEAT = b'{"sla_error": []}'
"""The report of a run that found nothing."""
_TIMEOUT_SECONDS = 60


@dataclass(frozen=True)
class MonitoredFolder:
    """A folder, and how long a file may wait in it."""

    path: Path
    sla: timedelta


def scan_folders(folders: Sequence[MonitoredFolder], now: datetime) -> dict[str, Any]:
    """The report of every file that has waited longer than its folder's SLA; `now` is aware."""
    breaches = [
        {
            "folder": str(folder.path),
            "sla": int(folder.sla / timedelta(minutes=1)),
            "files": [
                {"filename": file.name, "creationDate": _round_trip(created)}
                for file in sorted(folder.path.iterdir())
                if now - (created := _created(file)) > folder.sla
            ],
        }
        for folder in folders
    ]
    return {"sla_error": [breach for breach in breaches if breach["files"]]}


def post_report(api_url: str, user: User, body: bytes, address: str | None = None) -> httpx.Response:
    """Signs in, posts the body as it is, and returns the API's answer to it.

    Args:
        api_url: the API.
        user: who reports.
        body: the report.
        address: where it is to come from, as far as the emulator can tell; None for this machine.

    Raises:
        httpx.HTTPStatusError: the sign-in was refused.
    """
    with httpx.Client(base_url=f"{api_url}/", timeout=_TIMEOUT_SECONDS, trust_env=False) as client:
        signed_in = client.post(AUTH.path, json=user).raise_for_status().json()
        headers = {"Authorization": f"Bearer {signed_in['token']}", "Content-Type": "application/json"}
        if address is not None:
            headers["X-Forwarded-For"] = address
        return client.post(FILE_SLA_ERROR.path, content=body, headers=headers)


def format_body(report: dict[str, Any]) -> bytes:
    """The report in the bytes that the script sends."""
    return json.dumps(report, indent=2, ensure_ascii=False).encode()


def _created(file: Path) -> datetime:
    # Not every file system keeps a creation time; these files are never written again.
    return datetime.fromtimestamp(file.stat().st_mtime).astimezone()


def _round_trip(moment: datetime) -> str:
    """What `ToString("o")` writes: seven fractional digits and the local offset."""
    offset = moment.strftime("%z")
    return f"{moment:%Y-%m-%dT%H:%M:%S.%f}0{offset[:3]}:{offset[3:]}"
