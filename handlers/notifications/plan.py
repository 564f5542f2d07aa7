"""What a recipient is sent now, in which notifications; and what is recorded of each delivery.

Nothing here reads a clock, a table or a network.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import Final

from contract.owners.matching import is_quiet
from contract.owners.model import EVENT_CHANNELS
from contract.words import ENDS, OVER, NotificationKind, account_of
from handlers.notifications.rules import BEGINNINGS, PROMPT, DueNotice, Notice, Rules, assumed_read
from handlers.notifications.situation import Situation
from handlers.turns import take_turns
from store.incidents import Incident
from store.notifications import (
    INCIDENT_PREFIX,
    DisabledChannel,
    LastSaid,
    PendingNotice,
    Recipient,
    RecipientState,
    SubjectState,
)

SETTLED: Final = timedelta(minutes=2)
"""How long a change has to last before it is notified; shorter ones are not. Ends need not wait."""
BEGINNING_GAP: Final = timedelta(minutes=5)
"""After a notification, the next beginning waits this long for others ..."""
BEGINNING_AT_MOST: Final = timedelta(minutes=1)
"""... but no longer than this once it has settled: three minutes in all."""
END_GAP: Final = timedelta(minutes=5)
"""The same for ends, which wait no longer than this since they were noticed."""
CHANGE_GAP: Final = timedelta(minutes=30)
"""The same for changes."""
MOST_EVENTS: Final = 100
"""Events that one sweep sends to a service that takes single ones; PagerDuty takes about 120 a minute."""
DIGEST_FROM: Final = 5
"""This many notices at once are one notification."""
STORM_FROM: Final = 20
"""Ends of so many incidents that began together wait as long as changes, until most of them are over."""
STORM_MOST: Final = 0.75
"""What most of them is."""
STORM_LASTS: Final = timedelta(hours=2)
"""What begins in a digest this soon after a storm's first one belongs to that storm. Meanwhile beginnings
wait for others as long as ends do."""
RETRIES: Final = tuple(timedelta(minutes=minutes) for minutes in (1, 2, 5, 15, 30, 60))
"""Waits after the first, the second, ... failure; the last one from then on."""
GIVEN_UP_AFTER: Final = timedelta(hours=6)
"""A notice that still fails this long after its first failure is given up."""
_ORDER: Final = {kind: place for place, kind in enumerate(NotificationKind)}
"""Beginnings before what became of them, as the kinds are declared."""
_LAST: Final = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class Storm:
    """Incidents that began together, and what became of them with this notification."""

    total: int
    over: int
    how: NotificationKind | None = None
    """How all that is over ended; None where that differs."""
    remaining: tuple[Incident, ...] = ()
    """Of one that ends: what is not over, the longest stuck first."""


@dataclass(frozen=True, kw_only=True)
class Notification:
    """What one delivery carries: one notice, or a digest of several."""

    recipient: Recipient
    notices: tuple[Notice, ...]
    storm: Storm | None = None
    """Of a digest: what its incidents are a part of."""


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What to do for a recipient."""

    state: RecipientState
    """With the notices that wait; the same as before where nothing changed."""
    notifications: tuple[Notification, ...] = ()
    """What is due now, in order."""


def plan(recipient: Recipient, state: RecipientState, situation: Situation) -> Plan:
    """What is due. Idempotent until something is delivered.

    Its state has to be stored before the first notification is sent. It says that these are on their way, so
    that the sweep after one that was killed knows that they may have arrived. What became of each has to be
    recorded, even if it is not sent after all. The situation has all incidents that `list_notified` asks for.
    """
    if state.disabled is not None:
        return Plan(state=state)
    now, quiet = situation.now, is_quiet(recipient.owner, situation.now)
    known = correct_clock(state, now)
    found = Rules(recipient=recipient, state=known, situation=situation, quiet=quiet).find()
    entries = {one.key: one.entry for one in found if one.entry is not None}
    notifications = _group(recipient, found, known, situation)
    for notification in notifications:
        for notice in notification.notices:
            entries[notice.key] = _on_its_way(entries[notice.key], now)
    after = replace(known, entries=entries)
    return Plan(state=state if after == state else after, notifications=notifications)


