"""What notifications are about: the current state, and the notices about it."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property

from contract.words import NotificationKind
from store.incidents import Incident
from store.maintenance import Window
from store.notifications import Recipient, unreadable_key
from store.senders import Sender, UnreadableFolder


@dataclass(frozen=True, kw_only=True)
class Situation:
    """The current state at one moment. What belongs to an owner has the one whom the rules name now."""

    now: datetime
    incidents: Mapping[str, Incident] = field(default_factory=dict)
    """By id: all live ones, and ended ones whose end some recipient has to be notified of."""
    senders: Mapping[str, Sender] = field(default_factory=dict)
    """All senders, by key."""
    windows: Sequence[Window] = ()
    """The maintenance windows that owners are notified of: also those that ended in the last days."""
    touched: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """The names of the owners whom each of these touches, by the window's id."""

    @cached_property
    def by_owner(self) -> Mapping[str, Mapping[str, Incident]]:
        """The incidents of each owner, by id."""
        owned = defaultdict[str, dict[str, Incident]](dict)
        for incident_id, one in self.incidents.items():
            owned[one.owner][incident_id] = one
        return owned


@dataclass(frozen=True, kw_only=True)
class Notice:
    """One thing to notify of: an incident, a sender, or a sender's unreadable folder."""

    kind: NotificationKind
    subject: str
    """What it is about, as the log names it: `incident#...`, `sender#...` or `maintenance#...`."""
    incident: Incident | None = None
    sender: Sender | None = None
    """Of notices about a sender or a folder that it cannot read."""
    folder: UnreadableFolder | None = None
    since: datetime | None = None
    """Of `NOT_REPORTED` and `STILL_STUCK`, the last report that named it; of `REOPENED`, when it cleared."""
    unknown: tuple[Incident, ...] = ()
    """Of `SILENT`: the incidents that are unknown because of it."""
    with_account: bool = False
    """Whether its server is named with its account, since a server of another account has the same name."""
    window: Window | None = None
    """Of `MAINTENANCE`."""
    files_before: int = 0
    wait_before: timedelta | None = None
    """The files and the oldest one's wait in the last notification that it is stuck."""
    noticed: datetime | None = None
    """When it was found due, where it waits to be sent."""

    @property
    def key(self) -> str:
        """The key of the entry that it is about."""
        if self.folder is not None and self.sender is not None:
            return unreadable_key(self.sender.key, self.folder.folder)
        return self.subject

    @property
    def sender_key(self) -> str:
        """Whose it is; "" of a maintenance window."""
        return self.incident.sender if self.incident else self.sender.key if self.sender else ""


@dataclass(frozen=True, kw_only=True)
class Storm:
    """Incidents that began together, and what became of them with this notification."""

    total: int
    over: int
    how: NotificationKind | None = None
    """How all that is over ended; None where that differs."""


@dataclass(frozen=True, kw_only=True)
class Notification:
    """What one delivery carries: one notice, or a digest of several."""

    recipient: Recipient
    notices: tuple[Notice, ...]
    storm: Storm | None = None
    """Of a digest: what its incidents are a part of."""
