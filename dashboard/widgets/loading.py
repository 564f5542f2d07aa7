"""Loading with progress and a way to stop."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import streamlit as st

from dashboard.backend import backend
from dashboard.data.frames import RecordFrames
from dashboard.data.loading import Loading, list_cheap_hours
from dashboard.data.record_table import RecordTable
from dashboard.services.periods import Period

_STOPPED: Final = "stopped_loading"
_QUICK: Final = 6
"""Hours that are fetched so soon that a progress bar would only flicker."""


def load_period(table: RecordTable, period: Period, *, with_files: bool) -> RecordFrames:
    """What was reported in the period; only what costs little if the analyst stopped loading it."""
    hours = period.hours()
    purpose = (len(hours), with_files)
    if st.session_state.get(_STOPPED) == purpose:
        wanted = list_cheap_hours(backend().hour_cache, hours, with_files=with_files)
        _offer_the_rest(len(hours) - len(wanted), len(hours))
    else:
        st.session_state.pop(_STOPPED, None)
        wanted = hours
    with Loading(table, backend().hour_cache, wanted, with_files=with_files) as loading:
        if loading.missing > _QUICK:
            _show_progress(loading, purpose)
        else:
            loading.finish()
        return loading.frames().between(period.start, period.end)


def load_hours(table: RecordTable, hours: Sequence[datetime], *, with_files: bool) -> RecordFrames:
    """What was reported in a few hours."""
    with Loading(table, backend().hour_cache, hours, with_files=with_files) as loading:
        loading.finish()
        return loading.frames()


def _show_progress(loading: Loading, purpose: object) -> None:
    place = st.empty()
    with place.container(horizontal=True, vertical_alignment="center"):
        bar = st.progress(0.0, "Loading …")
        st.button(
            "Stop loading", icon=":material/stop_circle:", key="stop_loading", on_click=_stop, args=(purpose,)
        )
    for done in loading:
        bar.progress(done / loading.total, f"Loading: {done:,} of {loading.total:,} hours")
    place.empty()


def _offer_the_rest(missing: int, total: int) -> None:
    if not missing:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.warning(
            f"Loading was stopped: {missing:,} of {total:,} hours are missing below.",
            icon=":material/hourglass_disabled:",
        )
        st.button("Load the rest", icon=":material/play_circle:", on_click=_resume)


def _stop(purpose: object) -> None:
    st.session_state[_STOPPED] = purpose


def _resume() -> None:
    st.session_state.pop(_STOPPED, None)
