"""How often folders are in breach, and when."""

from zoneinfo import ZoneInfo

import pandas as pd

from dashboard.services.series import to_wall_clock


def count_hours_in_breach(records: pd.DataFrame) -> pd.DataFrame:
    """Per folder the `hours` in which it was reported and the highest `files`, the most hours first."""
    hours = records.assign(hour=records["detected_at"].dt.floor("h"))
    per_folder = hours.groupby("folder", as_index=False).agg(
        hours=("hour", "nunique"), files=("file_count", "max")
    )
    return per_folder.sort_values(
        ["hours", "files", "folder"], ascending=[False, False, True], ignore_index=True
    )


def count_days_by_hour(records: pd.DataFrame, zone: ZoneInfo) -> pd.DataFrame:
    """On how many `days` each `folder` was reported in each `hour` of the day, 0 to 23 in `zone`."""
    local = to_wall_clock(records["detected_at"], zone)
    cells = pd.DataFrame({"folder": records["folder"], "hour": local.dt.hour, "day": local.dt.normalize()})
    return cells.groupby(["folder", "hour"], as_index=False).agg(days=("day", "nunique"))


def count_hours_by_week(records: pd.DataFrame, zone: ZoneInfo) -> pd.DataFrame:
    """The `hours` in which something was reported, for each `week` that begins on that Monday in `zone`."""
    local = to_wall_clock(records["detected_at"], zone)
    monday = local.dt.normalize() - pd.to_timedelta(local.dt.day_of_week, unit="D")
    hours = pd.DataFrame({"week": monday, "hour": records["detected_at"].dt.floor("h")})
    return hours.groupby("week", as_index=False).agg(hours=("hour", "nunique"))
