"""Names of the table FileSlaIncidents: every incident, open or ended."""

from enum import StrEnum, unique
from typing import Final

from contract.words import IncidentStatus


@unique
class IncidentAttribute(StrEnum):
    """Attributes of an incident."""

    SENDER = "Sender"
    """Partition key."""
    INCIDENT_ID = "IncidentId"
    """Sort key."""
    LATEST_OF = "LatestOf"
    """Sort key of the latest index: the folder's key, on the latest incident of that folder alone."""
    LISTED_IN = "ListedIn"
    """Partition key of the live index, such as `open#3`; absent once it has ended."""
    ENDED_ON = "EndedOn"
    """Partition key of the ended index: the UTC day; absent before."""
    BODY = "Body"
    """What the rules know, as JSON: the projection's own, and nobody else's to read."""
    SENDER_NAME = "SenderName"
    FOLDER = "Folder"
    """As last spelt."""
    STATUS = "Status"
    REASON = "Reason"
    SLA = "SLA"
    OPENED_AT = "OpenedAt"
    """The moment of the run that first named it."""
    BREACHED_SINCE = "BreachedSince"
    LAST_SEEN_AT = "LastSeenAt"
    """A sighting; while it is open, its sender's last run or its set's may have seen it since."""
    LAST_SEEN_RUN = "LastSeenRun"
    """The RunId of that sighting, which its records bear."""
    LAST_SEEN_ARRIVAL = "LastSeenArrival"
    """When that run's report came: its records are under that hour."""
    UNKNOWN_SINCE = "UnknownSince"
    ENDED_AT = "EndedAt"
    """When it was cleared, lapsed or was closed."""
    CLEARED_AT = "ClearedAt"
    CLEARED_BY = "ClearedBy"
    """One of `Clearing`."""
    BETWEEN = "Between"
    """Whether it was cleared at some time between the last sighting and the run that showed it."""
    FILE_COUNT = "FileCount"
    PEAK_FILE_COUNT = "PeakFileCount"
    OLDEST_CREATION = "OldestCreation"
    """Of its stuck files; absent where no date of theirs is plausible."""
    REOPENED = "Reopened"
    AFTER = "After"
    """The IncidentId of the one before it in this folder."""
    ACTION_VERSION = "ActionVersion"
    """Counts what people changed, never runs."""
    OWNER = "Owner"
    """Whom its folder belongs to, by `owners.yaml`; absent where the stack has no such file."""
    ACKNOWLEDGED_BY = "AcknowledgedBy"
    """Name of the user who is on it; absent where nobody is."""
    ACKNOWLEDGED_UNTIL = "AcknowledgedUntil"
    """When that ends by itself."""
    SNOOZED_UNTIL = "SnoozedUntil"
    HISTORY = "History"
    """What people did, oldest first: a list of maps of `DeedAttribute`. Only ever added to."""
    EXPIRES_AT = "ExpiresAt"


PEOPLES: Final = (
    IncidentAttribute.ACTION_VERSION,
    IncidentAttribute.HISTORY,
    IncidentAttribute.ACKNOWLEDGED_BY,
    IncidentAttribute.ACKNOWLEDGED_UNTIL,
    IncidentAttribute.SNOOZED_UNTIL,
)
"""What people did to an incident. All else in its item follows from the runs."""


@unique
class DeedAttribute(StrEnum):
    """Attributes of what a person did, in a history."""

    DEED_ID = "DeedId"
    """The same for a request that is sent again with its Idempotency-Key."""
    DONE_AT = "DoneAt"
    DONE_BY = "DoneBy"
    """The user's name."""
    ACTION = "Action"
    """One of `contract.action.IncidentAction`."""
    NOTE = "Note"
    UNTIL = "Until"


@unique
class IncidentIndex(StrEnum):
    """Indexes. The first is a local one, which may be read consistently."""

    LATEST = "LatestIndex"
    """Of a sender: the latest incident of each folder."""
    LIVE = "LiveIndex"
    """What is open or unknown, the longest in breach first."""
    ENDED = "EndedIndex"
    """By the day on which it ended, and when."""
    ID = "IncidentIdIndex"
    """By id alone: the keys."""


LIVE_SHARDS: Final = 4
"""Partitions of the live index for each status: `open#0` and so on."""


def list_live_partitions(status: IncidentStatus) -> list[str]:
    """The partitions of the live index that hold the incidents of a status."""
    return [f"{status}#{shard}" for shard in range(LIVE_SHARDS)]
