"""The table FileSlaIncidents: every incident, open or ended."""

import json
import zlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum, unique
from functools import cached_property
from typing import Any, Final

from contract.folders import folder_key
from contract.moments import format_moment, parse_moment
from contract.words import LIVE, Clearing, IncidentStatus, UnknownReason
from store.dynamodb import (
    COUNT,
    FLAG,
    MOMENT,
    NUMBER,
    TEXT,
    Fields,
    IndexSpec,
    Item,
    MalformedItemError,
    Query,
    Reader,
    TableSpec,
    Update,
    Values,
    fit_key,
    list_of,
    one_of,
    update_item,
)
from store.runs import Stamp


@unique
class IncidentAttribute(StrEnum):
    """Attributes of an incident. What is not said here is said at the field of `Incident`."""

    SENDER = "Sender"
    """Partition key."""
    INCIDENT_ID = "IncidentId"
    """Sort key."""
    LATEST_FOLDER_KEY = "LatestFolderKey"
    """Sort key of the latest index: the folder's key, on the latest incident of that folder alone."""
    LIVE_SHARD = "LiveShard"
    """Partition key of the live index, such as `open#3`; absent once it has ended."""
    ENDED_ON = "EndedOn"
    """Partition key of the ended index: the UTC day; absent before."""
    RULE_STATE = "RuleState"
    """What the rules alone need, as JSON. Nobody else reads it."""
    SENDER_NAME = "SenderName"
    FOLDER = "Folder"
    STATUS = "Status"
    REASON = "Reason"
    SLA = "SLA"
    OPENED_AT = "OpenedAt"
    BREACHED_SINCE = "BreachedSince"
    LAST_SEEN_AT = "LastSeenAt"
    """A sighting; while it is open, its sender's last run or its set's may have seen it since."""
    LAST_SEEN_RUN = "LastSeenRun"
    """The RunId of that sighting, which its records bear."""
    LAST_SEEN_ARRIVAL = "LastSeenArrival"
    """When that run's report came: its records are under that hour."""
    UNKNOWN_SINCE = "UnknownSince"
    ENDED_AT = "EndedAt"
    """When it was cleared, expired or was closed."""
    CLEARED_AT = "ClearedAt"
    CLEARED_BY = "ClearedBy"
    """One of `Clearing`."""
    CLEARED_BETWEEN = "ClearedBetween"
    FILE_COUNT = "FileCount"
    PEAK_FILE_COUNT = "PeakFileCount"
    OLDEST_CREATION = "OldestCreation"
    REOPENED = "Reopened"
    PREVIOUS_INCIDENT_ID = "PreviousIncidentId"
    ACTION_VERSION = "ActionVersion"
    OWNER = "Owner"
    """Whom its folder belongs to, by `owners.yaml`; absent where the stack has no such file."""
    ACKNOWLEDGED_BY = "AcknowledgedBy"
    """Name of the user who is on it; absent where nobody is."""
    ACKNOWLEDGED_UNTIL = "AcknowledgedUntil"
    """When that ends by itself."""
    SNOOZED_UNTIL = "SnoozedUntil"
    HISTORY = "History"
    """What people did, oldest first: a list of maps of `HistoryAttribute`. Only ever added to."""
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
class HistoryAttribute(StrEnum):
    """Attributes of what a person did, in a history: the fields of `HistoryEntry`."""

    ACTION_ID = "ActionId"
    ACTED_AT = "ActedAt"
    ACTED_BY = "ActedBy"
    ACTION = "Action"
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


@dataclass(frozen=True, kw_only=True)
class HistoryEntry:
    """One action of a person on an incident."""

    action_id: str = ""
    """The same for a request that is sent again with its Idempotency-Key."""
    at: datetime
    by: str = ""
    """The user's name."""
    action: str
    """A value of `contract.action.IncidentAction`, or one that a later version knows."""
    note: str = ""
    until: datetime | None = None


