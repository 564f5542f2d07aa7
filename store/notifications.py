"""Names of the table FileSlaMessages: what owners were told, and what they are to be told."""

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
    """Attributes of an item: of a recipient's state, or of one line of the log."""

    ABOUT = "About"
    """Partition key: one of the prefixes, and what it is of."""
    PART = "Part"
    """Sort key: `STATE_PREFIX` and a number, or the moment of a line of the log and its recipient."""
    BODY = "Body"
    """What the rules know of a recipient, compressed: nobody else's to read. What people are shown of it
    stands beside it, in the first of its items."""
    CHUNKS = "Chunks"
    """In how many items a recipient's state is stored."""
    REVISION = "Revision"
    """Counts the writes of a recipient's state: whoever writes says which one was read."""
    LEASED_UNTIL = "LeasedUntil"
    """Until when one sweep has the recipient to itself."""
    DISABLED_SINCE = "DisabledSince"
    """Since when nothing is sent over a channel, for an error that no retry mends. Whoever takes it away, and
    adds one to `REVISION`, has the next sweep send again."""
    FAILING_SINCE = "FailingSince"
    PROBLEM = "Problem"
    """What the last attempt failed with; never an address of a webhook."""
    TOLD_AT = "ToldAt"
    """From here on: attributes of the log."""
    TOLD = "Told"
    """What was said: one of `MessageKind`."""
    OWNER = "Owner"
    CHANNEL = "Channel"
    """As people are shown it, such as `Slack orders`."""
    FOLDER = "Folder"
    """Of a line about a folder that a sender cannot read: as it was spelt."""
    EXPIRES_AT = "ExpiresAt"


RECIPIENT_PREFIX: Final = "recipient#"
"""Before an owner, a slash and the key of a channel."""
INCIDENT_PREFIX: Final = "incident#"
"""Before an IncidentId."""
SENDER_PREFIX: Final = "sender#"
"""Before a sender's key."""
STATE_PREFIX: Final = "state#"
FIRST_STATE: Final = f"{STATE_PREFIX}0000"
"""The part of a recipient's state that tells how its channel is."""


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
class PendingNotice:
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
    def maybe_read(self) -> bool:
        """Whether the recipient may have read it."""
        return self.in_doubt or self.sent_at is not None


@dataclass(frozen=True, kw_only=True)
class SubjectState:
    """What is known of one thing: an incident, a sender, or a folder that cannot be read."""

    sender: str
    """The sender's key."""
    folder: str = ""
    """Of a folder that cannot be read, as it was told."""
    said: LastSaid = LastSaid.NOTHING
    at: datetime | None = None
    """When that was said, or given up."""
    files: int = 0
    wait: timedelta | None = None
    """How many files, and how old the oldest one, when it was last said that it is stuck."""
    reminded: bool = False
    """Whether it was said again already that it is stuck still."""
    since: datetime | None = None
    """Of what is over, when it was, or was last seen. Of a silent sender, its last run."""
    pending: PendingNotice | None = None


@dataclass(frozen=True, kw_only=True)
class DisabledChannel:
    """Why nothing is sent."""

    since: datetime
    problem: str
    target: str
    """What tells whether the channel leads elsewhere by now; never an address in the clear."""


@dataclass(frozen=True, kw_only=True)
class RecipientState:
    """All that is known of a recipient. What is over leaves it."""

    last: datetime | None = None
    """When anything was last said to it."""
    disabled: DisabledChannel | None = None
    entries: Mapping[str, SubjectState] = field(default_factory=dict)
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


def list_entries(state: RecipientState, prefix: str) -> dict[str, SubjectState]:
    """The entries whose keys begin like this, by their keys."""
    return {key: entry for key, entry in state.entries.items() if key.startswith(prefix)}


def list_notified(state: RecipientState) -> list[tuple[str, str]]:
    """The incidents, by sender and id, that the next situation has to hold, live or not: an end is owed."""
    owed = (LastSaid.BEGUN, LastSaid.UNKNOWN, LastSaid.QUIET)
    return [
        (entry.sender, key.removeprefix(INCIDENT_PREFIX))
        for key, entry in list_entries(state, INCIDENT_PREFIX).items()
        if entry.said in owed or (entry.pending is not None and entry.pending.maybe_read)
    ]


def failing_since(state: RecipientState) -> datetime | None:
    """Since when something fails to be delivered; None where nothing does."""
    pending = (entry.pending for entry in state.entries.values())
    failures = (one.failed_at for one in pending if one is not None)
    return min((at for at in failures if at is not None), default=None)
