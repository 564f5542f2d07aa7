"""How often a folder is in breach."""

from zoneinfo import ZoneInfo

import pandas as pd

from dashboard.services.periods import Period
from dashboard.services.series import find_span, to_wall_clock


def count_hours_by_day(records: pd.DataFrame, period: Period, zone: ZoneInfo) -> pd.DataFrame:
    """The `hours` in which something was reported, for each `day` in `zone` that the period touches."""
    day = to_wall_clock(records["detected_at"], zone).dt.normalize()
    hours = pd.DataFrame({"day": day, "hour": records["detected_at"].dt.floor("h")})
    counted = hours.groupby("day")["hour"].nunique()
    start, end = find_span(period, zone)
    days = pd.date_range(start.normalize(), end, freq="D", inclusive="left").as_unit("us")
    return counted.reindex(days, fill_value=0).rename_axis("day").rename("hours").reset_index()
