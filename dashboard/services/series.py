"""Breaches over time, in the wall-clock time of a zone."""

from datetime import timedelta
from typing import Final
from zoneinfo import ZoneInfo

import pandas as pd

from dashboard.services.periods import Period
from dashboard.services.places import mark_places

_STEPS: Final = (
    (timedelta(hours=3), timedelta(minutes=5)),
    (timedelta(days=3), timedelta(hours=1)),
    (timedelta(days=10), timedelta(hours=3)),
)
_LONGEST_STEP: Final = timedelta(days=1)


def choose_step(period: Period) -> timedelta:
    """How long each point of a chart of the period stands for: few enough points to read."""
    length = period.end - period.start
    return next((step for longest, step in _STEPS if length <= longest), _LONGEST_STEP)


def name_step(step: timedelta) -> str:
    """Such a step behind "each": `hour`, `3 hours`, `5 minutes`, `day`."""
    for unit, name in (
        (timedelta(days=1), "day"),
        (timedelta(hours=1), "hour"),
        (timedelta(minutes=1), "minute"),
    ):
        if step >= unit:
            number = step // unit
            return name if number == 1 else f"{number} {name}s"
    raise ValueError(f"{step} is shorter than a minute")


def to_wall_clock(moments: "pd.Series[pd.Timestamp]", zone: ZoneInfo) -> "pd.Series[pd.Timestamp]":
    """What the clocks of `zone` show at these moments, without a zone.

    An hour that the clocks repeat in autumn appears once, holding both.
    """
    return moments.dt.tz_convert(zone).dt.tz_localize(None)


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
        mark_places(records, records)
        .assign(time=to_wall_clock(records["detected_at"], zone).dt.floor(step))
        .groupby(["time", "place"])["file_count"]
        .max()
    )
    files = peaks.groupby("time").sum().reindex(steps, fill_value=0)
    table = files.rename_axis("time").rename("files").reset_index()
    return table.assign(until=table["time"] + step)
