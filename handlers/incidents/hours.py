"""The hours in which a sender is expected: outside them no patience runs."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from contract.moments import find_stretch

_FURTHEST: Final = timedelta(days=400)
"""Where the search for expected time ends."""


@dataclass(frozen=True, kw_only=True)
class Hours:
    """As a person set them: on these days, from one local time to another."""

    days: frozenset[int]
    """Monday is 0. Hours that pass midnight belong to the day they begin on."""
    start: time
    end: time
    """Not later than `start`: the next day. The same: a whole day."""
    zone: str

    def windows(self, since: datetime) -> Iterator[tuple[datetime, datetime]]:
        """The stretches of expected time that end after `since`, in order, in UTC."""
        zone = ZoneInfo(self.zone)
        day = since.astimezone(zone).date() - timedelta(days=1)
        while True:
            if day.weekday() in self.days:
                begin, end = find_stretch(day, self.start, self.end, zone)
                if end > since:
                    yield max(begin, since), end
            day += timedelta(days=1)


def over(anchor: datetime, patience: timedelta, hours: Hours | None) -> datetime:
    """When this much expected time has passed since `anchor`."""
    if hours is None or not hours.days:
        return anchor + patience
    left = patience
    for begin, end in hours.windows(anchor):
        if begin + left <= end:
            return begin + left
        left -= end - begin
        if end - anchor > _FURTHEST:
            break
    return anchor + _FURTHEST
