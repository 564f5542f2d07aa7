"""Moments, durations, plausible dates and time zones. A moment is written in UTC, ISO 8601, ending in `Z`."""

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum, unique
from functools import cache
from typing import Final, Self

HOUR: Final = timedelta(hours=1)


def format_moment(moment: datetime) -> str:
    """An aware moment as `2026-11-23T20:15:00Z`, with microseconds only where there are any."""
    return f"{moment.astimezone(UTC).isoformat().removesuffix('+00:00')}Z"


def parse_moment(text: str) -> datetime:
    """The aware UTC moment that `format_moment` wrote."""
    return datetime.fromisoformat(text).astimezone(UTC)


def start_of_hour(moment: datetime) -> datetime:
    """The start of the UTC hour of a moment; local hours may start elsewhere, with a half-hour offset."""
    return moment.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


def format_affected_date(moment: datetime) -> str:
    """The `AffectedDate` partition that a breach detected at `moment` belongs to."""
    return format_moment(start_of_hour(moment))


def format_duration(duration: timedelta | float | None) -> str:
    """A duration, given as such or in minutes, in its two largest units: `3 d 4 h`, `2 d`, `25 min`.

    Nothing, or not a number, is a dash.
    """
    if duration is None:
        return "-"
    minutes = duration.total_seconds() / 60 if isinstance(duration, timedelta) else duration
    if math.isnan(minutes):
        return "-"
    whole = int(minutes)
    days, hours, rest = whole // 1440, whole // 60 % 24, whole % 60
    units = [f"{days:,} d" if days else "", f"{hours} h" if hours else "", f"{rest} min" if rest else ""]
    # Minutes do not matter where there are days.
    return " ".join(filter(None, units[:2] if days else units)) or "0 min"


EARLIEST_PLAUSIBLE: Final = datetime(1970, 1, 1, tzinfo=UTC)
FURTHEST_AHEAD: Final = timedelta(days=1)
"""How far in the future a creation date may lie: reporters' clocks and zones are not ours."""


def is_plausible(created: datetime, seen: datetime) -> bool:
    """Whether a file's age follows from its creation date, by when it was seen or reported; both aware."""
    return EARLIEST_PLAUSIBLE <= created <= seen + FURTHEST_AHEAD


@cache
def list_zones() -> frozenset[str]:
    """Those of the package `tzdata`, which functions ship: a zone that is found here is found there.

    `localtime`, which is another on each machine, is none.
    """
    from importlib.resources import files  # for those who ask alone: a cold start pays for each import

    return frozenset(files("tzdata").joinpath("zones").read_text(encoding="ascii").split())


@unique
class Day(StrEnum):
    """Days of the week, Monday first."""

    MONDAY = "mon"
    TUESDAY = "tue"
    WEDNESDAY = "wed"
    THURSDAY = "thu"
    FRIDAY = "fri"
    SATURDAY = "sat"
    SUNDAY = "sun"


DAYS: Final = tuple(Day)


@dataclass(frozen=True, kw_only=True)
class Hours:
    """Hours of a week: on these days, from one local time to another."""

    days: frozenset[int]
    """Monday is 0. Hours that pass midnight belong to the day they begin on."""
    start: time
    end: time
    """Not later than `start`: the next day. The same: a whole day."""
    zone: str

    @classmethod
    def parse(cls, days: Iterable[str], start: str, end: str, zone: str) -> Self:
        """From what `format` gives."""
        start_time, end_time = time.fromisoformat(start), time.fromisoformat(end)
        return cls(days=frozenset(map(DAYS.index, map(Day, days))), start=start_time, end=end_time, zone=zone)

    def format(self) -> tuple[list[str], str, str, str]:
        """Days, start, end and zone as they are written: `["mon"]`, `07:00`, `19:00`, `UTC`."""
        days = [DAYS[day].value for day in sorted(self.days)]
        return days, f"{self.start:%H:%M}", f"{self.end:%H:%M}", self.zone

    def windows(self, since: datetime) -> Iterator[tuple[datetime, datetime]]:
        """The windows that end after `since`, in order, in UTC. One that has begun begins at `since`.

        Differences of local times would leave out the hour that a clock is put forward or back.
        """
        from zoneinfo import ZoneInfo  # for those who ask alone: a cold start pays for each import

        zone = ZoneInfo(self.zone)
        day = since.astimezone(zone).date() - timedelta(days=1)
        while True:
            if day.weekday() in self.days:
                last = day if self.end > self.start else day + timedelta(days=1)
                begin = datetime.combine(day, self.start, zone).astimezone(UTC)
                end = datetime.combine(last, self.end, zone).astimezone(UTC)
                if end > since:
                    yield max(begin, since), end
            day += timedelta(days=1)


DAY_NAMES: Final = dict(zip(Day, ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"), strict=True))


def describe_hours(hours: Hours) -> str:
    """Such as `Mon to Fri, 07:00 to 19:00, Europe/Berlin`."""
    start, end = f"{hours.start:%H:%M}", f"{hours.end:%H:%M}"
    span = f"{start} to {end}" if start != end else f"a day long from {start}"
    days = sorted(hours.days)
    names = [DAY_NAMES[DAYS[day]] for day in days]
    if len(days) == len(DAYS):
        named = "every day"
    elif len(days) > 2 and days[-1] - days[0] == len(days) - 1:
        named = f"{names[0]} to {names[-1]}"
    else:
        named = ", ".join(names)
    return f"{named}, {span}, {hours.zone}"


Clock = Callable[[], datetime]
"""Gives the present as an aware moment."""


def utc_now() -> datetime:
    """The present."""
    return datetime.now(UTC)
