"""A message before it is put into words: what it says, of what, and to whom."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from contract.owners.model import Channel, Owner, recipient_key
from contract.words import MessageKind
from handlers.messages.situation import Incident, Sender, UnreadableFolder


@dataclass(frozen=True, kw_only=True)
class Recipient:
    """One channel of one owner: what was said is known of each by itself."""

    owner: Owner
    channel: Channel
    after: timedelta | None = None
    """Escalation: for how long an incident went unacknowledged before it is told here. None: at once."""

    @property
    def key(self) -> str:
        """What tells it from all others: the owner, a slash and the channel's key."""
        return recipient_key(self.owner.name, self.channel)


@dataclass(frozen=True, kw_only=True)
class Line:
    """One thing to say. Of `incident`, `folder` and `sender`, those that it is about are there."""

    kind: MessageKind
    subject: str
    """What it is about, as the log calls it: `incident#...` or `sender#...`."""
    incident: Incident | None = None
    sender: Sender | None = None
    """Of what it says of a sender or of a folder that it cannot read."""
    folder: UnreadableFolder | None = None
    since: datetime | None = None
    """Of `QUIET` and `STUCK_ALL_ALONG`, the last report that named it; of `REOPENED`, when it was over."""
    unknown: tuple[Incident, ...] = ()
    """Of `SILENT`: what nobody can tell any more because of it."""


@dataclass(frozen=True, kw_only=True)
class Message:
    """What one delivery says: one line, or a digest of several."""

    recipient: Recipient
    lines: tuple[Line, ...]

    @property
    def digest(self) -> bool:
        """Whether it gathers several lines."""
        return len(self.lines) > 1
