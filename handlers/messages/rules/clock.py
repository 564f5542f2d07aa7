"""A clock that was put back: nothing that was said can have been said later than now."""

from dataclasses import replace
from datetime import datetime

from handlers.messages.rules.limits import RETRIES
from handlers.messages.rules.told import Entry, Pending, Told


def set_right(told: Told, now: datetime) -> Told:
    """The same, with no moment of it later than now: nothing waits for a time that a wrong clock showed.

    It is not known how long ago those moments are. Taken for now, what was said is not said again, and
    what waits does so once more from the beginning.
    """
    entries = {key: _entry(entry, now) for key, entry in told.entries.items()}
    return replace(told, last=_not_later(told.last, now), entries=entries)


def _entry(entry: Entry, now: datetime) -> Entry:
    pending = entry.pending and _pending(entry.pending, now)
    at = _not_later(entry.at, now)
    if pending == entry.pending and at == entry.at:
        return entry
    return replace(entry, at=at, pending=pending)


def _pending(pending: Pending, now: datetime) -> Pending:
    return replace(
        pending,
        noticed=min(pending.noticed, now),
        failed_at=_not_later(pending.failed_at, now),
        retry_at=_not_later(pending.retry_at, now + RETRIES[-1]),
    )


def _not_later(moment: datetime | None, now: datetime) -> datetime | None:
    return None if moment is None else min(moment, now)