def _on_its_way(entry: SubjectState, now: datetime) -> SubjectState:
    pending = entry.pending
    assert pending is not None  # noqa: S101 - it has a notice
    # Nobody recorded what became of an earlier sweep's attempt.
    unrecorded = pending.sent_at is not None and pending.sent_at != now
    return replace(entry, pending=replace(pending, sent_at=now, in_doubt=pending.in_doubt or unrecorded))


def correct_clock(state: RecipientState, now: datetime) -> RecipientState:
    """The same, with no moment later than now, so that nothing waits for a time that a wrong clock showed.

    How long ago such moments really are is unknown. They are taken for now: what was sent is not sent again,
    and what waits does so once more from the beginning.
    """

    def not_later(moment: datetime | None, than: datetime = now) -> datetime | None:
        return None if moment is None else min(moment, than)

    def correct(entry: SubjectState) -> SubjectState:
        pending = entry.pending and replace(
            entry.pending,
            noticed=min(entry.pending.noticed, now),
            failed_at=not_later(entry.pending.failed_at),
            retry_at=not_later(entry.pending.retry_at, now + RETRIES[-1]),
        )
        corrected = replace(entry, at=not_later(entry.at), storm=not_later(entry.storm), pending=pending)
        return entry if corrected == entry else corrected

    entries = {key: correct(entry) for key, entry in state.entries.items()}
    return replace(state, last=not_later(state.last), entries=entries)


def ready_at(recipient: Recipient, pending: PendingNotice) -> datetime:
    """From when on a notice goes along with whatever is due."""
    if pending.retry_at is not None:
        return pending.retry_at
    if pending.kind in PROMPT:
        return pending.noticed
    if recipient.after is not None and pending.kind in BEGINNINGS:
        return pending.noticed + max(recipient.after, SETTLED)
    return pending.noticed + SETTLED


def due_at(
    recipient: Recipient, pending: PendingNotice, last: datetime | None, *, storm: bool = False
) -> datetime:
    """When a notice is sent, with whatever else is ready then.

    One that was ready at the `last` notification has waited for others already. In a `storm`, beginnings wait
    longer, and so do ends while most of it goes on.
    """
    ready = ready_at(recipient, pending)
    if pending.retry_at is not None or last is None or ready <= last:
        return ready
    if pending.kind in BEGINNINGS:
        at_most = END_GAP if storm else BEGINNING_AT_MOST
        return max(ready, min(last + BEGINNING_GAP, ready + at_most))
    gap = END_GAP if pending.kind in PROMPT and not storm else CHANGE_GAP
    return max(ready, min(last, pending.noticed) + gap)


def _group(
    recipient: Recipient, found: Sequence[DueNotice], state: RecipientState, situation: Situation
) -> tuple[Notification, ...]:
    """The notifications that are due. When one notice is due, every notice that is ready goes along.

    Fewer than `DIGEST_FROM` are a notification each, so that each finds its thread. More are one digest, and
    those that failed before are another: should no channel take these, the rest gets through.
    """
    waiting = [
        (one.entry, one.entry.pending, one.notice)
        for one in found
        if one.notice is not None and one.entry is not None and one.entry.pending is not None
    ]
    now = situation.now
    storming, going_on = find_storm(state, now), _list_going_on(found)

    def is_due(entry: SubjectState, pending: PendingNotice) -> bool:
        storm = entry.storm in going_on if pending.kind in ENDS else storming is not None
        storm &= pending.kind is not NotificationKind.ACKNOWLEDGED
        return due_at(recipient, pending, state.last, storm=storm) <= now

    if not any(is_due(entry, pending) for entry, pending, _ in waiting):
        return ()
    ready = [(pending, notice) for _, pending, notice in waiting if ready_at(recipient, pending) <= now]
    fresh = _arrange(notice for pending, notice in ready if not pending.attempts)
    again = _arrange(notice for pending, notice in ready if pending.attempts)
    if len(ready) < DIGEST_FROM or recipient.channel.kind in EVENT_CHANNELS:
        single = (*fresh, *again)[:MOST_EVENTS]
        return tuple(Notification(recipient=recipient, notices=(notice,)) for notice in single)
    return tuple(
        Notification(
            recipient=recipient, notices=notices, storm=_count_storm(found, notices, storming, situation)
        )
        for notices in (fresh, again)
        if notices
    )


