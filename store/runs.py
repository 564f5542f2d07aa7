"""Names of the table FileSlaRuns: what every run told, for the projection to read. Nobody else does."""

from datetime import timedelta
from enum import StrEnum, unique
from typing import Final

from store.dynamodb import TableSpec

SAME_RUN: Final = timedelta(minutes=10)
"""Reports with one run id that lie no further apart are one run."""


@unique
class RunAttribute(StrEnum):
    """Attributes of an item: a run, a part of one, or a report that was refused."""

    SENDER = "Sender"
    """Partition key: the account's `sub`; where the script names itself, `/` and that name in lower case."""
    RUN_KEY = "RunKey"
    """Sort key: moment, RunId, part and piece, so that a Query gives runs in their order."""
    ITEM = "Item"
    """What the item is, one of `RunItem`."""
    RUN_ID = "RunId"
    MOMENT = "Moment"
    ARRIVED_AT = "ArrivedAt"
    SENDER_NAME = "SenderName"
    REPORTED_BY = "ReportedBy"
    SOURCE_ADDRESS = "SourceAddress"
    CONTENT = "Content"
    """What the run told of folders and of itself: JSON, compressed with zlib."""
    PROBLEMS = "Problems"
    """Of a refused report: what was wrong, and how to mend it."""
    REQUEST_ID = "GatewayRequestId"
    EXPIRES_AT = "ExpiresAt"


@unique
class RunItem(StrEnum):
    """What an item of the table is."""

    RUN = "run"
    REFUSED = "refused"


@unique
class ProblemAttribute(StrEnum):
    """Keys of each problem of a refused report."""

    FIELD = "Field"
    PROBLEM = "Problem"
    HINT = "Hint"


RUNS_TABLE: Final = TableSpec(
    name="FileSlaRuns",
    partition_key=RunAttribute.SENDER,
    sort_key=RunAttribute.RUN_KEY,
    expiry_attribute=RunAttribute.EXPIRES_AT,
    streams=True,
)
