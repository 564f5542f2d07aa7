"""Looking again by itself every minute, unless switched off."""

from datetime import timedelta
from typing import Final

import streamlit as st

from dashboard.frame.address import Parameter, parse_choice, show_in_widget

INTERVAL: Final = timedelta(minutes=1)
_OFF: Final = "off"
REFRESH: Final = Parameter("refresh", parse_choice(_OFF))
"""Holds nothing while pages refresh: they do so unless switched off, after a reload too."""
_FRESH: Final = "freshly_drawn"


def draw_refresher() -> None:
    """Draws the switch."""
    enabled = REFRESH.value("") != _OFF
    show_in_widget(REFRESH.key, enabled)
    st.toggle(
        "Refresh every minute",
        value=enabled,
        key=REFRESH.key,
        on_change=_write,
    )
    st.session_state[_FRESH] = True
    st.fragment(_tick, run_every=INTERVAL if enabled else None)()


def _tick() -> None:
    # The first run belongs to the view that was just drawn; a later one is the timer's.
    if not st.session_state.pop(_FRESH, False):
        st.rerun()


def _write() -> None:
    REFRESH.write(None if st.session_state[REFRESH.key] else _OFF)
