"""Looking again by itself every minute, unless switched off."""

from datetime import timedelta
from typing import Final

import streamlit as st

INTERVAL: Final = timedelta(minutes=1)
_ENABLED: Final = "auto_refresh"
_FRESH: Final = "freshly_drawn"


def draw_refresher() -> None:
    """Draws the switch."""
    enabled = st.toggle(
        "Refresh every minute",
        value=True,
        key=_ENABLED,
        persist_state="session",
        help="Your selection stays.",
    )
    st.session_state[_FRESH] = True
    st.fragment(_tick, run_every=INTERVAL if enabled else None)()


def _tick() -> None:
    # The first run belongs to the view that was just drawn; a later one is the timer's.
    if not st.session_state.pop(_FRESH, False):
        st.rerun()