def _arrange(notices: Iterable[Notice]) -> tuple[Notice, ...]:
    """By kind; within a kind in turns of accounts, and of each account's senders, each with its worst first.

    So a flood of one sender hides nothing of another, whatever dates it sends.
    """

    def rank(notice: Notice) -> tuple[int, datetime, str]:
        since = notice.incident.breached_since if notice.incident else _LAST
        return _ORDER[notice.kind], since, notice.subject

    arranged = list[Notice]()
    for _, same in groupby(sorted(notices, key=rank), key=lambda notice: notice.kind):
        of_senders = take_turns(same, lambda notice: notice.sender_key)
        arranged += take_turns(of_senders, lambda notice: account_of(notice.sender_key))
    return tuple(arranged)


def find_storm(state: RecipientState, now: datetime) -> datetime | None:
    """When the storm began to which what begins now belongs; None where none lasts."""
    stuck = (entry.storm for entry in state.entries.values() if entry.said is LastSaid.BEGUN)
    began = max((at for at in stuck if at is not None), default=None)
    return began if began is not None and now - began <= STORM_LASTS else None


_SAID_OVER: Final = {
    LastSaid.CLEARED: NotificationKind.CLEARED,
    LastSaid.NOT_REPORTED: NotificationKind.NOT_REPORTED,
    LastSaid.ENDED: None,
}
"""What a recipient knows to be over, and how it ended."""


def _list_going_on(found: Iterable[DueNotice]) -> set[datetime]:
    """The storms whose ends wait: neither most of it nor all of it is over only now."""
    totals, said, now_over = Counter[datetime](), Counter[datetime](), Counter[datetime]()
    for one in found:
        if one.entry is not None and (storm := one.entry.storm) is not None:
            over = one.entry.said in _SAID_OVER
            totals[storm] += 1
            said[storm] += over
            now_over[storm] += over or (one.notice is not None and one.notice.kind in ENDS)
    return {
        storm
        for storm, total in totals.items()
        if total >= STORM_FROM
        and now_over[storm] < total
        and not said[storm] < STORM_MOST * total <= now_over[storm]
    }


def _count_storm(
    found: Iterable[DueNotice], notices: Sequence[Notice], storming: datetime | None, situation: Situation
) -> Storm | None:
    """What the incidents of a digest are a part of, and what became of that with it."""
    known = {one.key: one.entry for one in found if one.entry is not None}
    begins = sum(notice.incident is not None and notice.kind in BEGINNINGS for notice in notices)
    ends = {notice.key: notice.kind for notice in notices if notice.kind in ENDS}
    ended = Counter(known[key].storm for key in ends if known[key].storm is not None)
    storm = storming if begins else max(ended, key=ended.__getitem__, default=None)
    if storm is None:
        return None
    members = {key: entry.said for key, entry in known.items() if entry.storm == storm}
    over = {key: _SAID_OVER[said] for key, said in members.items() if said in _SAID_OVER}
    over |= {key: kind for key, kind in ends.items() if key in members}
    how = next(iter(over.values())) if len({*over.values()}) == 1 else None
    left = (
        situation.incidents.get(key.removeprefix(INCIDENT_PREFIX)) for key in members.keys() - over.keys()
    )
    remaining = sorted(filter(None, left), key=lambda one: (one.breached_since, one.incident_id))
    return Storm(total=len(members) + begins, over=len(over), how=how, remaining=tuple(remaining))


def _change_pending(
    state: RecipientState, change: Callable[[PendingNotice], PendingNotice]
) -> dict[str, SubjectState]:
    """The entries, with each notice that waits changed."""
    return {
        key: replace(entry, pending=change(entry.pending)) if entry.pending else entry
        for key, entry in state.entries.items()
    }


