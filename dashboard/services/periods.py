"""Stretches of time to look at, and the UTC hours that cover them."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from contract.moments import HOUR, start_of_hour

LATEST: Final = {
    "1h": timedelta(hours=1),
    "24h": timedelta(hours=24),
    "7d": timedelta(days=7),
    "30d": timedelta(days=30),
}
"""Quick choices: stretches that end now."""
MAX_DAYS: Final = 92
"""Longest stretch of days that may be chosen."""


@dataclass(frozen=True)
class Period:
    """From `start` up to, not at, `end`; both in UTC."""

    start: datetime
    end: datetime

    def hours(self) -> list[datetime]:
        """The UTC hours that the period touches, oldest first.

        A day in a zone whose offset is not whole hours touches 25 of them.
        """
        first = start_of_hour(self.start)
        count = -(-(self.end - first) // HOUR)
        return [first + number * HOUR for number in range(count)]


def build_latest_period(choice: str, now: datetime) -> Period:
    """The stretch that a quick choice stands for.

    Raises:
        KeyError: there is no such choice.
    """
    end = now.astimezone(UTC)
    return Period(end - LATEST[choice], end)


def build_day_period(first: date, last: date, zone: ZoneInfo) -> Period:
    """From midnight before `first` to midnight after `last`, as the clocks of `zone` show them."""
    return Period(_midnight(first, zone), _midnight(last + timedelta(days=1), zone))


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)
