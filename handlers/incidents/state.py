"""What is known of a sender, in parts that are stored apart: itself, its list, its sets, its incidents.

Every part is a frozen record of plain values. A run changes its sender, each incident that it names and
the sets of those.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

from contract.words import LIVE, Clearing, IncidentStatus, SenderKind, SenderState, UnknownReason
from handlers.incidents.hours import Hours
from handlers.incidents.stamp import Stamp


class Gap(NamedTuple):
    """The time between two runs, from which an interval is learnt."""

    end: datetime
    length: timedelta


class Address(NamedTuple):
    """A source address, and its latest runs, oldest first."""

    address: str
    runs: tuple[datetime, ...]


class Silence(NamedTuple):
    """A silence that is over: when the sender was heard last, and when it was heard again."""

    since: datetime
    until: datetime


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What people set on a sender."""

    interval: timedelta | None = None
    hours: Hours | None = None
    paused_at: datetime | None = None
    resumed_at: datetime | None = None
    """Patience begins anew when a pause ends."""
    retired_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Sender:
    """A sender, as its last run and its people left it."""

    key: str
    last: Stamp
    last_arrival: datetime
    """The latest of all its runs: silence counts from here."""
    up_since: datetime
    """Since when it was neither late nor silent at any of its runs."""
    state: SenderState = SenderState.UP
    state_since: datetime
    """These two are as the last sweep found them; see `life.life`."""
    kind: SenderKind = SenderKind.STOCK
    kind_since: datetime
    regular_at: datetime | None = None
    """The last run that makes it a regular one."""
    empties: tuple[datetime, ...] = ()
    """The last two empty runs."""
    empty: Stamp | None = None
    """The last empty run that spoke for every folder."""
    listed: Stamp | None = None
    """The last run with a whole list."""
    named: bool = False
    addresses: tuple[Address, ...] = ()
    mixed_addresses: bool = False
    """Seen from several addresses."""
    struck_at: datetime | None = None
    struck_until: datetime | None = None
    """Until when it is taken for shared since its empty runs were wrong twice."""
    declared: timedelta | None = None
    gaps: tuple[Gap, ...] = ()
    silences: tuple[Silence, ...] = ()
    """Those of the last days that are over, oldest first."""
    client: str | None = None
    skew: timedelta = timedelta(0)
    settings: Settings = Settings()
    acted: tuple[datetime, str] | None = None
    """When people last changed anything, and the id of what they did."""

    @property
    def acted_at(self) -> datetime | None:
        """When people last changed anything."""
        return self.acted and self.acted[0]


@dataclass(frozen=True, kw_only=True)
class Watched:
    """What the last whole list said. It changes when the list does, which is rarely."""

    read: frozenset[str] = frozenset()
    """Keys of the folders that could be read."""
    errors: tuple[tuple[str, str], ...] = ()
    """Keys of those that could not, with what the system said; sorted."""
    formerly: tuple[tuple[str, datetime], ...] = ()
    """Keys of those that a list of the last days read and this one did not, with when last; sorted."""


@dataclass(frozen=True, kw_only=True)
class FolderSet:
    """The folders of a sender with one parent path, as far as runs named any of them."""

    key: str
    named: Stamp
    """The last run that named a folder of it."""
    gaps: tuple[Gap, ...] = ()
    covered: Stamp | None = None
    """The last run from which leaving a folder out meant that it is well."""
    struck_at: datetime | None = None
    mixed_since: datetime | None = None
    mixed_until: datetime | None = None

    def mixed_up(self, at: datetime) -> bool:
        """Whether leaving a folder out means nothing."""
        return self.mixed_until is not None and at < self.mixed_until


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


@dataclass(frozen=True, kw_only=True)
class State:
    """All that is known of one sender. Incidents are the latest of each folder."""

    sender: Sender | None = None
    watched: Watched | None = None
    """None where no run had a list."""
    sets: Mapping[str, FolderSet] = field(default_factory=dict)
    incidents: Mapping[str, Incident] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Changes:
    """What became different: what a store has to write. Incidents that made room for new ones are in it."""

    sender: Sender | None = None
    watched: Watched | None = None
    sets: tuple[FolderSet, ...] = ()
    incidents: tuple[Incident, ...] = ()
