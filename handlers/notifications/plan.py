"""What is due to be said to a recipient now."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Final

from contract.owners.matching import is_quiet
from contract.owners.model import Owners
from contract.words import ENDS, MessageKind
from handlers.notifications.notices import find_folders, find_senders
from handlers.notifications.rules import (
    BEGINNING_AT_MOST,
    BEGINNING_GAP,
    BEGINNINGS,
    BELIEVED,
    CHANGE_AT_MOST,
    CHANGE_GAP,
    DEAD_AFTER,
    DIGEST_FROM,
    RETRIES,
    SETTLED,
    DueNotice,
    assumed_read,
    find_incidents,
    notice_key,
)
from handlers.notifications.situation import Notice, Notification, Recipient, Situation
from store.notifications import DisabledChannel, LastSaid, PendingNotice, RecipientState, SubjectState


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What is to be done."""

    told: RecipientState
    """With what was noticed; the same as before where nothing was."""
    messages: tuple[Notification, ...] = ()
    """What is due now, in order."""


def plan(recipient: Recipient, told: RecipientState, situation: Situation) -> Plan:
    """What is due. Planning twice is planning once, as long as nothing was delivered in between.

    What it says is to be stored before its first message is sent: it holds that these are on their way, so
    that whoever comes after one that was stopped there knows that they may have arrived. Each is to be
    recorded (`recording`), also one that is not sent after all.

    Args:
        recipient: to whom.
        told: what was said to it, as the last plan or record left it.
        situation: what is so; it holds every incident that `told.list_told` asks for, if it exists.
    """
    if told.disabled is not None:
        return Plan(told=told)
    quiet = is_quiet(recipient.owner, situation.now)
    known = correct_clock(told, situation.now)
    findings = [
        *find_incidents(recipient, known, situation, quiet=quiet),
        *find_senders(recipient, known, situation, quiet=quiet),
        *find_folders(recipient, known, situation, quiet=quiet),
    ]
    entries = {one.key: one.entry for one in findings if one.entry is not None}
    messages = group(recipient, findings, known.last, situation.now)
    under_way = {notice_key(line) for message in messages for line in message.lines}
    entries |= {key: _under_way(entries[key], situation.now) for key in under_way}
    after = replace(known, entries=entries)
    return Plan(told=told if after == told else after, messages=messages)


def _under_way(entry: SubjectState, now: datetime) -> SubjectState:
    pending = entry.pending
    assert pending is not None  # noqa: S101 - it has a line
    # Of an earlier sweep's attempt nobody recorded what became of it.
    lost_sight = pending.sent_at is not None and pending.sent_at != now
    return replace(entry, pending=replace(pending, sent_at=now, in_doubt=pending.in_doubt or lost_sight))


def list_recipients(owners: Owners) -> list[Recipient]:
    """The channels of every owner, each once: told at once, or else by the soonest escalation."""
    found: dict[str, Recipient] = {}
    for owner in owners.owners.values():
        at_once = [Recipient(owner=owner, channel=channel) for channel in owner.channels]
        later = [
            Recipient(owner=owner, channel=channel, after=escalation.after)
            for escalation in sorted(owner.escalations, key=lambda one: one.after)
            for channel in escalation.channels
        ]
        for one in (*at_once, *later):
            found.setdefault(one.key, one)
    return list(found.values())


def correct_clock(told: RecipientState, now: datetime) -> RecipientState:
    """The same, with no moment of it later than now: nothing waits for a time that a wrong clock showed.

    It is not known how long ago those moments are. Taken for now, what was said is not said again, and
    what waits does so once more from the beginning.
    """
    entries = {key: _correct_subject(entry, now) for key, entry in told.entries.items()}
    return replace(told, last=_not_later(told.last, now), entries=entries)


def _correct_subject(entry: SubjectState, now: datetime) -> SubjectState:
    pending = entry.pending and _correct_pending(entry.pending, now)
    at = _not_later(entry.at, now)
    if pending == entry.pending and at == entry.at:
        return entry
    return replace(entry, at=at, pending=pending)


def _correct_pending(pending: PendingNotice, now: datetime) -> PendingNotice:
    return replace(
        pending,
        noticed=min(pending.noticed, now),
        failed_at=_not_later(pending.failed_at, now),
        retry_at=_not_later(pending.retry_at, now + RETRIES[-1]),
    )


def _not_later(moment: datetime | None, now: datetime) -> datetime | None:
    return None if moment is None else min(moment, now)


def ready_at(recipient: Recipient, pending: PendingNotice) -> datetime:
    """From when on it goes along with whatever is due."""
    if pending.retry_at is not None:
        return pending.retry_at
    if pending.kind in ENDS:
        return pending.noticed
    if recipient.after is not None and pending.kind in BEGINNINGS:
        return pending.noticed + max(recipient.after, SETTLED)
    return pending.noticed + SETTLED


def due_at(recipient: Recipient, pending: PendingNotice, last: datetime | None) -> datetime:
    """When it is said, with whatever else is ready then.

    What was ready at the last message and did not go along has waited for others already: it did not fit in.

    Args:
        recipient: to whom.
        pending: what waits.
        last: when anything was said to the recipient before.
    """
    ready = ready_at(recipient, pending)
    if pending.retry_at is not None or last is None or ready <= last:
        return ready
    if pending.kind in BEGINNINGS:
        return max(ready, min(last + BEGINNING_GAP, ready + BEGINNING_AT_MOST))
    return max(ready, min(last + CHANGE_GAP, pending.noticed + CHANGE_AT_MOST))


