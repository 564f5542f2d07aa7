"""When an owner is told of ends alone."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Final

from contract.day_hours import find_stretch
from contract.owners.model import Owner

_FURTHEST: Final = timedelta(days=14)
"""Where the search for an end stops: whoever is quiet at all hours of the week is so for ever."""


def is_quiet(owner: Owner, now: datetime) -> bool:
    """Whether a moment lies in an owner's quiet hours."""
    return quiet_until(owner, now) is not None


def quiet_until(owner: Owner, now: datetime) -> datetime | None:
    """When the quiet hours end that a moment lies in, in UTC; None where it lies in none.

    Hours that overlap or touch are one stretch. Where it has no end, one two weeks ahead is given.
    """
    until = now
    while until - now < _FURTHEST:
        ends = [end for begin, end in _stretches(owner, until) if begin <= until < end]
        if not ends:
            break
        until = max(ends)
    return until.astimezone(UTC) if until > now else None


def _stretches(owner: Owner, now: datetime) -> Iterator[tuple[datetime, datetime]]:
    """The quiet hours that begin on a moment's local day or on the one before."""
    zone = owner.zone_info
    today = now.astimezone(zone).date()
    for day in (today - timedelta(days=1), today):
        for hours in owner.quiet_hours:
            if day.weekday() in hours.days:
                yield find_stretch(day, hours.start, hours.end, zone)
