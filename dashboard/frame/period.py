"""Choosing the stretch of time to look at."""

from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import streamlit as st

from contract.moments import EARLIEST_PLAUSIBLE
from dashboard.frame.address import Parameter, parse_choice, show_in_widget, write_together
from dashboard.frame.zone import ZONE
from dashboard.services.periods import LATEST, MAX_DAYS, Period, build_day_period, build_latest_period

_CUSTOM: Final = "custom"
_DEFAULT: Final = "24h"
_LABELS: Final = {"1h": "Last hour", "24h": "24 hours", "7d": "7 days", "30d": "30 days", _CUSTOM: "Custom"}

Days = tuple[date, date]


def _parse_days(text: str) -> Days | None:
    try:
        first, last = (date.fromisoformat(day) for day in text.split(".."))
    except ValueError:
        return None
    # Before 1970 was nothing to report, and days and zones soon lead out of the calendar.
    return (first, last) if EARLIEST_PLAUSIBLE.date() <= first <= last else None


def _days_text(chosen: Days) -> str:
    return f"{chosen[0]}..{chosen[1]}"


RANGE: Final = Parameter("range", parse_choice(*LATEST, _CUSTOM))
DAYS: Final = Parameter("days", _parse_days, _days_text)


def pick_period(now: datetime, zone: ZoneInfo) -> tuple[Period, str]:
    """Draws the picker; returns the period of the address, and what to say where that was a longer one."""
    choice = RANGE.read(_DEFAULT)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        # Not a segmented control: there the Tab key leads to the first choice, whichever is chosen.
        choices = [*LATEST, _CUSTOM]
        st.radio(
            "Range",
            choices,
            index=choices.index(choice),
            format_func=_LABELS.__getitem__,
            key=RANGE.key,
            on_change=RANGE.write_from_widget,
            horizontal=True,
            label_visibility="collapsed",
            width="content",
        )
        if choice == _CUSTOM:
            return _pick_days(now.astimezone(zone).date(), zone)
    return build_latest_period(choice, now), ""


def _pick_days(today: date, zone: ZoneInfo) -> tuple[Period, str]:
    wanted = DAYS.value((today - timedelta(days=6), today))
    last = min(wanted[1], today)
    first = min(max(wanted[0], last - timedelta(days=MAX_DAYS - 1)), last)
    show_in_widget(DAYS.key, (first, last))
    st.date_input(
        "Days",
        (first, last),
        max_value=today,
        key=DAYS.key,
        on_change=_write_days,
        args=(zone.key,),
        format="YYYY-MM-DD",
        width=260,
        label_visibility="collapsed",
        help=f"Whole days in {zone.key}, {MAX_DAYS} at most.",
    )
    told = "" if (first, last) == wanted else _describe_cut(wanted, (first, last))
    return build_day_period(first, last, zone), told


def _describe_cut(wanted: Days, shown: Days) -> str:
    return (
        f"The link asks for {wanted[0]} to {wanted[1]}. Shown are {shown[0]} to {shown[1]}: "
        f"{MAX_DAYS} days at most, and none to come."
    )


def _write_days(zone: str) -> None:
    chosen = st.session_state[DAYS.key]
    # With only one end chosen so far, the analyst is still choosing.
    if len(chosen) == 2:
        # A day is another stretch of time in another zone: the link has to say which is meant.
        write_together((DAYS, chosen), (ZONE, zone))