_ORDER: Final = {kind: place for place, kind in enumerate(MessageKind)}
"""Beginnings before what became of them, as the kinds are declared."""
_LAST: Final = datetime.max.replace(tzinfo=UTC)


def group(
    recipient: Recipient, findings: Iterable[DueNotice], last: datetime | None, now: datetime
) -> tuple[Notification, ...]:
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
        return tuple(Notification(recipient=recipient, lines=(line,)) for _, line in ready)
    fresh = tuple(line for pending, line in ready if not pending.attempts)
    again = tuple(line for pending, line in ready if pending.attempts)
    return tuple(Notification(recipient=recipient, lines=lines) for lines in (fresh, again) if lines)


def _rank(waiting: tuple[PendingNotice, Notice]) -> tuple[bool, int, datetime, str]:
    pending, line = waiting
    since = line.incident.breached_since if line.incident else _LAST
    return bool(pending.attempts), _ORDER[line.kind], since, line.subject


def record_delivery(told: RecipientState, message: Notification, at: datetime) -> RecipientState:
    """Records that a message was delivered, or such a part of one.

    The channel works: whatever failed before may be tried again at once.

    Args:
        told: what was known before.
        message: what was delivered, with the lines that were.
        at: when.
    """
    entries = {key: _tried_again(entry, at) for key, entry in told.entries.items()}
    for line in message.lines:
        _put(entries, line, assumed_read(_entry_of(entries, line), line, at))
    return replace(told, last=at, entries=entries)


def record_failure(
    told: RecipientState,
    message: Notification,
    at: datetime,
    retry_after: timedelta | None = None,
    *,
    in_doubt: bool = False,
) -> RecipientState:
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
            _put(entries, line, assumed_read(entry, line, at))
        else:
            _put(entries, line, _given_up(entry, line, at))
    return replace(told, entries=entries)


def list_given_up(told: RecipientState, message: Notification, at: datetime) -> tuple[Notice, ...]:
    """The lines of a message that `failed` would give up: what they say counts as lost."""
    return tuple(
        line for line in message.lines if _is_dead(_failure(_entry_of(told.entries, line), line, at), at)
    )


def record_unsent(told: RecipientState, message: Notification) -> RecipientState:
    """Records that a message of a plan was not sent after all, for want of time."""
    entries = dict(told.entries)
    for line in message.lines:
        if (entry := entries.get(notice_key(line))) is not None:
            _put(entries, line, _not_under_way(entry))
    return replace(told, entries=entries)


def disable(told: RecipientState, at: datetime, problem: str, target: str = "") -> RecipientState:
    """Sends nothing more to a recipient, for an error that no retry mends.

    Args:
        told: what was known before.
        at: when.
        problem: what is wrong, without an address.
        target: what tells where the channel leads, such as a digest of its address; see `enabled`.
    """
    entries = {key: _not_under_way(entry) for key, entry in told.entries.items()}
    return replace(told, disabled=DisabledChannel(since=at, problem=problem, target=target), entries=entries)


def enable(told: RecipientState) -> RecipientState:
    """Sends again, and what failed before at once. What both began and ended in between is not said."""
    entries = {key: _untried(entry) for key, entry in told.entries.items()}
    return replace(told, disabled=None, entries=entries)


def _entry_of(entries: Mapping[str, SubjectState], line: Notice) -> SubjectState:
    entry = entries.get(notice_key(line))
    if entry is not None:
        return entry
    of = line.incident.sender if line.incident else line.sender.key if line.sender else ""
    return SubjectState(sender=of, folder=line.folder.folder if line.folder else "")


def _put(entries: dict[str, SubjectState], line: Notice, entry: SubjectState | None) -> None:
    if entry is None:
        entries.pop(notice_key(line), None)
    else:
        entries[notice_key(line)] = entry


def _not_under_way(entry: SubjectState) -> SubjectState:
    if entry.pending is None or entry.pending.sent_at is None:
        return entry
    return replace(entry, pending=replace(entry.pending, sent_at=None))


def _untried(entry: SubjectState) -> SubjectState:
    if entry.pending is None or not entry.pending.attempts:
        return entry
    return replace(entry, pending=replace(entry.pending, attempts=0, failed_at=None, retry_at=None))


def _tried_again(entry: SubjectState, at: datetime) -> SubjectState:
    if entry.pending is None or entry.pending.retry_at is None or entry.pending.retry_at <= at:
        return entry
    return replace(entry, pending=replace(entry.pending, retry_at=at))


def _failure(
    entry: SubjectState,
    line: Notice,
    at: datetime,
    retry_after: timedelta | None = None,
    *,
    in_doubt: bool = False,
) -> PendingNotice:
    before = entry.pending or PendingNotice(kind=line.kind, noticed=at)
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


def _is_dead(failure: PendingNotice, at: datetime) -> bool:
    return failure.failed_at is not None and at - failure.failed_at >= DEAD_AFTER


def _given_up(entry: SubjectState, line: Notice, at: datetime) -> SubjectState | None:
    """An entry of which a line is lost."""
    if line.kind in ENDS or BELIEVED[line.kind] is None:
        return None
    if entry.said in (LastSaid.BEGUN, LastSaid.UNKNOWN):
        # The recipient knows of it, and is reminded later: of the numbers as they were to be told.
        return assumed_read(entry, line, at)
    return replace(entry, said=LastSaid.LOST, at=at, pending=None)
