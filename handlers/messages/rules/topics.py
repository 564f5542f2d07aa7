"""What of it an owner wants to be told."""

from collections.abc import Mapping
from typing import Final

from contract.owners.model import Topic
from contract.words import MessageKind
from handlers.messages.message import Recipient

TOPICS: Final[Mapping[MessageKind, Topic]] = {
    MessageKind.BEGIN: Topic.BEGIN,
    MessageKind.ESCALATED: Topic.BEGIN,
    MessageKind.WORSE: Topic.WORSE,
    MessageKind.REMINDER: Topic.REMINDER,
    MessageKind.REOPENED: Topic.BEGIN,
    MessageKind.STUCK_ALL_ALONG: Topic.BEGIN,
    MessageKind.UNKNOWN: Topic.BEGIN,
    MessageKind.CLEARED: Topic.CLEARED,
    MessageKind.QUIET: Topic.CLEARED,
    MessageKind.LAPSED: Topic.CLEARED,
    MessageKind.CLOSED: Topic.CLEARED,
    MessageKind.SILENT: Topic.SILENT_SENDER,
    MessageKind.SPEAKS: Topic.SILENT_SENDER,
    MessageKind.UNREADABLE: Topic.UNREADABLE_FOLDER,
    MessageKind.READABLE: Topic.UNREADABLE_FOLDER,
}


def is_told(recipient: Recipient, kind: MessageKind) -> bool:
    """Whether a recipient is told of such things."""
    topic = TOPICS[kind]
    # Whoever has an escalation wants it to begin, also where the first channels are told ends alone.
    escalates = recipient.after is not None and topic is Topic.BEGIN
    return escalates or topic in recipient.owner.told
