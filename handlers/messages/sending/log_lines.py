"""The log of what was told: an item for each thing that a message said something of."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, Final

from contract.moments import format_moment
from contract.owners.model import name_channel
from handlers.messages.message import Line, Message
from store.notifications import INCIDENT_PREFIX, MessageAttribute

KEPT_BEYOND: Final = timedelta(days=90)
"""How much longer than an incident after its end: the log of one that lasted is older than it."""


def build_log_lines(
    message: Message, at: datetime, revision: int, retention: timedelta | None
) -> list[dict[str, Any]]:
    """What a message said, as items of the table FileSlaMessages.

    Args:
        message: what was delivered.
        at: when, in UTC.
        revision: of the recipient's state that records it.
        retention: how long an incident is kept after its end; None for good.
    """
    recipient = message.recipient
    expires: dict[str, Any] = (
        {MessageAttribute.EXPIRES_AT: {"N": str(int((at + retention + KEPT_BEYOND).timestamp()))}}
        if retention
        else {}
    )
    items: list[dict[str, Any]] = []
    for number, (subject, line) in enumerate(_list_subjects(message)):
        folder: dict[str, Any] = {MessageAttribute.FOLDER: {"S": line.folder.folder}} if line.folder else {}
        items.append(
            {
                MessageAttribute.ABOUT: {"S": subject},
                # In order of time, and another one for each line that a recipient was ever told.
                MessageAttribute.PART: {
                    "S": f"{at:%Y-%m-%dT%H:%M:%S.%fZ}#{recipient.key}#{revision}.{number}"
                },
                MessageAttribute.TOLD_AT: {"S": format_moment(at)},
                MessageAttribute.TOLD: {"S": line.kind},
                MessageAttribute.OWNER: {"S": recipient.owner.name},
                MessageAttribute.CHANNEL: {"S": name_channel(recipient.channel)},
                **folder,
                **expires,
            }
        )
    return items


def _list_subjects(message: Message) -> Iterator[tuple[str, Line]]:
    for line in message.lines:
        yield line.subject, line
        # What a notice of a silent sender says, it says of these.
        for incident in line.unknown:
            yield f"{INCIDENT_PREFIX}{incident.incident_id}", line
