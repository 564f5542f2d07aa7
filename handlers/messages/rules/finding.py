"""What a plan finds of one thing: what there is to say of it, and what of it is to be kept."""

from dataclasses import dataclass, replace
from datetime import datetime

from contract.words import MessageKind
from handlers.messages.message import Line
from handlers.messages.rules.told import Entry, Pending


@dataclass(frozen=True, kw_only=True)
class Finding:
    """Of one entry."""

    key: str
    entry: Entry | None
    """As it is now; None where nothing of it has to be known any more."""
    line: Line | None = None
    """What there is to say, due or not; then the entry has it as pending."""


def waiting(entry: Entry, kind: MessageKind, now: datetime) -> Entry:
    """An entry of which something waits to be said: since now, unless it is what waited before."""
    if entry.pending is not None and entry.pending.kind is kind:
        return entry
    return replace(entry, pending=Pending(kind=kind, noticed=now))


def resting(entry: Entry) -> Entry:
    """An entry of which nothing is to be said."""
    return entry if entry.pending is None else replace(entry, pending=None)
