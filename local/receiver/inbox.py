"""The messages that arrived, whatever they came by."""

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from markupsafe import Markup

from contract.owners.model import ChannelKind

_KEPT: Final = 2_000
"""Of messages that were posted. A stack of this machine sends fewer in its life."""


@dataclass(frozen=True, kw_only=True)
class Received:
    """One message, as it can be shown."""

    message_id: str
    at: datetime
    kind: ChannelKind
    target: str
    """What it was sent to: mail addresses, the name of a webhook or of a topic."""
    owners: tuple[str, ...]
    """Whose channel that is; empty where nobody's."""
    subject: str
    text: str
    """All that it says, without its looks."""
    shown: Markup
    """The same as a piece of a page: whatever came from outside is escaped in it."""
    facts: tuple[tuple[str, str], ...] = ()
    """What its reader can look up beside it, such as a mail's headers."""
    html: str | None = field(default=None, repr=False)
    """Of a mail: what goes into a frame of its own, as it was sent."""
    problem: str | None = None
    """Why the service that it was for would not show it."""


class Inbox:
    """Messages in memory, and those that lie elsewhere.

    Args:
        read_mails: reads the mails that there are now.
    """

    def __init__(self, read_mails: Callable[[], Iterable[Received]] = tuple) -> None:
        self._posted: deque[Received] = deque(maxlen=_KEPT)
        self._read_mails = read_mails

    def add(self, message: Received) -> None:
        """Takes one that was posted."""
        self._posted.append(message)

    def messages(self, owner: str | None = None) -> list[Received]:
        """All of them, or those of an owner, the newest first."""
        everything = (*self._posted, *self._read_mails())
        wanted = (one for one in everything if owner is None or owner in one.owners)
        return sorted(wanted, key=lambda one: one.at, reverse=True)

    def find(self, message_id: str) -> Received | None:
        """The message with an id; None where there is none."""
        return next((one for one in self.messages() if one.message_id == message_id), None)
