"""Loading with progress and a way to stop, and with a word where the table does not answer."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboard.backend import backend
from dashboard.data.loading import Loading, list_cheap_hours
from dashboard.data.records import RecordFrames
from dashboard.data.tables import THE_TABLE, RecordTable
from dashboard.errors import DashboardError
from dashboard.figures.incidents import list_utc_days
from dashboard.figures.series import Period
from dashboard.figures.stuck_files import BreachSpan, Spans
from dashboard.frame.page import Page
from dashboard.frame.waiting import TICK_SECONDS, SilenceNotice, wait_for

_STOPPED: Final = "stopped_loading"
_QUICK: Final = 6
"""Hours that are fetched so soon that a progress bar would only flicker."""


def load_period(table: RecordTable, period: Period, *, with_files: bool) -> RecordFrames:
    """What was reported in the period; only what costs little if the analyst stopped loading it."""
    hours = period.hours()
    purpose = (len(hours), with_files)
    # Both are there in every run: what came and went would push what is below out of its place.
    place, notice = st.empty(), SilenceNotice(THE_TABLE, "hours")
    if st.session_state.get(_STOPPED) == purpose:
        wanted = list_cheap_hours(backend().hour_cache, hours, with_files=with_files)
        _offer_the_rest(place, len(hours) - len(wanted), len(hours))
    else:
        st.session_state.pop(_STOPPED, None)
        wanted = hours
    with Loading(table, backend().hour_cache, wanted, with_files=with_files) as loading:
        try:
            if loading.missing > _QUICK:
                _show_progress(loading, place, notice, purpose)
            else:
                _finish(loading, notice)
        except DashboardError:
            # Nothing is under way any more, and nothing will be below that something could be missing from.
            place.empty()
            raise
        return loading.frames_between(period.start, period.end, backend().cache)


def load_again(table: RecordTable, period: Period, *, with_files: bool) -> RecordFrames:
    """The same, all of it, without a word: for what no page's run waits for."""
    with Loading(table, backend().hour_cache, period.hours(), with_files=with_files) as loading:
        loading.finish()
        return loading.frames_between(period.start, period.end, backend().cache)


def load_hours(table: RecordTable, hours: Sequence[datetime], *, with_files: bool) -> RecordFrames:
    """What was reported in a few hours."""
    notice = SilenceNotice(THE_TABLE, "few_hours")
    with Loading(table, backend().hour_cache, hours, with_files=with_files) as loading:
        _finish(loading, notice)
        return loading.frames()


def _finish(loading: Loading, notice: SilenceNotice) -> None:
    for _ in _watch(loading, notice):
        pass


def _show_progress(loading: Loading, place: DeltaGenerator, notice: SilenceNotice, purpose: object) -> None:
    with place.container(horizontal=True, vertical_alignment="center"):
        bar = st.progress(0.0, "Loading …")
        st.button(
            "Stop loading",
            icon=":material/stop_circle:",
            key="stop_loading",
            on_click=st.session_state.update,
            args=({_STOPPED: purpose},),
        )
    for done in _watch(loading, notice):
        bar.progress(done / loading.total, f"Loading: {done:,} of {loading.total:,} hours")
    place.empty()


def _watch(loading: Loading, notice: SilenceNotice) -> Iterator[int]:
    """Yields the number of hours that are here each time one more is, and gives notice in between."""
    known = loading.total - loading.missing
    try:
        for here in loading.watch(TICK_SECONDS):
            if here > known:
                notice.answered()
                yield here
            else:
                notice.tick()
            known = here
    except DashboardError:
        # Given up: the failure is shown instead.
        notice.answered()
        raise


def _offer_the_rest(place: DeltaGenerator, missing: int, total: int) -> None:
    if not missing:
        return
    with place.container(horizontal=True, vertical_alignment="center"):
        st.warning(
            f"Loading was stopped: {missing:,} of {total:,} hours are missing below.",
            icon=":material/hourglass_disabled:",
        )
        st.button(
            "Load the rest",
            icon=":material/play_circle:",
            on_click=st.session_state.pop,
            args=(_STOPPED, None),
        )


def load_breach_spans(page: Page) -> Spans:
    """The incidents that ended since the page's range began, and those that live now."""
    return wait_for(THE_TABLE, lambda: read_breach_spans(page), "breach_spans")


def read_breach_spans(page: Page) -> Spans:
    """The same, without a word: for what no page's run waits for."""
    ask, days = page.session.tables, list_utc_days(page.period.start, page.now)
    spans: dict[tuple[str, str], list[BreachSpan]] = {}
    for one in ask.list_incidents(days):
        spans.setdefault((one.sender, one.key), []).append(
            BreachSpan(one.opened_at, one.ended_at, one.status, one.incident_id)
        )
    return spans
