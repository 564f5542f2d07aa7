"""The last report of each server, through the API."""

from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final

from contract.moments import format_moment
from contract.report import Report
from local.demo.folders import make_folders
from local.demo.history import Story
from local.demo.script import format_body, post_report, scan_folders
from ops.users import User

_SCAN_TAKES: Final = timedelta(seconds=3)
_NO_NUMBER: Final = "20 minutes"
"""What a script sends as SLA that someone changed."""


def report_folders(root: Path, api_url: str, reporter: User, now: datetime) -> int:
    """Scans a tree of aged files and posts what is stuck; returns the number of files reported.

    Raises:
        httpx.HTTPStatusError: the API refused.
    """
    report = scan_folders(make_folders(root, now), now)
    return int(post_report(api_url, reporter, format_body(report)).raise_for_status().json()["files"])


def report_story(api_url: str, story: Story, user: User) -> int:
    """Posts what a server finds now; returns the number of files reported, none where it is refused.

    Raises:
        httpx.HTTPStatusError: the API answered otherwise than it should.
    """
    body = format_body(_dump(story.report(story.now), refused=story.server.refused))
    answer = post_report(api_url, user, body, story.server.address)
    if story.server.refused and answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY:
        return 0
    return int(answer.raise_for_status().json()["files"])


def _dump(report: Report, *, refused: bool) -> dict[str, Any]:
    dumped = report.model_dump(mode="json", by_alias=True, exclude_none=True)
    if "run" in dumped:
        sent = datetime.now(UTC)
        dumped["run"] |= {"started_at": format_moment(sent - _SCAN_TAKES), "sent_at": format_moment(sent)}
    if refused:
        dumped["sla_error"] = [{**folder, "sla": _NO_NUMBER} for folder in dumped["sla_error"]]
    return dumped
