"""How often a folder is in breach."""

from zoneinfo import ZoneInfo

import pandas as pd

from dashboard.services.series import to_wall_clock


def count_hours_by_week(records: pd.DataFrame, zone: ZoneInfo) -> pd.DataFrame:
    """The `hours` in which something was reported, for each `week` that begins on that Monday in `zone`."""
    local = to_wall_clock(records["detected_at"], zone)
    monday = local.dt.normalize() - pd.to_timedelta(local.dt.day_of_week, unit="D")
    hours = pd.DataFrame({"week": monday, "hour": records["detected_at"].dt.floor("h")})
    return hours.groupby("week", as_index=False).agg(hours=("hour", "nunique"))
