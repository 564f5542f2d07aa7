"""The table FileSlaIncidents: every incident, open or ended.

Runs and time write incidents through `store.state.SenderStore.commit`, people through `IncidentTable.change`.
"""

import json
import zlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum, unique
from functools import cached_property
from typing import Any, Final

from contract.folders import folder_key
from contract.moments import format_moment, parse_moment
from contract.words import LIVE, Clearing, IncidentStatus, UnknownReason
from store import dynamodb as db
from store.dynamodb import Item, Query, Values
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
    CLEARED_AT = "ClearedAt"
    CLEARED_BY = "ClearedBy"
    CLEARED_BETWEEN = "ClearedBetween"
    FILE_COUNT = "FileCount"
    PEAK_FILE_COUNT = "PeakFileCount"
    OLDEST_CREATION = "OldestCreation"
    REOPENED = "Reopened"
    PREVIOUS_INCIDENT_ID = "PreviousIncidentId"
    ACTION_VERSION = "ActionVersion"
    OWNER = "Owner"
    ACKNOWLEDGED_BY = "AcknowledgedBy"
    ACKNOWLEDGED_UNTIL = "AcknowledgedUntil"
    SNOOZED_UNTIL = "SnoozedUntil"
    HISTORY = "History"
    """What people did, oldest first: a list of maps of `HistoryAttribute`. Only ever added to."""
    EXPIRES_AT = "ExpiresAt"


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


_A: Final = IncidentAttribute
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
    action: str
    """A value of `contract.action.IncidentAction`, or one that a later version knows."""
    note: str = ""
    until: datetime | None = None


_ENTRY: Final = db.Fields(
    HistoryEntry, HistoryAttribute, at=HistoryAttribute.ACTED_AT, by=HistoryAttribute.ACTED_BY
)


@dataclass(frozen=True, kw_only=True)
class PeopleState:
    """What people did about an incident, which may not be there yet."""

    version: int = 0
    """Counts what people changed, never runs."""
    acknowledged_by: str = ""
    """Who acknowledged it last; `acknowledged_until` tells whether that still holds."""
    acknowledged_until: datetime | None = None
    snoozed_until: datetime | None = None
    history: Sequence[HistoryEntry] = ()
    """Oldest first; only where the incident is read in full."""


@dataclass(frozen=True, kw_only=True)
class Incident(PeopleState):
    """One folder of one sender in breach, from opening to its end."""

    incident_id: str
    sender: str
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
    """When it was cleared, expired or was closed."""
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
    """Whom its folder belongs to; empty where the stack has no owners. The rules do not know it."""
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

    def overdue(self, now: datetime) -> timedelta | None:
        """How far its oldest file is over the SLA; None where its age is not known."""
        wait = self.wait(now)
        return None if wait is None else max(wait - timedelta(minutes=self.sla), timedelta())


_PEOPLE: Final[dict[str, Any]] = {"version": _A.ACTION_VERSION, "history": (_A.HISTORY, db.list_of(_ENTRY))}
_RENAMED: Final = {"between": _A.CLEARED_BETWEEN, "previous_id": _A.PREVIOUS_INCIDENT_ID}
_READ: Final = db.Fields(Incident, _A, **_RENAMED, **_PEOPLE)
PEOPLE: Final = db.Fields(PeopleState, _A, **_PEOPLE)
PEOPLES: Final = tuple(PEOPLE.attributes)
"""What people did to an incident, its version first. All else in its item follows from the runs."""
_MOMENTS: Final = (_A.OPENED_AT, _A.LAST_SEEN_AT, _A.LAST_SEEN_ARRIVAL)
IN_FULL: Final = [*_READ.attributes, *_MOMENTS, _A.LAST_SEEN_RUN]
"""What to read of one incident: all that is shown."""
LISTED: Final = [name for name in IN_FULL if name != _A.HISTORY]
_NOT_BY_THE_RULES: Final = {*PEOPLES, _A.SENDER_NAME, _A.OWNER}
_NOT_WRITTEN: Final = {*_NOT_BY_THE_RULES, _A.SENDER, _A.INCIDENT_ID}
FOR_THE_RULES: Final = [*(name for name in IN_FULL if name not in _NOT_BY_THE_RULES), _A.RULE_STATE]

# The live index is read all day, and written at each change of what it includes. Its keys come by themselves;
# the rest of these is of the projection alone, of ended incidents, or read of one incident.
_NOT_IN_LIVE_INDEX: Final = {
    _A.SENDER, _A.INCIDENT_ID, _A.LIVE_SHARD, _A.BREACHED_SINCE, _A.RULE_STATE, _A.LATEST_FOLDER_KEY,
    _A.ENDED_ON, _A.EXPIRES_AT, _A.ENDED_AT, _A.CLEARED_AT, _A.CLEARED_BY, _A.CLEARED_BETWEEN, _A.HISTORY,
}  # fmt: skip

