"""Names of the table FileSlaMessages: what owners were told, and what they are to be told."""

from enum import StrEnum, unique
from typing import Final

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
