"""What became of a message: what its recipient believes now, or when it is tried again."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from contract.words import ENDS
from handlers.messages.message import Line, Message
from handlers.messages.rules.hearing import heard
from handlers.messages.rules.limits import DEAD_AFTER, RETRIES
from handlers.messages.rules.told import Disabled, Entry, Pending, Said, Told, entry_key
from handlers.messages.rules.truth import BELIEVED


def delivered(told: Told, message: Message, at: datetime) -> Told:
    """Records that a message was delivered, or such a part of one.

    The channel works: whatever failed before may be tried again at once.

    Args:
        told: what was known before.
        message: what was delivered, with the lines that were.
        at: when.
    """
    entries = {key: _tried_again(entry, at) for key, entry in told.entries.items()}
    for line in message.lines:
        _put(entries, line, heard(_entry_of(entries, line), line, at))
    return replace(told, last=at, entries=entries)


def failed(
    told: Told,
    message: Message,
    at: datetime,
    retry_after: timedelta | None = None,
    *,
    in_doubt: bool = False,
) -> Told:
    """Records that a message could not be delivered, which may pass.

    Args:
        told: what was known before.
        message: what was not delivered.
        at: when.
        retry_after: how long the other side asks to be left alone.
        in_doubt: whether it may have arrived nevertheless, since the other side gave no answer.
    """
    entries = dict(told.entries)
    for line in message.lines:
        entry = _entry_of(entries, line)
        failure = _failure(entry, line, at, retry_after, in_doubt=in_doubt)
        if not _is_dead(failure, at):
            _put(entries, line, replace(entry, pending=failure))
        elif failure.in_doubt:
            _put(entries, line, heard(entry, line, at))
        else:
            _put(entries, line, _given_up(entry, line, at))
    return replace(told, entries=entries)


def list_dead(told: Told, message: Message, at: datetime) -> tuple[Line, ...]:
    """The lines of a message that `failed` would give up: what they say counts as lost."""
    return tuple(
        line for line in message.lines if _is_dead(_failure(_entry_of(told.entries, line), line, at), at)
    )


def unsent(told: Told, message: Message) -> Told:
    """Records that a message of a plan was not sent after all, for want of time."""
    entries = dict(told.entries)
    for line in message.lines:
        if (entry := entries.get(entry_key(line))) is not None:
            _put(entries, line, _not_under_way(entry))
    return replace(told, entries=entries)


def disabled(told: Told, at: datetime, problem: str, target: str = "") -> Told:
    """Sends nothing more to a recipient, for an error that no retry mends.

    Args:
        told: what was known before.
        at: when.
        problem: what is wrong, without an address.
        target: what tells where the channel leads, such as a digest of its address; see `enabled`.
    """
    entries = {key: _not_under_way(entry) for key, entry in told.entries.items()}
    return replace(told, disabled=Disabled(since=at, problem=problem, target=target), entries=entries)


def enabled(told: Told) -> Told:
    """Sends again, and what failed before at once. What both began and ended in between is not said."""
    entries = {key: _untried(entry) for key, entry in told.entries.items()}
    return replace(told, disabled=None, entries=entries)


def _entry_of(entries: Mapping[str, Entry], line: Line) -> Entry:
    entry = entries.get(entry_key(line))
    if entry is not None:
        return entry
    of = line.incident.sender if line.incident else line.sender.key if line.sender else ""
    return Entry(sender=of, folder=line.folder.folder if line.folder else "")


def _put(entries: dict[str, Entry], line: Line, entry: Entry | None) -> None:
    if entry is None:
        entries.pop(entry_key(line), None)
    else:
        entries[entry_key(line)] = entry


def _not_under_way(entry: Entry) -> Entry:
    if entry.pending is None or entry.pending.sent_at is None:
        return entry
    return replace(entry, pending=replace(entry.pending, sent_at=None))


def _untried(entry: Entry) -> Entry:
    if entry.pending is None or not entry.pending.attempts:
        return entry
    return replace(entry, pending=replace(entry.pending, attempts=0, failed_at=None, retry_at=None))


def _tried_again(entry: Entry, at: datetime) -> Entry:
    if entry.pending is None or entry.pending.retry_at is None or entry.pending.retry_at <= at:
        return entry
    return replace(entry, pending=replace(entry.pending, retry_at=at))


def _failure(
    entry: Entry, line: Line, at: datetime, retry_after: timedelta | None = None, *, in_doubt: bool = False
) -> Pending:
    before = entry.pending or Pending(kind=line.kind, noticed=at)
    first = before.failed_at or at
    wait = RETRIES[min(before.attempts, len(RETRIES) - 1)]
    # The last attempt is made when its time is over, and not an hour later.
    retry_at = min(at + wait, max(first + DEAD_AFTER, at))
    if retry_after is not None:
        retry_at = max(retry_at, at + retry_after)
    return replace(
        before,
        attempts=before.attempts + 1,
        failed_at=first,
        retry_at=retry_at,
        sent_at=None,
        in_doubt=before.in_doubt or in_doubt,
    )


def _is_dead(failure: Pending, at: datetime) -> bool:
    return failure.failed_at is not None and at - failure.failed_at >= DEAD_AFTER


def _given_up(entry: Entry, line: Line, at: datetime) -> Entry | None:
    """An entry of which a line is lost."""
    if line.kind in ENDS or BELIEVED[line.kind] is None:
        return None
    if entry.said in (Said.BEGUN, Said.UNKNOWN):
        # The recipient knows of it, and is reminded later: of the numbers as they were to be told.
        return heard(entry, line, at)
    return replace(entry, said=Said.LOST, at=at, pending=None)
