"""What notifications are about: incidents and senders as they are now, and the notices about them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from contract.words import Clearing, IncidentStatus, MessageKind, SenderKind, SenderState, UnknownReason
from handlers.notifications.recipients import Recipient


@dataclass(frozen=True, kw_only=True)
class Incident:
    """An incident, with the owner whom the rules name now."""

    incident_id: str
    sender: str
    """The sender's key."""
    sender_name: str
    folder: str
    """In its latest spelling."""
    owner: str
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
    """Whether it cleared at an unknown moment between the last sighting and `ended_at`."""
    reopened: int = 0
    acknowledged_by: str | None = None
    """The user who acknowledged it last, even if the acknowledgement has run out."""
    acknowledged_until: datetime | None = None
    snoozed_until: datetime | None = None

    @property
    def live(self) -> bool:
        """Whether it has not ended."""
        return self.ended_at is None

    def acknowledged(self, now: datetime) -> bool:
        """Whether an acknowledgement is in force."""
        return self.acknowledged_until is not None and now < self.acknowledged_until

    def snoozed(self, now: datetime) -> bool:
        """Whether a snooze is in force."""
        return self.snoozed_until is not None and now < self.snoozed_until

    def wait(self, now: datetime) -> timedelta | None:
        """The age of its oldest file; None where the age is unknown."""
        return None if self.oldest is None else now - self.oldest


@dataclass(frozen=True, kw_only=True)
class UnreadableFolder:
    """A folder that a server watches and cannot read."""

    folder: str
    owner: str
    error: str


@dataclass(frozen=True, kw_only=True)
class Sender:
    """A sender, with the owner whom the rules name now."""

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
    """Whether there are more than those: a folder that is not named may be one of them."""


@dataclass(frozen=True, kw_only=True)
class Situation:
    """The current state, at one moment."""

    now: datetime
    incidents: Mapping[str, Incident] = field(default_factory=dict)
    """By id: all live ones, and ended ones whose end some recipient has to be notified of."""
    senders: Mapping[str, Sender] = field(default_factory=dict)
    """All senders, by key."""


@dataclass(frozen=True, kw_only=True)
class Notice:
    """One thing to notify of: an incident, a sender, or a sender's unreadable folder."""

    kind: MessageKind
    subject: str
    """What it is about, as the log names it: `incident#...` or `sender#...`."""
    incident: Incident | None = None
    sender: Sender | None = None
    """Of notices about a sender or a folder that it cannot read."""
    folder: UnreadableFolder | None = None
    since: datetime | None = None
    """Of `QUIET` and `STUCK_ALL_ALONG`, the last report that named it; of `REOPENED`, when it had cleared."""
    unknown: tuple[Incident, ...] = ()
    """Of `SILENT`: the incidents that are unknown because of it."""


@dataclass(frozen=True, kw_only=True)
class Notification:
    """What one delivery carries: one notice, or a digest of several."""

    recipient: Recipient
    notices: tuple[Notice, ...]