_ENTRY: Final = Fields(
    action_id=(HistoryAttribute.ACTION_ID, TEXT),
    at=(HistoryAttribute.ACTED_AT, MOMENT),
    by=(HistoryAttribute.ACTED_BY, TEXT),
    action=(HistoryAttribute.ACTION, TEXT),
    note=(HistoryAttribute.NOTE, TEXT),
    until=(HistoryAttribute.UNTIL, MOMENT),
)


@dataclass(frozen=True, kw_only=True)
class Incident:
    """One folder of one sender in breach, from opening to its end."""

    incident_id: str
    sender: str
    """The sender's key."""
    sender_name: str = ""
    """What screens call the sender. Empty where the rules have just made the incident."""
    folder: str
    """As last spelt."""
    status: IncidentStatus = IncidentStatus.OPEN
    reason: UnknownReason | None = None
    """Why it is unknown, or was when it ended."""
    sla: int
    """Minutes."""
    opened: Stamp
    """The run that first named it. What an index has tells only when that was."""
    breached_since: datetime
    seen: Stamp
    """The last run that named it."""
    unknown_since: datetime | None = None
    ended_at: datetime | None = None
    cleared_by: Clearing | None = None
    between: bool = False
    """It was cleared at some time between the last sighting and `ended_at`, the run that showed it."""
    file_count: int
    peak_file_count: int
    oldest_creation: datetime | None = None
    """Creation of its oldest stuck file; None where no date of its files is plausible."""
    reopened: int = 0
    previous_id: str | None = None
    """The incident of this folder before it."""

    hashes: tuple[str, ...] = ()
    """Of its stuck files at the last sighting. This and the next are for the rules, and in no index."""
    said_at: datetime | None = None
    """The last run that said unreadable or unwatched."""

    owner: str = ""
    """Whom its folder belongs to; empty where the stack has no owners. From here on: never the rules'."""
    acknowledged_by: str = ""
    """Who acknowledged it last; `acknowledged` tells whether that still holds."""
    acknowledged_until: datetime | None = None
    snoozed_until: datetime | None = None
    version: int = 0
    """Counts what people changed, never runs."""
    history: Sequence[HistoryEntry] = ()
    """What people did, oldest first; only where the incident is read in full."""
    maintenance_until: datetime | None = None
    """Stored nowhere: filled in by whoever knows the windows. None where it is in no maintenance."""

    @cached_property
    def key(self) -> str:
        """The folder's key."""
        return folder_key(self.folder)

    @property
    def opened_at(self) -> datetime:
        """The moment of the run that first named it."""
        return self.opened.at

    @property
    def last_seen_at(self) -> datetime:
        """The moment of the last run that named it."""
        return self.seen.at

    @property
    def live(self) -> bool:
        """Whether it has not ended."""
        return self.status in LIVE

    def acknowledged(self, now: datetime) -> bool:
        """Whether somebody is on it."""
        return self.acknowledged_until is not None and now < self.acknowledged_until

    def snoozed(self, now: datetime) -> bool:
        """Whether nobody wants to be notified of it for now."""
        return self.snoozed_until is not None and now < self.snoozed_until

    def wait(self, now: datetime) -> timedelta | None:
        """How old its oldest file is; None where that is not known."""
        return None if self.oldest_creation is None else now - self.oldest_creation


