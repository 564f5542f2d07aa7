"""The limits of a report."""

from datetime import UTC, datetime, timedelta
from typing import Final

MAX_BODY_BYTES: Final = 6 * 1024 * 1024
"""A synchronous invocation's payload limit (AWS Lambda quotas)."""
MAX_FOLDERS: Final = 10_000
"""Folders of one report: each is a record, and all must be written while the gateway waits."""
HOW_TO_SPLIT: Final = (
    "Send the folders in several requests, and the files of a folder with very many in several too."
)
MIN_SLA_MINUTES: Final = 20
MAX_SLA_MINUTES: Final = 24 * 60
MAX_FOLDER_BYTES: Final = 1024
"""DynamoDB's limit for a sort key, which `Folder` is in an index."""
MAX_FILENAME_CHARACTERS: Final = 1024
EARLIEST_CREATION: Final = datetime(1970, 1, 1, tzinfo=UTC)
CLOCK_SKEW: Final = timedelta(days=1)
"""How far in the future a creation date may lie: reporters' clocks and zones are not ours."""
