"""Stretches of time as people say them."""

import math
from datetime import timedelta


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
