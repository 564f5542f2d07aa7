"""The table FileSlaMessages: the state of each recipient, and the log of what it was notified of."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum, unique
from typing import Final

from contract.folders import folder_key
from contract.words import MessageKind
from store.dynamodb import TableSpec


@unique
class MessageAttribute(StrEnum):
    """Attributes of an item: of a recipient's state, or of an entry of the log."""

    ABOUT = "About"
    """Partition key: one of the prefixes, and the key of its subject."""
    PART = "Part"
    """Sort key: `STATE_PREFIX` and a number, or the moment of an entry of the log and its recipient."""
    BODY = "Body"
    """A recipient's state, compressed, which the rules alone read. What people are shown stands beside it, in
    the first of its items."""
    CHUNKS = "Chunks"
    """The number of items that hold a recipient's state."""
    REVISION = "Revision"
    """Counts the writes of a recipient's state: each write says which one was read."""
    LEASED_UNTIL = "LeasedUntil"
    """Until when one sweep has the recipient to itself."""
    DISABLED_SINCE = "DisabledSince"
    """Since when nothing is sent to a channel, for an error that no retry fixes. Removing it, and adding one
    to `REVISION`, makes the next sweep send again."""
    FAILING_SINCE = "FailingSince"
    PROBLEM = "Problem"
    """Why the last attempt failed; never an address of a webhook."""
    TOLD_AT = "ToldAt"
    """From here on: attributes of the log."""
    TOLD = "Told"
    """One of `MessageKind`."""
    OWNER = "Owner"
    CHANNEL = "Channel"
    """As people are shown it, such as `Slack orders`."""
    FOLDER = "Folder"
    """Of a folder that a sender cannot read: as it was spelt."""
    EXPIRES_AT = "ExpiresAt"


RECIPIENT_PREFIX: Final = "recipient#"
"""Before an owner, a slash and the key of a channel."""
INCIDENT_PREFIX: Final = "incident#"
"""Before an IncidentId."""
SENDER_PREFIX: Final = "sender#"
"""Before a sender's key."""
STATE_PREFIX: Final = "state#"
FIRST_STATE: Final = f"{STATE_PREFIX}0000"
"""The part of a recipient's state that has the status of its channel."""


# Every read is of one incident, one sender or one recipient: no index.
NOTIFICATIONS_TABLE: Final = TableSpec(
    name="FileSlaMessages",
    partition_key=MessageAttribute.ABOUT,
    sort_key=MessageAttribute.PART,
    expiry_attribute=MessageAttribute.EXPIRES_AT,
)
UNREADABLE_PREFIX: Final = "unreadable#"


@unique
class LastSaid(StrEnum):
    """What a recipient knows of a subject, by the last notice about it."""

    NOTHING = "nothing"
    BEGUN = "begun"
    """It is stuck, silent or unreadable."""
    UNKNOWN = "unknown"
    """Whether it is still stuck is unknown."""
    QUIET = "quiet"
    """It is no longer reported."""
    CLEARED = "cleared"
    ENDED = "ended"
    """It expired, was closed, or ended after it was no longer reported."""
    LOST = "lost"
    """Nothing: the notice could not be delivered for hours, and was given up."""


@dataclass(frozen=True, kw_only=True)
class PendingNotice:
    """A notice that waits to be sent."""

    kind: MessageKind
    noticed: datetime
    """The sweep that first found it due."""
    attempts: int = 0
    """How often sending it failed."""
    failed_at: datetime | None = None
    """When it first failed."""
    retry_at: datetime | None = None
    sent_at: datetime | None = None
    """The sweep that is sending it; None once the outcome is recorded."""
    in_doubt: bool = False
    """Whether an earlier delivery is unconfirmed: the sweep was stopped before it recorded the outcome, or
    got no answer."""

    @property
    def maybe_read(self) -> bool:
        """Whether the recipient may have read it."""
        return self.in_doubt or self.sent_at is not None


@dataclass(frozen=True, kw_only=True)
class SubjectState:
    """What a recipient knows of one subject: an incident, a sender, or a folder that cannot be read."""

    sender: str
    """The sender's key."""
    folder: str = ""
    """Of a folder that cannot be read, as it was spelt."""
    said: LastSaid = LastSaid.NOTHING
    at: datetime | None = None
    """When it was last notified of it, or that was given up."""
    files: int = 0
    wait: timedelta | None = None
    """The files and the age of the oldest one in the last notice that it is stuck."""
    reminded: bool = False
    """Whether a reminder was sent."""
    since: datetime | None = None
    """Of what is over, its end, or its last sighting. Of a silent sender, its last run."""
    pending: PendingNotice | None = None


@dataclass(frozen=True, kw_only=True)
class DisabledChannel:
    """Why nothing is sent to a channel."""

    since: datetime
    problem: str
    target: str
    """Identifies where the channel led; never an address in the clear."""


@dataclass(frozen=True, kw_only=True)
class RecipientState:
    """All that a recipient knows. Subjects that are over leave it in time."""

    last: datetime | None = None
    """When it was last sent anything."""
    disabled: DisabledChannel | None = None
    entries: Mapping[str, SubjectState] = field(default_factory=dict)
    """By subject: `incident_key`, `sender_key`, `unreadable_key`."""


def incident_key(incident_id: str) -> str:
    """The key of an incident's entry."""
    return f"{INCIDENT_PREFIX}{incident_id}"


def sender_key(sender: str) -> str:
    """The key of a sender's entry."""
    return f"{SENDER_PREFIX}{sender}"


def unreadable_key(sender: str, folder: str) -> str:
    """The key of the entry of a sender's unreadable folder, however it is spelt."""
    return f"{UNREADABLE_PREFIX}{sender}\n{folder_key(folder)}"


def list_entries(state: RecipientState, prefix: str) -> dict[str, SubjectState]:
    """The entries whose keys begin with a prefix, by key."""
    return {key: entry for key, entry in state.entries.items() if key.startswith(prefix)}


def list_notified(state: RecipientState) -> list[tuple[str, str]]:
    """The incidents, by sender and id, whose end the recipient has to be notified of.

    The next situation has to hold them, live or not.
    """
    owed = (LastSaid.BEGUN, LastSaid.UNKNOWN, LastSaid.QUIET)
    return [
        (entry.sender, key.removeprefix(INCIDENT_PREFIX))
        for key, entry in list_entries(state, INCIDENT_PREFIX).items()
        if entry.said in owed or (entry.pending is not None and entry.pending.maybe_read)
    ]


def failing_since(state: RecipientState) -> datetime | None:
    """Since when deliveries fail; None where none does."""
    pending = (entry.pending for entry in state.entries.values())
    failures = (one.failed_at for one in pending if one is not None)
    return min((at for at in failures if at is not None), default=None)
