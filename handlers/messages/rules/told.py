"""What is known of a recipient: what was said last of each thing, and what waits to be said."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum, unique
from typing import Final

from contract.folders import folder_key
from contract.words import MessageKind
from handlers.messages.message import Line
from store.notifications import INCIDENT_PREFIX, SENDER_PREFIX

UNREADABLE_PREFIX: Final = "unreadable#"


@unique
class Said(StrEnum):
    """What a recipient believes of something, by what was said last."""

    NOTHING = "nothing"
    BEGUN = "begun"
    """It is stuck, silent or unreadable."""
    UNKNOWN = "unknown"
    """Nobody can tell whether it is stuck still."""
    QUIET = "quiet"
    """It is not reported any more."""
    CLEARED = "cleared"
    ENDED = "ended"
    """It ended in another way: unseen, by hand, or after it went quiet."""
    LOST = "lost"
    """Nothing: what was to be said could not be delivered for hours, and was given up."""


@dataclass(frozen=True, kw_only=True)
class Pending:
    """Something that waits to be said."""

    kind: MessageKind
    noticed: datetime
    """The sweep that first found it so."""
    attempts: int = 0
    """How often it was sent in vain."""
    failed_at: datetime | None = None
    """The first of these times."""
    retry_at: datetime | None = None
    sent_at: datetime | None = None
    """The plan by which it is on its way; None once it is recorded what became of that."""
    in_doubt: bool = False
    """It may have arrived: whoever sent it was stopped before that was recorded, or got no answer."""

    @property
    def maybe_heard(self) -> bool:
        """Whether the recipient may have read it."""
        return self.in_doubt or self.sent_at is not None


@dataclass(frozen=True, kw_only=True)
class Entry:
    """What is known of one thing: an incident, a sender, or a folder that cannot be read."""

    sender: str
    """The sender's key."""
    folder: str = ""
    """Of a folder that cannot be read, as it was told."""
    said: Said = Said.NOTHING
    at: datetime | None = None
    """When that was said, or given up."""
    files: int = 0
    wait: timedelta | None = None
    """How many files, and how old the oldest one, when it was last said that it is stuck."""
    reminded: bool = False
    """Whether it was said again already that it is stuck still."""
    since: datetime | None = None
    """Of what is over, when it was, or was last seen. Of a silent sender, its last run."""
    pending: Pending | None = None


@dataclass(frozen=True, kw_only=True)
class Disabled:
    """Why nothing is sent."""

    since: datetime
    problem: str
    target: str
    """What tells whether the channel leads elsewhere by now; never an address in the clear."""


@dataclass(frozen=True, kw_only=True)
class Told:
    """All that is known of a recipient. What is over leaves it."""

    last: datetime | None = None
    """When anything was last said to it."""
    disabled: Disabled | None = None
    entries: Mapping[str, Entry] = field(default_factory=dict)
    """By what they are of: `incident_key` and the others."""


def incident_key(incident_id: str) -> str:
    """The key of an incident's entry."""
    return f"{INCIDENT_PREFIX}{incident_id}"


def sender_key(sender: str) -> str:
    """The key of a sender's entry."""
    return f"{SENDER_PREFIX}{sender}"


def unreadable_key(sender: str, folder: str) -> str:
    """The key of the entry of a sender's folder that cannot be read, however it is spelt."""
    return f"{UNREADABLE_PREFIX}{sender}\n{folder_key(folder)}"


def list_entries(told: Told, prefix: str) -> dict[str, Entry]:
    """The entries whose keys begin like this, by their keys."""
    return {key: entry for key, entry in told.entries.items() if key.startswith(prefix)}


def entry_key(line: Line) -> str:
    """The key of the entry that a line is of."""
    if line.folder is not None and line.sender is not None:
        return unreadable_key(line.sender.key, line.folder.folder)
    return line.subject


def list_told(told: Told) -> list[tuple[str, str]]:
    """The incidents, by sender and id, that the next situation has to hold, live or not: an end is owed."""
    owed = (Said.BEGUN, Said.UNKNOWN, Said.QUIET)
    return [
        (entry.sender, key.removeprefix(INCIDENT_PREFIX))
        for key, entry in list_entries(told, INCIDENT_PREFIX).items()
        if entry.said in owed or (entry.pending is not None and entry.pending.maybe_heard)
    ]


def failing_since(told: Told) -> datetime | None:
    """Since when something fails to be delivered; None where nothing does."""
    pending = (entry.pending for entry in told.entries.values())
    failures = (one.failed_at for one in pending if one is not None)
    return min((at for at in failures if at is not None), default=None)
