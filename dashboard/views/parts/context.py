"""What every view starts with: who is looking, at which time, in which zone."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import streamlit as st

from dashboard.access.sessions import Session
from dashboard.backend import backend
from dashboard.services.periods import Period
from dashboard.views.parts import signed_in
from dashboard.views.parts.address import arrive
from dashboard.views.parts.period_picker import DAYS, RANGE, pick_period
from dashboard.views.parts.refresher import draw_refresher
from dashboard.views.parts.zone import ZONE, pick_zone


@dataclass(frozen=True)
class Context:
    """The frame of one run of a view."""

    session: Session
    now: datetime
    zone: ZoneInfo
    period: Period


def start(title: str) -> Context:
    """Draws what every view has at its top, and returns what was chosen there."""
    session = signed_in.required()
    now = backend().clock()
    arrive(title, [ZONE.name, RANGE.name, DAYS.name])
    with st.sidebar:
        zone = pick_zone(now)
        draw_refresher()
    st.title(title)
    local = now.astimezone(zone)
    offset = local.isoformat(timespec="seconds")[-6:]
    st.caption(f"Times in {zone.key} (UTC{offset}). Updated {local:%H:%M:%S}.")
    return Context(session, now, zone, pick_period(now, zone))
