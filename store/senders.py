"""Names of the table FileSlaSenders: all that is known of each sender, but for its incidents."""

import zlib
from datetime import timedelta
from enum import StrEnum, unique
from typing import Final

from store.dynamodb import IndexSpec, TableSpec


@unique
class SenderAttribute(StrEnum):
    """Attributes of an item. Those from `STATE` on are of the sender's own item, whose part is `OWN_PART`."""

    SENDER = "Sender"
    """Partition key."""
    PART = "Part"
    """Sort key: `OWN_PART`, `REFUSED_PART`, or one of the prefixes and what it is of."""
    BODY = "Body"
    """What the rules know, as JSON: the projection's own, and nobody else's to read."""
    CHUNKS = "Chunks"
    """In how many items a list is stored."""
    REVISION = "Revision"
    """Counts the writes of the sender's own item: whoever writes says which one was read."""
    RECENT_RUNS = "RecentRuns"
    """RunIds of its last runs with their moments: what comes again is known again."""
    WAKES_IN = "WakesIn"
    """Partition key of the wake index: one of `WAKE_SHARDS`."""
    WAKES_AT = "WakesAt"
    """When time alone, or a fold that is due, changes something next."""
    FOLD_SINCE = "FoldSince"
    """Since when it has to be folded anew from its runs; absent where it has not."""

    STATE = "State"
    """One of `SenderState`; `REFUSED_STATE` on the item of a refused report."""
    STATE_SINCE = "StateSince"
    SENDER_NAME = "SenderName"
    KIND = "Kind"
    """One of `SenderKind`."""
    LAST_RUN_AT = "LastRunAt"
    """The moment of its last run."""
    LAST_ARRIVAL_AT = "LastArrivalAt"
    DUE_AT = "DueAt"
    """When its next run is expected; absent for stock senders."""
    INTERVAL_MINUTES = "IntervalMinutes"
    INTERVAL_FROM = "IntervalFrom"
    """`set`, `declared`, `learnt`, or `assumed` as long as there is nothing to learn from."""
    CLIENT = "Client"
    CLOCK_SKEW_SECONDS = "ClockSkewSeconds"
    """Arrival less the sender's own clock; positive where that is behind. Absent where it does not tell."""
    REPORTED_BY = "ReportedBy"
    SOURCE_ADDRESS = "SourceAddress"
    """Of its last run."""
    ADDRESSES = "Addresses"
    """Of the last days, as a list."""
    SHARED = "Shared"
    """Present where several servers are taken to speak through it: `addresses` or `strikes`."""
    MIXED_UP = "MixedUp"
    """Paths of its folder sets that are mixed up, as a list."""
    WATCHED = "Watched"
    """How many folders its last list has; absent where it sends none."""
    UNREADABLE = "Unreadable"
    """How many of them it could not read."""
    UNREADABLE_FOLDERS = "UnreadableFolders"
    """The first of these: a list of maps with `Folder` and `Error`."""
    OPEN = "Open"
    UNKNOWN = "Unknown"
    """How many of its incidents are so."""
    HOURS = "Hours"
    """When it is expected, as a map of `HoursAttribute`; absent: always."""
    SILENCES = "Silences"
    """Those of the last days that are over, oldest first: a list of maps of `SilenceAttribute`."""
    LOST_LETTERS = "LostLetters"
    """How many names of its last run had lost letters on the way."""

    REFUSED_AT = "RefusedAt"
    """From here on: attributes of the item `REFUSED_PART`, its last refused report."""
    PROBLEMS = "Problems"
    REQUEST_ID = "GatewayRequestId"


@unique
class HoursAttribute(StrEnum):
    """Keys of the hours in which a sender is expected, as a person set them."""

    DAYS = "Days"
    """Those on which they begin: a list of `contract.action.Day`."""
    FROM = "From"
    TO = "To"
    """Not later than `From`: on the next day."""
    ZONE = "Zone"


@unique
class SilenceAttribute(StrEnum):
    """Keys of a silence."""

    SINCE = "Since"
    """When it was heard last."""
    UNTIL = "Until"
    """When it was heard again."""


@unique
class SenderIndex(StrEnum):
    """Global secondary indexes."""

    STATE = "StateIndex"
    """Every sender by its state, with all that a page shows."""
    WAKE = "WakeIndex"
    """Whom the sweep has to look at."""


OWN_PART: Final = "sender"
REFUSED_PART: Final = "refused"
LIST_PREFIX: Final = "list#"
SET_PREFIX: Final = "set#"
ACT_PREFIX: Final = "act#"
"""Before the id of what a person did. Beside what the rules know, such an item shows attributes of
`contract.incidents.DeedAttribute`, and what was set."""
REFUSED_STATE: Final = "refused"
"""Under which the state index lists every sender's last refused report, its first run or not."""
WAKE_SHARDS: Final = 4
"""Partitions of the wake index, `0` and so on: each takes 1,000 writes a second (DynamoDB quotas)."""
RETRY_FOLD: Final = timedelta(minutes=15)
"""How long the sweep leaves a sender alone that it could not fold."""


def wake_shard(sender: str) -> str:
    """The partition of the wake index that a sender is in, by its key."""
    return str(zlib.crc32(sender.encode()) % WAKE_SHARDS)


# The state index includes what a page shows of many senders, and of their last refused reports. It leaves out
# the body, which changes at each run and is many times as large, and what is shown of one sender alone, whose
# items are read for that: an index may include 20 attributes.
_NOT_IN_STATE_INDEX: Final = {
    SenderAttribute.STATE,
    SenderAttribute.SENDER_NAME,
    SenderAttribute.UNREADABLE_FOLDERS,
    SenderAttribute.HOURS,
    SenderAttribute.SILENCES,
    SenderAttribute.PROBLEMS,
    SenderAttribute.REQUEST_ID,
}
_SHOWN: Final = list(SenderAttribute)[list(SenderAttribute).index(SenderAttribute.STATE) :]

SENDERS_TABLE: Final = TableSpec(
    name="FileSlaSenders",
    partition_key=SenderAttribute.SENDER,
    sort_key=SenderAttribute.PART,
    indexes=[
        IndexSpec(
            name=SenderIndex.STATE,
            partition_key=SenderAttribute.STATE,
            sort_key=SenderAttribute.SENDER_NAME,
            projection="INCLUDE",
            included=[str(attribute) for attribute in _SHOWN if attribute not in _NOT_IN_STATE_INDEX],
        ),
        IndexSpec(
            name=SenderIndex.WAKE,
            partition_key=SenderAttribute.WAKES_IN,
            sort_key=SenderAttribute.WAKES_AT,
            projection="KEYS_ONLY",
        ),
    ],
)