_A: Final = IncidentAttribute
_KEY: Final = {"incident_id": (_A.INCIDENT_ID, TEXT), "sender": (_A.SENDER, TEXT)}
_OF_THE_RULES: Final[dict[str, Any]] = {
    "folder": (_A.FOLDER, TEXT),
    "status": (_A.STATUS, one_of(IncidentStatus)),
    "reason": (_A.REASON, one_of(UnknownReason)),
    "sla": (_A.SLA, NUMBER),
    "opened_at": (_A.OPENED_AT, MOMENT),
    "breached_since": (_A.BREACHED_SINCE, MOMENT),
    "last_seen_at": (_A.LAST_SEEN_AT, MOMENT),
    "unknown_since": (_A.UNKNOWN_SINCE, MOMENT),
    "ended_at": (_A.ENDED_AT, MOMENT),
    "cleared_by": (_A.CLEARED_BY, one_of(Clearing)),
    "between": (_A.CLEARED_BETWEEN, FLAG),
    "file_count": (_A.FILE_COUNT, NUMBER),
    "peak_file_count": (_A.PEAK_FILE_COUNT, NUMBER),
    "oldest_creation": (_A.OLDEST_CREATION, MOMENT),
    "reopened": (_A.REOPENED, COUNT),
    "previous_id": (_A.PREVIOUS_INCIDENT_ID, TEXT),
}
_OF_PEOPLE: Final = {
    "acknowledged_by": (_A.ACKNOWLEDGED_BY, TEXT),
    "acknowledged_until": (_A.ACKNOWLEDGED_UNTIL, MOMENT),
    "snoozed_until": (_A.SNOOZED_UNTIL, MOMENT),
    "version": (_A.ACTION_VERSION, COUNT),
    "history": (_A.HISTORY, list_of(_ENTRY, HistoryEntry)),
}
_WRITTEN: Final = Fields(**_OF_THE_RULES)
_READ: Final = Fields(
    **_KEY, **_OF_THE_RULES, **_OF_PEOPLE, sender_name=(_A.SENDER_NAME, TEXT), owner=(_A.OWNER, TEXT)
)
IN_FULL: Final = [*_READ.attributes, _A.LAST_SEEN_RUN, _A.LAST_SEEN_ARRIVAL]
"""What to read of one incident: all that is shown."""
LISTED: Final = [name for name in IN_FULL if name != _A.HISTORY]
"""What to read of many."""
FOR_THE_RULES: Final = [
    *Fields(**_KEY, **_OF_THE_RULES).attributes, _A.LAST_SEEN_RUN, _A.LAST_SEEN_ARRIVAL, _A.RULE_STATE,
]  # fmt: skip

