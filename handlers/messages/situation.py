"""What there is to tell of: incidents and senders as they are now."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from contract.words import Clearing, IncidentStatus, SenderKind, SenderState, UnknownReason


@dataclass(frozen=True, kw_only=True)
class Incident:
    """An incident, as its item tells it."""

    incident_id: str
    sender: str
    """The sender's key."""
    sender_name: str
    folder: str
    """As last spelt."""
    owner: str
    """Name of the owner, by the rules as they are now."""
    status: IncidentStatus
    reason: UnknownReason | None = None
    sla: int
    """Minutes."""
    files: int
    oldest: datetime | None = None
    """Creation of the oldest stuck file; None where no date is plausible."""
    opened_at: datetime
    breached_since: datetime
    last_seen_at: datetime
    last_seen_run: str
    last_seen_arrival: datetime
    unknown_since: datetime | None = None
    ended_at: datetime | None = None
    cleared_by: Clearing | None = None
    between: bool = False
    """It was cleared at some time between the last sighting and `ended_at`."""
    reopened: int = 0
    acknowledged_by: str | None = None
    """The user who acknowledged it last, also where that has ended."""
    acknowledged_until: datetime | None = None
    snoozed_until: datetime | None = None

    @property
    def live(self) -> bool:
        """Whether it has not ended."""
        return self.ended_at is None

    def acknowledged(self, now: datetime) -> bool:
        """Whether somebody is on it."""
        return self.acknowledged_until is not None and now < self.acknowledged_until

    def snoozed(self, now: datetime) -> bool:
        """Whether nobody wants to hear of it for a time."""
        return self.snoozed_until is not None and now < self.snoozed_until

    def wait(self, now: datetime) -> timedelta | None:
        """How old its oldest file is; None where its age is not known."""
        return None if self.oldest is None else now - self.oldest


@dataclass(frozen=True, kw_only=True)
class UnreadableFolder:
    """A folder that a server watches and cannot read."""

    folder: str
    owner: str
    error: str


@dataclass(frozen=True, kw_only=True)
class Sender:
    """A sender, as its item tells it."""

    key: str
    name: str
    owner: str
    state: SenderState
    state_since: datetime
    kind: SenderKind
    last_run_at: datetime
    interval: timedelta
    unreadable: tuple[UnreadableFolder, ...] = ()
    """The first of the folders that it cannot read."""
    unreadable_unnamed: bool = False
    """Whether there are others, so that one that is not named may be among them."""


@dataclass(frozen=True, kw_only=True)
class Situation:
    """All of it, at one moment."""

    now: datetime
    incidents: Mapping[str, Incident] = field(default_factory=dict)
    """By id: what is open or unknown, and what ended of which somebody was told."""
    senders: Mapping[str, Sender] = field(default_factory=dict)
    """By key: all that are known."""
