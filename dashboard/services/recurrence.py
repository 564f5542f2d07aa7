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
    typical_overdue: timedelta | None
    """Median of how long the files were over their SLA at worst."""
    typical_interval: timedelta | None
    """Median time from the beginning of one incident to that of the next."""


def recurrence(incidents: pd.DataFrame, zone: ZoneInfo) -> Recurrence:
    """The figures for these incidents; files first seen in the same report are one beginning."""
    beginnings = incidents["first_seen"].drop_duplicates().sort_values()
    return Recurrence(
        incidents=len(incidents),
        days=int(wall_clock(beginnings, zone).dt.normalize().nunique()),
        typical_overdue=_median(pd.to_timedelta(incidents["overdue_worst"], unit="m")),
        typical_interval=_median(beginnings.diff().dropna()),
    )


def _median(durations: "pd.Series[pd.Timedelta]") -> timedelta | None:
    return None if durations.empty else durations.median().to_pytimedelta()