# What the rules know, and not the history, which may be a hundred times as large. In the order of the first
# release: with another one, the table would be made anew.
_IN_LATEST_INDEX: Final = (
    _A.FOLDER, _A.STATUS, _A.REASON, _A.SLA, _A.OPENED_AT, _A.BREACHED_SINCE, _A.LAST_SEEN_AT,
    _A.UNKNOWN_SINCE, _A.ENDED_AT, _A.CLEARED_BY, _A.CLEARED_BETWEEN, _A.FILE_COUNT, _A.PEAK_FILE_COUNT,
    _A.OLDEST_CREATION, _A.REOPENED, _A.PREVIOUS_INCIDENT_ID, _A.LAST_SEEN_RUN, _A.LAST_SEEN_ARRIVAL,
    _A.RULE_STATE,
)  # fmt: skip

INCIDENTS_TABLE: Final = db.TableSpec(
    name="FileSlaIncidents",
    partition_key=_A.SENDER,
    sort_key=_A.INCIDENT_ID,
    indexes=[
        db.IndexSpec(
            name=IncidentIndex.LATEST,
            partition_key=_A.SENDER,
            sort_key=_A.LATEST_FOLDER_KEY,
            projection="INCLUDE",
            included=_IN_LATEST_INDEX,
            local=True,
        ),
        db.IndexSpec(
            name=IncidentIndex.LIVE,
            partition_key=_A.LIVE_SHARD,
            sort_key=_A.BREACHED_SINCE,
            projection="INCLUDE",
            included=[str(attribute) for attribute in _A if attribute not in _NOT_IN_LIVE_INDEX],
        ),
        # Includes all: an ended incident is written once, and what is shown of it is as many attributes as an
        # index may include; one more would have the index made anew.
        db.IndexSpec(name=IncidentIndex.ENDED, partition_key=_A.ENDED_ON, sort_key=_A.ENDED_AT),
        db.IndexSpec(name=IncidentIndex.ID, partition_key=_A.INCIDENT_ID, projection="KEYS_ONLY"),
    ],
    expiry_attribute=_A.EXPIRES_AT,
)


def parse_incident(item: Item) -> Incident:
    """The incident of an item, or of an entry of an index, as far as that tells of it.

    Raises:
        MalformedItemError: an attribute is missing that every incident has, or has a value that none has.
    """
    try:
        rules = json.loads(item[_A.RULE_STATE]["S"]) if _A.RULE_STATE in item else {}
        opened, seen, arrived = (db.MOMENT.read(item[name]) for name in _MOMENTS)
        said_at = rules.get("said_at")
        stamps = {
            "opened": Stamp(
                opened, rules.get("run", ""), parse_moment(rules["arrived"]) if rules else opened
            ),
            "seen": Stamp(seen, item[_A.LAST_SEEN_RUN]["S"], arrived),
            "hashes": tuple(rules.get("hashes", ())),
            "said_at": said_at and parse_moment(said_at),
        }
    except (KeyError, TypeError, ValueError) as error:
        raise db.MalformedItemError(f"an incident cannot be read: {error!r}") from error
    return _READ.parse(item, **stamps)


def describe_incident(
    incident: Incident, sender_name: str, *, latest: bool, retention: timedelta | None, owner: str = ""
) -> Values:
    """What the rules make of an incident's item. What people did stands beside it, and is not touched.

    It bears an owner where one is given. `latest` says that no later incident of its folder is known, and
    `retention` how long it is kept after its end; None for good.

    Raises:
        ValueError: it was read from an index, which lacks what the rules need.
    """
    if not incident.opened.run:
        raise ValueError(f"incident {incident.incident_id} was not read in full")
    ended = incident.ended_at
    cleared = ended if incident.status is IncidentStatus.CLEARED else None
    shard = zlib.crc32(incident.incident_id.encode()) % LIVE_SHARDS
    rules = {
        "run": incident.opened.run,
        "arrived": format_moment(incident.opened.arrived),
        "hashes": incident.hashes,
        **({"said_at": format_moment(incident.said_at)} if incident.said_at else {}),
    }
    return {
        **{name: value for name, value in _READ.write(incident).items() if name not in _NOT_WRITTEN},
        _A.OPENED_AT: db.MOMENT.write(incident.opened.at),
        _A.LAST_SEEN_AT: db.MOMENT.write(incident.seen.at),
        _A.SENDER_NAME: {"S": sender_name},
        **({_A.OWNER: {"S": owner}} if owner else {}),
        _A.LAST_SEEN_RUN: {"S": incident.seen.run},
        _A.LAST_SEEN_ARRIVAL: db.MOMENT.write(incident.seen.arrived),
        _A.RULE_STATE: {"S": json.dumps(rules, separators=(",", ":"))},
        _A.LATEST_FOLDER_KEY: {"S": db.fit_key(incident.key)} if latest else None,
        _A.LIVE_SHARD: {"S": f"{incident.status}#{shard}"} if incident.live else None,
        _A.ENDED_ON: {"S": f"{ended:%Y-%m-%d}"} if ended else None,
        _A.CLEARED_AT: db.MOMENT.write(cleared) if cleared else None,
        _A.EXPIRES_AT: db.EXPIRY.write(ended + retention) if ended and retention is not None else None,
    }


