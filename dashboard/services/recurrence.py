"""How often a folder gets stuck again."""

from dataclasses import dataclass
from datetime import timedelta
from zoneinfo import ZoneInfo

import pandas as pd

from dashboard.services.series import to_wall_clock


@dataclass(frozen=True)
class Recurrence:
    """Figures over the stuck files of one folder."""

    files: int
    days: int
    """Days, in the viewer's zone, on which a file was found stuck."""
    typical_overdue: timedelta | None
    """Median of how long the files were over their SLA at worst, as far as that is known."""
    typical_interval: timedelta | None
    """Median time from one report that found files newly stuck to the next."""


def summarize_recurrence(stuck: pd.DataFrame, zone: ZoneInfo) -> Recurrence:
    """The figures for these files; those first seen in the same report are one beginning."""
    beginnings = stuck["first_seen"].drop_duplicates().sort_values()
    return Recurrence(
        files=len(stuck),
        days=int(to_wall_clock(beginnings, zone).dt.normalize().nunique()),
        typical_overdue=_median(pd.to_timedelta(stuck["overdue_worst"].dropna(), unit="m")),
        typical_interval=_median(beginnings.diff().dropna()),
    )


def _median(durations: "pd.Series[pd.Timedelta]") -> timedelta | None:
    return None if durations.empty else durations.median().to_pytimedelta()
