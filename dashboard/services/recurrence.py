"""How often a folder gets stuck again."""

from dataclasses import dataclass
from datetime import timedelta
from zoneinfo import ZoneInfo

import pandas as pd

from dashboard.services.series import wall_clock


@dataclass(frozen=True)
class Recurrence:
    """Figures over the incidents of one folder."""

    incidents: int
    days: int
    """Days, in the viewer's zone, on which an incident began."""
    typical_duration: timedelta | None
    """Median time from first to last report of an incident."""
    typical_interval: timedelta | None
    """Median time from the beginning of one incident to that of the next."""


def recurrence(incidents: pd.DataFrame, zone: ZoneInfo) -> Recurrence:
    """The figures for these incidents; files first seen in the same report are one beginning."""
    beginnings = incidents["first_seen"].drop_duplicates().sort_values()
    return Recurrence(
        incidents=len(incidents),
        days=int(wall_clock(beginnings, zone).dt.normalize().nunique()),
        typical_duration=_median(incidents["last_seen"] - incidents["first_seen"]),
        typical_interval=_median(beginnings.diff().dropna()),
    )


def _median(durations: "pd.Series[pd.Timedelta]") -> timedelta | None:
    return None if durations.empty else durations.median().to_pytimedelta()
