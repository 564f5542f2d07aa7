"""The hours in which a sender is expected, in words, and such as its silences suggest."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final
from zoneinfo import ZoneInfo

from contract.action import Day
from dashboard.data.sender import ExpectedHours, Silence

_DAYS: Final = tuple(Day)
DAY_NAMES: Final = dict(zip(Day, ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"), strict=True))
_LEAST_SILENCES: Final = 3
"""Fewer are no habit."""
_SPREAD: Final = timedelta(hours=2)
"""By as much, the first and last reports of its days may differ."""
_WHOLE_WEEK: Final = timedelta(days=7)
_DAY: Final = timedelta(days=1)
_HOUR: Final = timedelta(hours=1)


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """Hours that keep silences which recur from being told."""

    hours: ExpectedHours
    silences: int
    """How many there were of them."""


def describe_hours(hours: ExpectedHours | None) -> str:
    """Such as `Mon to Fri, 07:00 to 19:00, Europe/Berlin`."""
    if hours is None:
        return "always"
    days = [day for day in Day if day in hours.days]
    span = f"{hours.start} to {hours.end}" if hours.start != hours.end else f"a day long from {hours.start}"
    return f"{_describe_days(days)}, {span}, {hours.zone}"


def propose_hours(silences: Sequence[Silence], zone: ZoneInfo) -> Proposal | None:
    """The hours between silences that recur: a server that is off at night by design.

    What it reported between two silences is one day's work, which has to begin and end at about the same time
    each day. Days of which nothing is known yet are taken for days like the others.

    Args:
        silences: those of the last days, oldest first.
        zone: the hours are given on its clocks.
    """
    works = [
        (one.until.astimezone(zone), following.since.astimezone(zone))
        for one, following in pairwise(silences)
        if following.since - one.until < _DAY
    ]
    if len(silences) < _LEAST_SILENCES or len(works) < _LEAST_SILENCES - 1:
        return None
    begin, spread = _find_common([start for start, _ in works])
    end, spread_of_ends = _find_common([end for _, end in works])
    if max(spread, spread_of_ends) > _SPREAD:
        return None
    # Whole hours around what was seen: a run that comes a little early or late is expected too.
    first = begin // _HOUR
    last = -((begin + _length(begin, end) + spread_of_ends) // -_HOUR)
    if last - first >= 24:
        return None
    hours = ExpectedHours.model_validate(
        {
            "Days": _find_days(silences, works, zone),
            "From": f"{first % 24:02}:00",
            "To": f"{last % 24:02}:00",
            "Zone": zone.key,
        }
    )
    return Proposal(hours=hours, silences=len(silences))


def _find_common(moments: Sequence[datetime]) -> tuple[timedelta, timedelta]:
    """The earliest time of day of these, on a clock without a midnight, and by how much they differ."""
    times = sorted({timedelta(hours=at.hour, minutes=at.minute) for at in moments})
    # The widest gap between two of them is where none is: the first after it is the earliest.
    gaps = [(_length(one, following), following) for one, following in pairwise([*times, times[0]])]
    widest, earliest = max(gaps, key=lambda gap: gap[0] or _DAY)
    return earliest, _DAY - (widest or _DAY)


def _length(start: timedelta, end: timedelta) -> timedelta:
    """From one time of day to the next that is another."""
    return (end - start) % _DAY


def _find_days(
    silences: Sequence[Silence], works: Sequence[tuple[datetime, datetime]], zone: ZoneInfo
) -> list[str]:
    seen = {start.weekday() for start, _ in works}
    first, last = silences[0].since.astimezone(zone), silences[-1].until.astimezone(zone)
    seen |= {first.weekday(), last.weekday()}
    if last - first < _WHOLE_WEEK:
        known = {(first + number * _DAY).weekday() for number in range((last.date() - first.date()).days + 1)}
        seen |= set(range(7)) - known
    return [_DAYS[day] for day in sorted(seen)]


def _describe_days(days: Sequence[Day]) -> str:
    if len(days) == len(_DAYS):
        return "every day"
    places = [_DAYS.index(day) for day in days]
    if len(days) > 2 and places == list(range(places[0], places[-1] + 1)):
        return f"{DAY_NAMES[days[0]]} to {DAY_NAMES[days[-1]]}"
    return ", ".join(DAY_NAMES[day] for day in days)
