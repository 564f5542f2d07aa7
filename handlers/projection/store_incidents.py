"""What is known of a sender, in parts that are stored apart: itself, its list, its sets, its incidents.

Every part is a frozen record of plain values. A run changes its sender, each incident that it names and
the sets of those.
"""

import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Self

from contract.action import IncidentAction
from contract.limits import MAX_DEEDS, MAX_NOTES_BYTES
from contract.moments import format_moment, parse_moment
from contract.words import LIVE, Clearing, IncidentStatus, UnknownReason
from handlers.projection.store_dynamodb import Update, Values, fit_key, read_body, write_body
from handlers.projection.store_runs import Stamp
from store.incidents import LIVE_SHARDS, DeedAttribute, IncidentAttribute


@dataclass(frozen=True, kw_only=True)
class Incident:
    """A folder of a sender in breach, from opening to its end."""

    incident_id: str
    key: str
    """The folder's key."""
    folder: str
    """As last spelt."""
    status: IncidentStatus = IncidentStatus.OPEN
    reason: UnknownReason | None = None
    opened: Stamp
    breached_since: datetime
    seen: Stamp
    """The last run that named it."""
    sla: int
    files: int
    peak_files: int
    oldest: datetime | None
    hashes: tuple[str, ...]
    unknown_since: datetime | None = None
    said_at: datetime | None = None
    """The last run that said unreadable or unwatched."""
    ended_at: datetime | None = None
    """When it was cleared, lapsed or was closed."""
    cleared_by: Clearing | None = None
    between: bool = False
    """It was cleared out of the unknown: at some time between last seen and then."""
    reopened: int = 0
    after: str | None = None
    """The incident of this folder before it."""

    @property
    def live(self) -> bool:
        """Whether it has not ended."""
        return self.status in LIVE


def incident_key(sender: str, incident_id: str) -> Values:
    """The key of an incident's item."""
    return {IncidentAttribute.SENDER: {"S": sender}, IncidentAttribute.INCIDENT_ID: {"S": incident_id}}


@dataclass(frozen=True, kw_only=True)
class HistoryEntry:
    """What a person did about an incident."""

    deed_id: str
    at: datetime
    by: str
    """The user's name."""
    action: IncidentAction
    note: str | None = None
    until: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A deed to be added to a history, as it was read."""

    deed: HistoryEntry
    version: int
    """Of what people changed before."""

    def update(self, values: Values, if_still: Values | None = None) -> Update:
        """The update that adds it and, with it, sets these attributes: both, or neither.

        Args:
            values: attributes to set.
            if_still: what has to be so beside the version.
        """
        before = {"N": str(self.version)} if self.version else None
        return Update(
            values={**values, IncidentAttribute.ACTION_VERSION: {"N": str(self.version + 1)}},
            append={IncidentAttribute.HISTORY: {"L": [{"M": _describe_deed(self.deed)}]}},
            if_still={IncidentAttribute.ACTION_VERSION: before, **(if_still or {})},
        )


def read_version(item: Mapping[str, Any]) -> int:
    """How often people changed an incident."""
    return int(item.get(IncidentAttribute.ACTION_VERSION, {}).get("N", "0"))


def _describe_deed(deed: HistoryEntry) -> Values:
    told = {
        DeedAttribute.DEED_ID: deed.deed_id,
        DeedAttribute.DONE_AT: format_moment(deed.at),
        DeedAttribute.DONE_BY: deed.by,
        DeedAttribute.ACTION: deed.action,
        DeedAttribute.NOTE: deed.note,
        DeedAttribute.UNTIL: deed.until and format_moment(deed.until),
    }
    return {str(attribute): {"S": text} for attribute, text in told.items() if text}


Item = Mapping[str, Any]

_ACKNOWLEDGED: Final = (IncidentAttribute.ACKNOWLEDGED_UNTIL, IncidentAttribute.ACKNOWLEDGED_BY)
_SNOOZED: Final = (IncidentAttribute.SNOOZED_UNTIL,)


@dataclass(frozen=True, kw_only=True)
class Inheritance:
    """What people did about one incident, with what they did about those that turned out to be it."""

    version: int
    """Of what people changed of it before."""
    values: Values
    """What becomes of the attributes that people change."""

    @classmethod
    def of(cls, heir: Item, gone: Sequence[Item]) -> Self:
        """What an incident inherits: deeds in their order, the longest acknowledgement and snooze.

        A deed that it has already is not counted twice: a commit may have ended half way.

        Args:
            heir: the item of the incident that stays.
            gone: the items of those that are it.
        """
        own = _list_deeds(heir)
        ids = {_id_of(deed) for deed in own}
        new = [deed for item in gone for deed in _list_deeds(item) if _id_of(deed) not in ids]
        history = _fit(
            sorted([*own, *new], key=lambda deed: parse_moment(deed["M"][DeedAttribute.DONE_AT]["S"]))
        )
        version = read_version(heir)
        values: Values = {**_longest([heir, *gone], _ACKNOWLEDGED), **_longest([heir, *gone], _SNOOZED)}
        if new:
            values[IncidentAttribute.HISTORY] = {"L": history}
            values[IncidentAttribute.ACTION_VERSION] = {"N": str(version + len(new))}
        return cls(version=version, values=values)

    def update(self, values: Values) -> Update:
        """The update that hands it down and, with it, sets these attributes, unless people acted since."""
        before = {"N": str(self.version)} if self.version else None
        return Update(values={**values, **self.values}, if_still={IncidentAttribute.ACTION_VERSION: before})


def _list_deeds(item: Item) -> list[Any]:
    deeds: list[Any] = item.get(IncidentAttribute.HISTORY, {}).get("L", [])
    return deeds


def _id_of(deed: Item) -> str:
    return str(deed["M"][DeedAttribute.DEED_ID]["S"])


def _fit(deeds: list[Any]) -> list[Any]:
    """Without the oldest, where together they are more than an incident's item has room for."""
    fitting: list[Any] = []
    room = MAX_NOTES_BYTES
    for deed in reversed(deeds[-MAX_DEEDS:]):
        room -= len(deed["M"].get(DeedAttribute.NOTE, {}).get("S", "").encode())
        if room < 0:
            break
        fitting.insert(0, deed)
    return fitting