def incident_key(sender: str, incident_id: str) -> Values:
    """The key of an incident's item."""
    return {_A.SENDER: {"S": sender}, _A.INCIDENT_ID: {"S": incident_id}}


@dataclass(frozen=True, kw_only=True)
class PeopleChange:
    """A change of what people did about an incident. It fails if they did more since it was read."""

    version: int
    entry: HistoryEntry | None = None
    values: Values = field(default_factory=dict)

    def update(self, values: Values, if_still: Values | None = None) -> db.Update:
        """The update that makes this change and, with it, sets attributes: both, or neither."""
        new = self.entry and [self.entry]
        return db.Update(
            values={
                **values,
                **self.values,
                **({_A.ACTION_VERSION: db.NUMBER.write(self.version + 1)} if new else {}),
            },
            append={_A.HISTORY: db.list_of(_ENTRY).write(new)} if new else {},
            if_still={_A.ACTION_VERSION: db.COUNT.write(self.version), **(if_still or {})},
        )


@dataclass(frozen=True)
class IncidentTable:
    """The table FileSlaIncidents: one method an access pattern. Threads may share it."""

    reader: db.Reader
    name: str

    def count_live(self) -> Counter[tuple[str, IncidentStatus]]:
        """How many incidents of each sender are open, and unknown. Only the counts are in memory."""
        return Counter(
            (item[_A.SENDER]["S"], status)
            for status in LIVE
            for query in self._of_live([status], (_A.SENDER,))
            for item in self.reader.query(query)
        )

    def query_live(self, *statuses: IncidentStatus, attributes: Sequence[str] = ()) -> list[Item]:
        """Entries of the live index, in no order: what is open or unknown, or has one of these statuses."""
        return self.reader.query_all(*self._of_live(statuses or LIVE, attributes))

    def _of_live(self, statuses: Sequence[IncidentStatus], attributes: Sequence[str]) -> list[Query]:
        return [
            self._query({_A.LIVE_SHARD: partition}, attributes, index=IncidentIndex.LIVE)
            for status in statuses
            for partition in list_live_partitions(status)
        ]

    def list_live(self) -> list[Incident]:
        """What is open or unknown, in no order."""
        return [parse_incident(item) for item in self.query_live()]

    def query_ended(
        self, days: Iterable[date], *, latest: int | None = None, attributes: Sequence[str] = LISTED
    ) -> list[Item]:
        """Entries of the ended index: of each of these days, in UTC, all or at most the `latest` so many."""
        return self.reader.query_all(
            *(
                self._query(
                    {_A.ENDED_ON: f"{day:%Y-%m-%d}"}, attributes, index=IncidentIndex.ENDED, latest=latest
                )
                for day in days
            )
        )

    def find_sender(self, incident_id: str) -> str | None:
        """The key of the sender whose incident this is; None where the incident is not known."""
        query = self._query({_A.INCIDENT_ID: incident_id}, index=IncidentIndex.ID)
        return next((str(item[_A.SENDER]["S"]) for item in self.reader.query(query)), None)

    def query_one(self, sender: str, incident_id: str, attributes: Sequence[str] = IN_FULL) -> Item | None:
        """An incident's item as it is now, by a `Query`, which is all that an analyst may do."""
        query = self._query({_A.SENDER: sender, _A.INCIDENT_ID: incident_id}, attributes, consistent=True)
        return next(self.reader.query(query), None)

    def read_people(self, sender: str, incident_id: str) -> PeopleState:
        """What people did about an incident, as it is now."""
        return PEOPLE.parse(self.query_one(sender, incident_id, PEOPLES) or {})

    def get(self, sender: str, incident_id: str) -> Incident | None:
        """An incident in full, as it is now, by a `GetItem`."""
        item = self.reader.get(self.name, incident_key(sender, incident_id))
        return parse_incident(item) if item else None

    def list_of(self, sender: str, *, latest: bool = False) -> list[Incident]:
        """Every incident of a sender that is kept, or the latest of each folder, as they are now."""
        index = IncidentIndex.LATEST if latest else None
        query = self._query({_A.SENDER: sender}, FOR_THE_RULES, index=index, consistent=True)
        # What people did may be left alone in an item: an incident begins with what the rules write.
        return [parse_incident(item) for item in self.reader.query(query) if _A.RULE_STATE in item]

    def _query(self, equal: Mapping[str, str], attributes: Sequence[str] = (), **more: Any) -> Query:
        return Query(table=self.name, equal=equal, attributes=attributes, **more)

    def change(self, incident: Incident, values: Values, entry: HistoryEntry) -> Incident:
        """Changes an incident for a person, and returns it as it is then.

        Raises:
            ConflictError: other people, or a run, changed it since it was read.
        """
        change = PeopleChange(version=incident.version, entry=entry)
        update = change.update(values, {_A.STATUS: {"S": incident.status}})
        key = incident_key(incident.sender, incident.incident_id)
        return parse_incident(
            db.update_item(self.reader.client, self.name, key, update, ReturnValues="ALL_NEW")
        )
