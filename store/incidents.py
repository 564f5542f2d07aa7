"""Names of the table FileSlaIncidents: every incident, open or ended."""

from enum import StrEnum, unique
from typing import Final

from contract.words import IncidentStatus
from store.dynamodb import IndexSpec, TableSpec


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


# The live index is read all day, and written at each change of what it includes. Its keys come by themselves;
# the rest of these is of the projection alone, of ended incidents, or read of one incident.
_NOT_IN_LIVE_INDEX: Final = {
    IncidentAttribute.SENDER,
    IncidentAttribute.INCIDENT_ID,
    IncidentAttribute.LISTED_IN,
    IncidentAttribute.BREACHED_SINCE,
    IncidentAttribute.BODY,
    IncidentAttribute.LATEST_OF,
    IncidentAttribute.ENDED_ON,
    IncidentAttribute.EXPIRES_AT,
    IncidentAttribute.ENDED_AT,
    IncidentAttribute.CLEARED_AT,
    IncidentAttribute.CLEARED_BY,
    IncidentAttribute.BETWEEN,
    IncidentAttribute.HISTORY,
}

INCIDENTS_TABLE: Final = TableSpec(
    name="FileSlaIncidents",
    partition_key=IncidentAttribute.SENDER,
    sort_key=IncidentAttribute.INCIDENT_ID,
    indexes=[
        IndexSpec(
            name=IncidentIndex.LATEST,
            partition_key=IncidentAttribute.SENDER,
            sort_key=IncidentAttribute.LATEST_OF,
            local=True,
        ),
        IndexSpec(
            name=IncidentIndex.LIVE,
            partition_key=IncidentAttribute.LISTED_IN,
            sort_key=IncidentAttribute.BREACHED_SINCE,
            projection="INCLUDE",
            included=[
                str(attribute) for attribute in IncidentAttribute if attribute not in _NOT_IN_LIVE_INDEX
            ],
        ),
        # Includes all: an ended incident is written once, and what is shown of it is as many attributes as an
        # index may include; one more would have the index made anew.
        IndexSpec(
            name=IncidentIndex.ENDED,
            partition_key=IncidentAttribute.ENDED_ON,
            sort_key=IncidentAttribute.ENDED_AT,
        ),
        IndexSpec(name=IncidentIndex.ID, partition_key=IncidentAttribute.INCIDENT_ID, projection="KEYS_ONLY"),
    ],
    expiry_attribute=IncidentAttribute.EXPIRES_AT,
)
