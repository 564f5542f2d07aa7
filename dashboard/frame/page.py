"""What every page starts with: who is looking, at which time, in which zone."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import streamlit as st

from dashboard.access.session import Session
from dashboard.backend import backend
from dashboard.frame import signed_in
from dashboard.frame.address import name_page
from dashboard.frame.attention import begin_page
from dashboard.frame.deeds import do_wanted
from dashboard.frame.period import pick_period
from dashboard.frame.refresh import draw_refresher
from dashboard.frame.zone import pick_zone
from dashboard.services.periods import Period


@dataclass(frozen=True)
class Page:
    """What one run of a page stands on."""

    session: Session
    now: datetime
    zone: ZoneInfo
    period: Period
    """Of a page without a range, the moment that it shows."""


def name_tab(*names: str) -> None:
    """Names the browser's tab, the most particular name first."""
    st.set_page_config(page_title=" - ".join([*names, "file-sla"]))


def start_page(title: str, *, ranged: bool = True) -> Page:
    """Draws what every page has at its top, and returns what was chosen there.

    Args:
        title: of the page.
        ranged: whether the page looks at a stretch of time. One that shows how things are now does not,
            and keeps what was chosen for the others.
    """
    session = signed_in.require_session()
    name_page(title)
    begin_page(title)
    with st.empty().container():
        # In a place that every run has: what follows keeps its own, and with it what is being typed there.
        do_wanted(session)
    now = backend().clock()
    with st.sidebar:
        zone = pick_zone(now)
        draw_refresher()
    local = now.astimezone(zone)
    offset = local.isoformat(timespec="seconds")[-6:]
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.title(title, width="content", anchor=False)
        st.caption(f"Times in {zone.key} (UTC{offset}). Updated {local:%H:%M:%S}.", width="content")
        period, cut = pick_period(now, zone) if ranged else (Period(now, now), "")
    if cut:
        st.warning(cut, icon=":material/content_cut:")
    return Page(session, now, zone, period)
