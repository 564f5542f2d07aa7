"""Fills a fresh local stack with what an analyst would find after a week."""

import time
from datetime import UTC, datetime
from pathlib import Path

from handlers.ingest.record_store import RecordStore
from handlers.ingest.records import build_records
from local.demo.folders import make_folders
from local.demo.history import imagine_reports
from local.demo.script import format_body, post_report, scan_folders
from local.provider import Aws
from ops.users import User

HISTORY_DAYS = 7
_LOADING_SECONDS = 60.0


def load_history(aws: Aws, table_name: str, reported_by: str) -> int:
    """Writes a week of records, up to now, and returns how many."""
    now = datetime.now(UTC)
    items = [
        item
        for report, detection in imagine_reports(now, HISTORY_DAYS, reported_by)
        for item in build_records(report, detection)
    ]
    deadline = time.monotonic() + _LOADING_SECONDS
    RecordStore(aws.client("dynamodb"), table_name).put_all(
        items, seconds_left=lambda: deadline - time.monotonic()
    )
    return len(items)


def report_folders(root: Path, api_url: str, reporter: User) -> int:
    """Scans a tree of aged files and posts what is stuck; returns the number of files reported.

    Raises:
        httpx.HTTPStatusError: the API refused.
    """
    now = datetime.now(UTC)
    folders = make_folders(root, now)
    report = scan_folders(folders, now)
    return int(post_report(api_url, reporter, format_body(report)).raise_for_status().json()["files"])
