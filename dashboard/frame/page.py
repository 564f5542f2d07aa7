"""What every page stands in: navigation, the signed-in user, the clock, failures in plain words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

import streamlit as st
from streamlit.navigation.page import Page as StreamlitPage

from dashboard.access import api
from dashboard.access.sessions import Session
from dashboard.backend import backend
from dashboard.errors import DashboardError, NotAnAnalystError, SessionExpiredError
from dashboard.figures.series import Period, spell_moment
from dashboard.figures.text import escape_markdown
from dashboard.frame import sign_in, signed_in
from dashboard.frame.acting import do_pending
from dashboard.frame.choices import (
    COMMA,
    DAYS,
    RANGE,
    SEPARATOR,
    SEPARATORS,
    ZONE,
    Parameter,
    draw_list,
    name_page,
    parse_choice,
    pick_period,
    pick_zone,
    show_in_widget,
)
from dashboard.frame.waiting import begin_page, draw_attention, wait_for
from dashboard.settings import SettingsError

_STYLE: Final = Path(__file__).with_name("style.css")


INTERVAL: Final = timedelta(minutes=1)
_OFF: Final = "off"
REFRESH: Final = Parameter("refresh", parse_choice(_OFF))
"""Holds nothing while pages refresh: they do so unless switched off, after a reload too."""
_FRESH: Final = "freshly_drawn"


def draw_refresher() -> None:
    """Draws the switch, and has the page drawn again every minute where it is on."""
    enabled = REFRESH.value("") != _OFF
    show_in_widget(REFRESH.key, enabled)
    st.toggle(
        "Refresh every minute",
        value=enabled,
        key=REFRESH.key,
        on_change=lambda: REFRESH.write(None if st.session_state[REFRESH.key] else _OFF),
    )
    st.session_state[_FRESH] = True

    def tick() -> None:
        # The first run belongs to the view that was just drawn; a later one is the timer's.
        if not st.session_state.pop(_FRESH, False):
            st.rerun()

    st.fragment(tick, run_every=INTERVAL if enabled else None)()


_CARRIED: Final = (ZONE.name, RANGE.name, DAYS.name, REFRESH.name, SEPARATOR.name)


def draw_link(view: str, label: str, icon: str, parameters: Mapping[str, str]) -> None:
    """A link to the page of a view with these parameters beside the choices that all pages share.

    Not a button that switches pages: the back button would need two presses, one of them to an address that
    nobody was at.
    """
    st.page_link(view, label=label, icon=icon, query_params={**list_carried(), **parameters})


def list_carried() -> dict[str, str]:
    """What the address holds of the choices that all pages share."""
    return {name: st.query_params[name] for name in _CARRIED if name in st.query_params}


@dataclass(frozen=True)
class Page:
    """What one run of a page stands on."""

    session: Session
    now: datetime
    zone: ZoneInfo
    period: Period
    """Of a page without a range, the moment that it shows."""

    def spell(self, moment: datetime, *, seconds: bool = False) -> str:
        """A moment on the clocks of the zone, to the minute or to the second."""
        return spell_moment(moment, self.zone, seconds=seconds)


def name_tab(*names: str) -> None:
    """Names the browser's tab, the most particular name first."""
    st.set_page_config(page_title=" - ".join([*names, "file-sla"]))


def start_page(title: str, *, ranged: bool = True) -> Page:
    """Draws what every page has at its top, and returns what was chosen there.

    A page that is not `ranged` shows how things are now, and keeps the range that was chosen for the others.
    """
    session = signed_in.find_session()
    if session is None:
        raise SessionExpiredError
    name_page(title)
    begin_page(title)
    with st.empty().container():
        # In a place that every run has: what follows keeps its own, and with it what is being typed there.
        do_pending(session)
    now = backend().clock()
    with st.sidebar:
        zone = pick_zone(now)
        draw_refresher()
        draw_list("CSV separator", SEPARATOR, list(SEPARATORS), SEPARATOR.read(COMMA))
    local = now.astimezone(zone)
    offset = local.isoformat(timespec="seconds")[-6:]
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.title(title, width="content", anchor=False)
        st.caption(f"Times in {zone.key} (UTC{offset}). Updated {local:%H:%M:%S}.", width="content")
        period, cut = pick_period(now, zone) if ranged else (Period(now, now), "")
    if cut:
        st.warning(cut, icon=":material/content_cut:")
    return Page(session, now, zone, period)


def run_in_shell(pages: Sequence[StreamlitPage]) -> None:
    """Runs the page that the address names for those who are signed in; others see the sign-in form."""
    try:
        session = signed_in.find_session()
        # The pages are known while signed out too, so that a link survives the sign-in.
        page = st.navigation(pages, position="hidden")
        st.html(_STYLE)
        st.set_page_config(page_title=f"{page.title if session else 'Sign in'} - file-sla")
        signed_in.synchronize_cookie()
        if session is None:
            sign_in.draw()
            draw_attention()
            return
        with st.sidebar:
            # Streamlit's own links would drop the choices; put back into the address afterwards, they would
            # cost the back button a second press.
            with st.container(key="navigation", gap="xxsmall"):
                for one in pages:
                    if one.visibility != "hidden":
                        st.page_link(one, query_params=list_carried(), width="stretch")
            st.caption(f":material/person: {escape_markdown(session.analyst.username)}")
            st.button("Sign out", icon=":material/logout:", on_click=signed_in.end_session, width="stretch")
        # First of all: a page may show what is remembered, and only analysts may see that.
        wait_for(api.SIGN_IN_SERVICE, lambda: backend().sessions.verify(session), "verification")
        page.run()
        draw_attention()
    except SettingsError as error:
        st.error(escape_markdown(str(error)), icon=":material/settings_alert:")
    except (SessionExpiredError, NotAnAnalystError) as error:
        signed_in.expire_session(error)
    except DashboardError as error:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.error(escape_markdown(str(error)), icon=":material/error:")
            st.button("Try again", icon=":material/refresh:")
