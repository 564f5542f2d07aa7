"""What a recipient believes once it has read a line, or may have read one."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from contract.words import MessageKind
from handlers.messages.message import Line
from handlers.messages.rules.told import Entry, Said
from handlers.messages.rules.truth import BELIEVED


def heard(entry: Entry, line: Line, at: datetime) -> Entry | None:
    """An entry after a line of it was read; None where there is nothing left to know.

    Args:
        entry: what was known before.
        line: what was read.
        at: when.
    """
    said = BELIEVED[line.kind]
    if said is None:
        return None
    reminded = line.kind is MessageKind.REMINDER or (line.kind is MessageKind.WORSE and entry.reminded)
    after = replace(entry, said=said, at=at, reminded=reminded, pending=None)
    if line.incident is None:
        return replace(after, since=line.sender.last_run_at if line.sender else None)
    if said is Said.BEGUN:
        return replace(after, files=line.incident.files, wait=line.incident.wait(at), since=None)
    return replace(
        after, since=line.incident.ended_at if said is Said.CLEARED else line.incident.last_seen_at
    )


def settle(
    entry: Entry,
    word: Callable[[Entry], MessageKind | None],
    line: Callable[[MessageKind], Line],
    at: datetime,
) -> tuple[Entry, MessageKind | None]:
    """What there is to say, and the entry that it follows from.

    What the recipient may have read, and is not what there is to say, counts as heard: better the end of
    something that was not told, than something told whose end is not.

    Args:
        entry: what is known.
        word: what there is to say by an entry.
        line: the line of a kind, of what the entry is of.
        at: now.
    """
    kind, pending = word(entry), entry.pending
    if pending is None or not pending.maybe_heard or pending.kind is kind:
        return entry, kind
    after = heard(entry, line(pending.kind), at) or Entry(sender=entry.sender, folder=entry.folder)
    return after, word(after)
