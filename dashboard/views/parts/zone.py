"""The time zone that every time is shown in."""

from functools import cache
from typing import Final
from zoneinfo import ZoneInfo, available_timezones

import streamlit as st

KEY: Final = "zone"
UTC: Final = "UTC"


def pick_zone() -> ZoneInfo:
    """Draws the picker and returns the zone: the address's, or else the browser's own."""
    names = zone_names()
    own = _own_zone()
    # Not the widget's default, so that a link always says which zone it means.
    if KEY not in st.session_state and st.query_params.get(KEY) not in names:
        st.session_state[KEY] = own
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = st.selectbox(
            "Time zone", names, index=None, key=KEY, bind="query-params", filter_mode="contains"
        )
        other = own if chosen == UTC else UTC
        if other != chosen:
            st.button(
                "UTC" if other == UTC else "Local",
                on_click=_set,
                args=(other,),
                help=f"Show times in {other}",
            )
    return ZoneInfo(chosen or own)


@cache
def zone_names() -> list[str]:
    """Every zone there is, UTC first, those of a place before abbreviations."""
    names = available_timezones() - {UTC, "localtime", "Factory"}
    return [UTC, *sorted(names, key=lambda name: ("/" not in name, name.startswith("Etc/"), name))]


def _own_zone() -> str:
    zone = st.context.timezone
    return zone if zone in zone_names() else UTC


def _set(zone: str) -> None:
    st.session_state[KEY] = zone
