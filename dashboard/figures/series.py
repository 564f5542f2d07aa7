"""Stretches of time to look at, and counts for each of their steps."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import pandas as pd

from contract.moments import HOUR, start_of_hour
from dashboard.figures.stuck_files import mark_places

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


def build_day_period(first: date, last: date, zone: ZoneInfo) -> Period:
    """From midnight before `first` to midnight after `last`, as the clocks of `zone` show them."""
    return Period(_midnight(first, zone), _midnight(last + timedelta(days=1), zone))


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)


_STEPS: Final = (
    (timedelta(hours=3), timedelta(minutes=5), "5 minutes"),
    (timedelta(days=3), HOUR, "hour"),
    (timedelta(days=10), 3 * HOUR, "3 hours"),
    (timedelta.max, timedelta(days=1), "day"),
)
"""The longest period whose chart has a step of this length, and the step's name behind "each"."""


def choose_step(period: Period) -> timedelta:
    """How long each point of a chart of the period stands for: few enough points to read."""
    return next(step for longest, step, _ in _STEPS if period.end - period.start <= longest)


def name_step(period: Period) -> str:
    """The same behind "each", such as `3 hours`."""
    return next(name for longest, _, name in _STEPS if period.end - period.start <= longest)


def to_wall_clock(moments: "pd.Series[pd.Timestamp]", zone: ZoneInfo) -> "pd.Series[pd.Timestamp]":
    """What the clocks of `zone` show at these moments, without a zone.

    An hour that the clocks repeat in autumn appears once, holding both.
    """
    return moments.dt.tz_convert(zone).dt.tz_localize(None)


def spell_moment(moment: datetime, zone: ZoneInfo, *, seconds: bool = False) -> str:
    """What the clocks of `zone` show at a moment, to the minute or to the second."""
    return f"{moment.astimezone(zone):{'%Y-%m-%d %H:%M:%S' if seconds else '%Y-%m-%d %H:%M'}}"


def find_span(period: Period, zone: ZoneInfo) -> tuple[pd.Timestamp, pd.Timestamp]:
    """When the period begins and ends, on the clocks of `zone`."""
    start, end = to_wall_clock(pd.Series([period.start, period.end]), zone)
    return start, end


def list_steps(period: Period, zone: ZoneInfo) -> pd.DatetimeIndex:
    """When the steps of the period begin, on the wall clock."""
    step = choose_step(period)
    start, end = find_span(period, zone)
    return pd.date_range(start.floor(step), end, freq=step, inclusive="left")


def count_files_in_breach(records: pd.DataFrame, period: Period, zone: ZoneInfo) -> pd.DataFrame:
    """Files in breach for each step of the period: `files` from `time` to `until`, on the wall clock.

    A sender's folder that was reported several times in a step counts with its highest number of files,
    since the same stuck file is reported again at every run.
    """
    step, steps = choose_step(period), list_steps(period, zone)
    peaks = (
        mark_places(records)
        .assign(time=to_wall_clock(records["detected_at"], zone).dt.floor(step))
        .groupby(["time", "place"])["file_count"]
        .max()
    )
    files = peaks.groupby("time").sum().reindex(steps, fill_value=0)
    table = files.rename_axis("time").rename("files").reset_index()
    return table.assign(until=table["time"] + step)
