"""The time zone that every time is shown in."""

from datetime import datetime
from functools import cache
from typing import Final
from zoneinfo import ZoneInfo, available_timezones

import streamlit as st

from dashboard.frame.address import Parameter

UTC: Final = "UTC"


@cache
def list_zones() -> list[str]:
    """Every zone there is, UTC first, then those named after places, then the rest."""
    names = available_timezones() - {UTC, "localtime", "Factory"}
    return [UTC, *sorted(names, key=lambda name: ("/" not in name, name.startswith("Etc/"), name))]


ZONE: Final = Parameter("zone", lambda text: text if text in list_zones() else None)


def pick_zone(now: datetime) -> ZoneInfo:
    """Draws the picker and returns the zone: the address's, or else the browser's own."""
    own = find_own_zone()
    zone = ZoneInfo(ZONE.read(own))
    with st.container(horizontal=True, vertical_alignment="bottom", gap="xsmall", wrap=False):
        st.selectbox(
            "Time zone",
            list_zones(),
            index=list_zones().index(zone.key),
            key=ZONE.key,
            on_change=ZONE.write_from_widget,
            filter_mode="contains",
            help=f"All times are shown in this zone. It is {now.astimezone(zone):%H:%M} there.",
        )
        other = own if zone.key == UTC else UTC
        if other != zone.key:
            st.button(
                "UTC" if other == UTC else "Local",
                on_click=ZONE.write,
                args=(other,),
                help=f"Show times in {other}",
            )
    return zone


def find_own_zone() -> str:
    """The browser's zone, or UTC where that is not known."""
    zone = st.context.timezone
    return zone if zone in list_zones() else UTC
