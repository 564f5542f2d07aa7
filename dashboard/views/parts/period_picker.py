"""Choosing the stretch of time to look at."""

from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import streamlit as st

from dashboard.services.periods import LATEST, MAX_DAYS, Period, days, latest

_RANGE: Final = "range"
_DAYS: Final = "days"
_CUSTOM: Final = "custom"
_DEFAULT: Final = "24h"
_LABELS: Final = {"1h": "Last hour", "24h": "24 hours", "7d": "7 days", "30d": "30 days", _CUSTOM: "Custom"}


def pick_period(now: datetime, zone: ZoneInfo) -> Period:
    """Draws the picker and returns the period; the address holds the choice."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        choice = st.segmented_control(
            "Range",
            [*LATEST, _CUSTOM],
            default=_DEFAULT,
            required=True,
            format_func=_LABELS.__getitem__,
            key=_RANGE,
            bind="query-params",
        )
        if choice == _CUSTOM:
            return _pick_days(now, zone)
    return latest(choice or _DEFAULT, now)


def _pick_days(now: datetime, zone: ZoneInfo) -> Period:
    today = now.astimezone(zone).date()
    chosen = st.date_input(
        "Days",
        (today - timedelta(days=6), today),
        max_value=today,
        key=_DAYS,
        bind="query-params",
        format="YYYY-MM-DD",
        width=260,
        help=f"Whole days in {zone.key}, at most {MAX_DAYS}.",
    )
    first, *rest = chosen if isinstance(chosen, tuple) and chosen else (today,)
    last = rest[0] if rest else first
    if (last - first).days >= MAX_DAYS:
        first = last - timedelta(days=MAX_DAYS - 1)
        st.warning(f"Showing the last {MAX_DAYS} of these days.", icon=":material/date_range:")
    return days(first, last, zone)
