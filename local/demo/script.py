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

from handlers.names import Route
from local.users import User

_TIMEOUT_SECONDS = 60


@dataclass(frozen=True)
class MonitoredFolder:
    """A folder, and how long a file may wait in it."""

    path: Path
    sla: timedelta


def scan(folders: Sequence[MonitoredFolder], now: datetime) -> dict[str, Any]:
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


def post_report(api_url: str, user: User, report: dict[str, Any]) -> dict[str, Any]:
    """Signs in, posts the report, and returns the API's answer.

    Raises:
        httpx.HTTPStatusError: the API refused one of the two.
    """
    with httpx.Client(base_url=f"{api_url}/", timeout=_TIMEOUT_SECONDS, trust_env=False) as client:
        signed_in = client.post(Route.AUTH, json=user).raise_for_status().json()
        answer = client.post(
            Route.FILE_SLA_ERROR,
            content=json.dumps(report, indent=2, ensure_ascii=False).encode(),
            headers={
                "Authorization": f"Bearer {signed_in['token']}",
                "Content-Type": "application/json",
            },
        )
        result: dict[str, Any] = answer.raise_for_status().json()
        return result


def _created(file: Path) -> datetime:
    # Not every file system keeps a creation time; these files are never written again.
    return datetime.fromtimestamp(file.stat().st_mtime).astimezone()


def _round_trip(moment: datetime) -> str:
    """What `ToString("o")` writes: seven fractional digits and the local offset."""
    offset = moment.strftime("%z")
    return f"{moment:%Y-%m-%dT%H:%M:%S.%f}0{offset[:3]}:{offset[3:]}"