def _longest(items: Iterable[Item], attributes: Sequence[IncidentAttribute]) -> Values:
    """These attributes, as in the item in which the first of them, a moment, is the latest."""
    until = attributes[0]
    held = [item for item in items if until in item]
    if not held:
        return {}
    longest = max(held, key=lambda item: parse_moment(item[until]["S"]))
    return {attribute: longest.get(attribute) for attribute in attributes}


def describe_incident(
    incident: Incident, sender_name: str, *, latest: bool, retention: timedelta | None
) -> Values:
    """What its item says of an incident. What people did to it stands beside that, and is not touched.

    Args:
        incident: the incident.
        sender_name: what screens call its sender.
        latest: whether no later one of its folder is known.
        retention: how long it is kept after its end; None for good.
    """
    ended = incident.ended_at
    cleared = ended if incident.status is IncidentStatus.CLEARED else None
    expires = ended + retention if ended is not None and retention is not None else None
    return {
        IncidentAttribute.BODY: {"S": write_body(incident)},
        IncidentAttribute.LATEST_OF: {"S": fit_key(incident.key)} if latest else None,
        IncidentAttribute.LISTED_IN: {"S": _live_partition(incident)} if incident.live else None,
        IncidentAttribute.ENDED_ON: ended and {"S": f"{ended:%Y-%m-%d}"},
        IncidentAttribute.SENDER_NAME: {"S": sender_name},
        IncidentAttribute.FOLDER: {"S": incident.folder},
        IncidentAttribute.STATUS: {"S": incident.status},
        IncidentAttribute.REASON: incident.reason and {"S": incident.reason},
        IncidentAttribute.SLA: {"N": str(incident.sla)},
        IncidentAttribute.OPENED_AT: {"S": format_moment(incident.opened.at)},
        IncidentAttribute.BREACHED_SINCE: {"S": format_moment(incident.breached_since)},
        IncidentAttribute.LAST_SEEN_AT: {"S": format_moment(incident.seen.at)},
        IncidentAttribute.LAST_SEEN_RUN: {"S": incident.seen.run},
        IncidentAttribute.LAST_SEEN_ARRIVAL: {"S": format_moment(incident.seen.arrived)},
        IncidentAttribute.UNKNOWN_SINCE: incident.unknown_since
        and {"S": format_moment(incident.unknown_since)},
        IncidentAttribute.ENDED_AT: ended and {"S": format_moment(ended)},
        IncidentAttribute.CLEARED_AT: cleared and {"S": format_moment(cleared)},
        IncidentAttribute.CLEARED_BY: incident.cleared_by and {"S": incident.cleared_by},
        IncidentAttribute.BETWEEN: {"BOOL": True} if incident.between else None,
        IncidentAttribute.FILE_COUNT: {"N": str(incident.files)},
        IncidentAttribute.PEAK_FILE_COUNT: {"N": str(incident.peak_files)},
        IncidentAttribute.OLDEST_CREATION: incident.oldest and {"S": format_moment(incident.oldest)},
        IncidentAttribute.REOPENED: {"N": str(incident.reopened)} if incident.reopened else None,
        IncidentAttribute.AFTER: incident.after and {"S": incident.after},
        IncidentAttribute.EXPIRES_AT: expires and {"N": str(int(expires.timestamp()))},
    }


def read_incident(item: Mapping[str, Any]) -> Incident:
    """The incident of an item."""
    return read_body(Incident, item[IncidentAttribute.BODY]["S"])


def _live_partition(incident: Incident) -> str:
    shard = zlib.crc32(incident.incident_id.encode()) % LIVE_SHARDS
    return f"{incident.status}#{shard}"
