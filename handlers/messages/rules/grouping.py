"""What is due, put into messages."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Final

from contract.words import MessageKind
from handlers.messages.message import Line, Message, Recipient
from handlers.messages.rules.due import due_at, ready_at
from handlers.messages.rules.finding import Finding
from handlers.messages.rules.limits import DIGEST_FROM
from handlers.messages.rules.told import Pending

_ORDER: Final = {kind: place for place, kind in enumerate(MessageKind)}
"""Beginnings before what became of them, as the kinds are declared."""
_LAST: Final = datetime.max.replace(tzinfo=UTC)


def group(
    recipient: Recipient, findings: Iterable[Finding], last: datetime | None, now: datetime
) -> tuple[Message, ...]:
    """The messages that are due. When one line is due, every line that is ready goes along.

    Fewer than five lines are a message each, so that each finds its thread. More are one digest, and what
    was sent in vain before is one of its own: should no channel take that, all else gets through.
    """
    waiting = [
        (one.entry.pending, one.line)
        for one in findings
        if one.line is not None and one.entry is not None and one.entry.pending is not None
    ]
    if not any(due_at(recipient, pending, last) <= now for pending, _ in waiting):
        return ()
    ready = sorted(
        ((pending, line) for pending, line in waiting if ready_at(recipient, pending) <= now), key=_rank
    )
    if len(ready) < DIGEST_FROM:
        return tuple(Message(recipient=recipient, lines=(line,)) for _, line in ready)
    fresh = tuple(line for pending, line in ready if not pending.attempts)
    again = tuple(line for pending, line in ready if pending.attempts)
    return tuple(Message(recipient=recipient, lines=lines) for lines in (fresh, again) if lines)


def _rank(waiting: tuple[Pending, Line]) -> tuple[bool, int, datetime, str]:
    pending, line = waiting
    since = line.incident.breached_since if line.incident else _LAST
    return bool(pending.attempts), _ORDER[line.kind], since, line.subject
