"""The end of every message: where more can be read, why its reader gets it, and how to get fewer."""

from collections.abc import Sequence
from typing import Final

from contract.owners.model import ChannelKind
from contract.words import ENDS, MessageKind
from handlers.messages.message import Line, Recipient
from handlers.messages.rendering.document import Link, Phrase, name, say
from handlers.messages.rendering.places import find_url

_HELP: Final = "messages.md#how-to-get-fewer"
"""What the documents say of it."""
_OVER: Final = ENDS | {MessageKind.READABLE, MessageKind.SPEAKS}
_CHANNELS: Final = {
    ChannelKind.MAIL: "mail",
    ChannelKind.SLACK: "Slack",
    ChannelKind.TEAMS: "Teams",
    ChannelKind.SNS: "an SNS topic",
}


def find_way(lines: Sequence[Line], dashboard_url: str) -> Link | None:
    """The way to what a message is about; None where the dashboard's address is not known."""
    if not dashboard_url:
        return None
    if len(lines) > 1:
        return Link(text="Open the overview", url=dashboard_url)
    what = "incident" if lines[0].incident is not None else "sender"
    return Link(text=f"Open the {what}", url=find_url(lines[0], dashboard_url))


def find_help(docs_url: str) -> Link | None:
    """The way to the documents; None where their address is not known."""
    return Link(text="How to get fewer", url=f"{docs_url.rstrip('/')}/{_HELP}") if docs_url else None


def write_notes(lines: Sequence[Line], recipient: Recipient, following: int) -> tuple[Phrase, ...]:
    """Why this came here, and how to get fewer of its like.

    Args:
        lines: what the message says.
        recipient: who gets it.
        following: how many more lines did not fit into it.
    """
    notes = [_write_reason(lines, recipient), _write_fewer(lines, recipient)]
    if following:
        rest = "1 more follows" if following == 1 else f"{following:,} more follow"
        notes.insert(0, say(f"{rest} in another message."))
    return tuple(notes)


def _write_reason(lines: Sequence[Line], recipient: Recipient) -> Phrase:
    what = "these belong to" if len(lines) > 1 else "it belongs to"
    sender = lines[0].sender
    alone = len(lines) == 1 and lines[0].folder is None
    if alone and sender is not None and sender.owner != recipient.owner.name:
        # Told of a server for what it watches.
        what = "folders of it belong to"
    return (*say(f"This came by {_CHANNELS[recipient.channel.kind]} because {what} "), *_who(recipient))


def _write_fewer(lines: Sequence[Line], recipient: Recipient) -> Phrase:
    begin = "To get fewer: "
    if any(line.incident is not None and line.kind not in _OVER for line in lines):
        begin += "acknowledge or snooze an incident on its page of the dashboard; "
    return (*say(f"{begin}set quiet hours, or what is told, for "), *_who(recipient))


def _who(recipient: Recipient) -> Phrase:
    return (*name(recipient.owner.name), *say(" in owners.yaml."))