def record_delivery(state: RecipientState, notification: Notification, at: datetime) -> RecipientState:
    """Records that a notification was delivered.

    The channel works, so whatever failed before is due at once.
    """
    entries = _change_pending(
        state, lambda one: replace(one, retry_at=one.retry_at and min(one.retry_at, at))
    )
    storm = (find_storm(state, at) or at) if len(notification.notices) > 1 else None
    for notice in notification.notices:
        read = assumed_read(_entry_of(entries, notice), notice, at)
        if read is not None and notice.kind in BEGINNINGS and notice.incident is not None:
            read = replace(read, storm=storm)
        _put(entries, notice, read)
    return replace(state, last=at, entries=entries)


def record_failure(
    state: RecipientState,
    notification: Notification,
    at: datetime,
    retry_after: timedelta | None = None,
    *,
    in_doubt: bool = False,
) -> tuple[RecipientState, list[Notice]]:
    """Records that a notification could not be delivered, and may be later; also gives the notices given up.

    Args:
        state: what was known before.
        notification: what was not delivered.
        at: when.
        retry_after: how long the service asks to be left alone.
        in_doubt: whether it may have arrived nevertheless, since the service gave no answer.
    """
    entries, given_up = dict(state.entries), list[Notice]()
    for notice in notification.notices:
        entry = _entry_of(entries, notice)
        before = entry.pending or PendingNotice(kind=notice.kind, noticed=at)
        first, wait = before.failed_at or at, RETRIES[min(before.attempts, len(RETRIES) - 1)]
        failure = replace(
            before,
            attempts=before.attempts + 1,
            failed_at=first,
            # The last attempt is made when the time is up, and not an hour later.
            retry_at=max(min(at + wait, first + GIVEN_UP_AFTER), at + (retry_after or timedelta())),
            sent_at=None,
            in_doubt=before.in_doubt or in_doubt,
        )
        if at - first < GIVEN_UP_AFTER:
            _put(entries, notice, replace(entry, pending=failure))
            continue
        given_up.append(notice)
        if notice.kind in OVER and not failure.in_doubt:
            _put(entries, notice, None)
        elif failure.in_doubt or entry.said in (LastSaid.BEGUN, LastSaid.UNKNOWN):
            # The recipient may know of it, and gets a reminder later: of the numbers of this notice.
            _put(entries, notice, assumed_read(entry, notice, at))
        else:
            _put(entries, notice, replace(entry, said=LastSaid.LOST, at=at, pending=None))
    return replace(state, entries=entries), given_up


def record_unsent(state: RecipientState, notification: Notification) -> RecipientState:
    """Records that a planned notification was not sent after all, for want of time."""
    entries = dict(state.entries)
    for notice in notification.notices:
        entry = entries.get(notice.key)
        if entry is not None and entry.pending is not None:
            entries[notice.key] = replace(entry, pending=replace(entry.pending, sent_at=None))
    return replace(state, entries=entries)


def disable(state: RecipientState, at: datetime, problem: str, target: str = "") -> RecipientState:
    """Stops sending to a recipient, for an error that no retry fixes.

    The problem names no address; the target identifies where the channel leads, such as by a digest of it.
    """
    disabled = DisabledChannel(since=at, problem=problem, target=target)
    entries = _change_pending(state, lambda one: replace(one, sent_at=None))
    return replace(state, disabled=disabled, entries=entries)


def enable(state: RecipientState) -> RecipientState:
    """Sends again, what failed before at once. What both began and ended in between is not sent."""
    entries = _change_pending(state, lambda one: replace(one, attempts=0, failed_at=None, retry_at=None))
    return replace(state, disabled=None, entries=entries)


def _entry_of(entries: Mapping[str, SubjectState], notice: Notice) -> SubjectState:
    folder = notice.folder.folder if notice.folder else ""
    return entries.get(notice.key) or SubjectState(sender=notice.sender_key, folder=folder)


def _put(entries: dict[str, SubjectState], notice: Notice, entry: SubjectState | None) -> None:
    if entry is None:
        entries.pop(notice.key, None)
    else:
        entries[notice.key] = entry