# The live index is read all day, and written at each change of what it includes. Its keys come by themselves;
# the rest of these is of the projection alone, of ended incidents, or read of one incident.
_NOT_IN_LIVE_INDEX: Final = {
    IncidentAttribute.SENDER,
    IncidentAttribute.INCIDENT_ID,
    IncidentAttribute.LIVE_SHARD,
    IncidentAttribute.BREACHED_SINCE,
    IncidentAttribute.RULE_STATE,
    IncidentAttribute.LATEST_FOLDER_KEY,
    IncidentAttribute.ENDED_ON,
    IncidentAttribute.EXPIRES_AT,
    IncidentAttribute.ENDED_AT,
    IncidentAttribute.CLEARED_AT,
    IncidentAttribute.CLEARED_BY,
    IncidentAttribute.CLEARED_BETWEEN,
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
            sort_key=IncidentAttribute.LATEST_FOLDER_KEY,
            # What the rules know, and not the history, which may be a hundred times as large.
            projection="INCLUDE",
            included=[name for name in FOR_THE_RULES if name not in (_A.SENDER, _A.INCIDENT_ID)],
            local=True,
        ),
        IndexSpec(
            name=IncidentIndex.LIVE,
            partition_key=IncidentAttribute.LIVE_SHARD,
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


def parse_incident(item: Item) -> Incident:
    """The incident of an item, or of an entry of an index, as far as that tells of it.

    Raises:
        MalformedItemError: an attribute is missing that every incident has, or has a value that none has.
    """
    try:
        found = _READ.read(item)
        rules = json.loads(item[_A.RULE_STATE]["S"]) if _A.RULE_STATE in item else {}
        arrived = parse_moment(item[_A.LAST_SEEN_ARRIVAL]["S"])
        said_at = rules.get("said_at")
        opened_at, seen_at = found.pop("opened_at"), found.pop("last_seen_at")
        return Incident(
            **found,
            opened=Stamp(
                opened_at, rules.get("run", ""), parse_moment(rules["arrived"]) if rules else opened_at
            ),
            seen=Stamp(seen_at, item[_A.LAST_SEEN_RUN]["S"], arrived),
            hashes=tuple(rules.get("hashes", ())),
            said_at=said_at and parse_moment(said_at),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise MalformedItemError(f"an incident cannot be read: {error!r}") from error


def describe_incident(
    incident: Incident, sender_name: str, *, latest: bool, retention: timedelta | None
) -> Values:
    """What the rules make of an incident's item. What people did stands beside it, and is not touched.

    Args:
        incident: read from no index, which would lack what the rules need.
        sender_name: what screens call its sender.
        latest: whether no later incident of its folder is known.
        retention: how long it is kept after its end; None for good.

    Raises:
        ValueError: it was read from an index.
    """
    if not incident.opened.run:
        raise ValueError(f"incident {incident.incident_id} was not read in full")
    ended = incident.ended_at
    cleared = ended if incident.status is IncidentStatus.CLEARED else None
    rules = {
        "run": incident.opened.run,
        "arrived": format_moment(incident.opened.arrived),
        "hashes": incident.hashes,
        **({"said_at": format_moment(incident.said_at)} if incident.said_at else {}),
    }
    expires = ended + retention if ended is not None and retention is not None else None
    return {
        **_WRITTEN.write(incident),
        _A.SENDER_NAME: {"S": sender_name},
        _A.LAST_SEEN_RUN: {"S": incident.seen.run},
        _A.LAST_SEEN_ARRIVAL: {"S": format_moment(incident.seen.arrived)},
        _A.RULE_STATE: {"S": json.dumps(rules, separators=(",", ":"))},
        _A.LATEST_FOLDER_KEY: {"S": fit_key(incident.key)} if latest else None,
        _A.LIVE_SHARD: {"S": _live_partition(incident)} if incident.live else None,
        _A.ENDED_ON: {"S": f"{ended:%Y-%m-%d}"} if ended else None,
        _A.CLEARED_AT: {"S": format_moment(cleared)} if cleared else None,
        _A.EXPIRES_AT: {"N": str(int(expires.timestamp()))} if expires else None,
    }


def _live_partition(incident: Incident) -> str:
    shard = zlib.crc32(incident.incident_id.encode()) % LIVE_SHARDS
    return f"{incident.status}#{shard}"


def incident_key(sender: str, incident_id: str) -> Values:
    """The key of an incident's item."""
    return {_A.SENDER: {"S": sender}, _A.INCIDENT_ID: {"S": incident_id}}


@dataclass(frozen=True, kw_only=True)
class PeopleState:
    """What people did about an incident, which may not be there yet."""

    acknowledged_by: str = ""
    acknowledged_until: datetime | None = None
    snoozed_until: datetime | None = None
    version: int = 0
    history: Sequence[HistoryEntry] = ()


PEOPLE: Final = Fields(**_OF_PEOPLE)


@dataclass(frozen=True, kw_only=True)
class PeopleChange:
    """A change of what people did about an incident. It fails if they did more since it was read."""

    version: int
    """The version that was read."""
    entry: HistoryEntry | None = None
    """To be appended to the history."""
    values: Values = field(default_factory=dict)
    """Attributes that people change."""

    def update(self, values: Values, if_still: Values | None = None) -> Update:
        """The update that makes this change and, with it, sets attributes: both, or neither."""
        grown: Values = {}
        appended: Values = {}
        if self.entry is not None:
            grown = {_A.ACTION_VERSION: {"N": str(self.version + 1)}}
            appended = {_A.HISTORY: {"L": [{"M": _ENTRY.describe(self.entry)}]}}
        return Update(
            values={**values, **self.values, **grown},
            append=appended,
            if_still={_A.ACTION_VERSION: COUNT.write(self.version), **(if_still or {})},
        )


@dataclass(frozen=True)
class IncidentTable:
    """The table FileSlaIncidents: one method an access pattern. Threads may share it."""

    reader: Reader
    name: str

    def count_live(self) -> Counter[tuple[str, IncidentStatus]]:
        """How many incidents of each sender are open, and unknown. Only the counts are in memory."""
        return Counter(
            (item[_A.SENDER]["S"], status)
            for status in LIVE
            for partition in list_live_partitions(status)
            for item in self.reader.query(
                Query(
                    table=self.name,
                    index=IncidentIndex.LIVE,
                    equal={_A.LIVE_SHARD: partition},
                    attributes=(_A.SENDER,),
                )
            )
        )

    def query_live(self, *statuses: IncidentStatus, attributes: Sequence[str] = ()) -> list[Item]:
        """Entries of the live index, in no order: what is open or unknown, or has one of these statuses."""
        return self.reader.query_all(
            *(
                Query(
                    table=self.name,
                    index=IncidentIndex.LIVE,
                    equal={_A.LIVE_SHARD: partition},
                    attributes=attributes,
                )
                for status in statuses or LIVE
                for partition in list_live_partitions(status)
            )
        )

    def list_live(self) -> list[Incident]:
        """What is open or unknown, in no order."""
        return [parse_incident(item) for item in self.query_live()]

    def query_ended(
        self, days: Iterable[date], *, latest: int | None = None, attributes: Sequence[str] = LISTED
    ) -> list[Item]:
        """Entries of the ended index: what ended on these days, in UTC.

        Args:
            days: the days.
            latest: of each day at most so many, those that ended last; all where it is None.
            attributes: what to read of each.
        """
        return self.reader.query_all(
            *(
                Query(
                    table=self.name,
                    index=IncidentIndex.ENDED,
                    equal={_A.ENDED_ON: f"{day:%Y-%m-%d}"},
                    attributes=attributes,
                    latest=latest,
                )
                for day in days
            )
        )

    def find_sender(self, incident_id: str) -> str | None:
        """The key of the sender whose incident this is; None where the incident is not known."""
        query = Query(table=self.name, index=IncidentIndex.ID, equal={_A.INCIDENT_ID: incident_id})
        return next((str(item[_A.SENDER]["S"]) for item in self.reader.query(query)), None)

    def query_one(self, sender: str, incident_id: str, attributes: Sequence[str] = IN_FULL) -> Item | None:
        """An incident's item as it is now, by a `Query`, which is all that an analyst may do."""
        query = Query(
            table=self.name,
            equal={_A.SENDER: sender, _A.INCIDENT_ID: incident_id},
            attributes=attributes,
            consistent=True,
        )
        return next(iter(self.reader.query(query)), None)

    def read_people(self, sender: str, incident_id: str) -> PeopleState:
        """What people did about an incident, as it is now."""
        return PeopleState(**PEOPLE.read(self.query_one(sender, incident_id, PEOPLES) or {}))

    def get(self, sender: str, incident_id: str) -> Incident | None:
        """An incident in full, as it is now, by a `GetItem`."""
        item = self.reader.get(self.name, incident_key(sender, incident_id))
        return parse_incident(item) if item else None

    def list_of(self, sender: str, *, latest: bool = False) -> list[Incident]:
        """Every incident of a sender that is kept, or the latest of each folder, as they are now."""
        index = IncidentIndex.LATEST if latest else None
        query = Query(
            table=self.name, index=index, equal={_A.SENDER: sender}, attributes=FOR_THE_RULES, consistent=True
        )
        # What people did may be left alone in an item: an incident begins with what the rules write.
        return [parse_incident(item) for item in self.reader.query(query) if _A.RULE_STATE in item]

    def change(self, incident: Incident, values: Values, entry: HistoryEntry) -> Incident:
        """Changes an incident for a person, and returns it as it is then.

        Raises:
            ConflictError: other people, or a run, changed it since it was read.
        """
        change = PeopleChange(version=incident.version, entry=entry)
        update = change.update(values, {_A.STATUS: {"S": incident.status}})
        key = incident_key(incident.sender, incident.incident_id)
        return parse_incident(update_item(self.reader.client, self.name, key, update, ReturnValues="ALL_NEW"))
