"""Loading with progress, and with a word where the table does not answer."""

from collections.abc import Iterable
from typing import Final

import streamlit as st

from dashboard.backend import backend
from dashboard.data.loading import Loading
from dashboard.data.records import RecordFrames
from dashboard.data.tables import THE_TABLE, RecordTable
from dashboard.errors import DashboardError
from dashboard.figures.incidents import list_utc_days
from dashboard.figures.series import Period
from dashboard.figures.stuck_files import BreachSpan
from dashboard.frame.page import Page
from dashboard.frame.waiting import TICK_SECONDS, SilenceNotice, wait_for
from dashboard.widgets.basics import draw_first_steps
from store.incidents import Incident

_QUICK: Final = 6
"""Hours that are fetched so soon that a progress bar would only flicker."""
_STEPS: Final = 50
"""How often the bar moves at most: each time is a message to the browser."""


def load_period(table: RecordTable, period: Period, *, with_files: bool, key: str = "hours") -> RecordFrames:
    """What was reported in the period; `key` identifies this wait on the page."""
    # Both are there in every run: what came and went would push what is below out of its place.
    place, notice = st.empty(), SilenceNotice(THE_TABLE, key)
    with Loading(table, backend().hour_cache, period.hours(), with_files=with_files) as loading:
        slow, known = loading.missing > _QUICK, loading.total - loading.missing
        if slow:
            place.progress(0.0, "Loading …")
        try:
            for here in loading.watch(TICK_SECONDS):
                if here == known:
                    notice.tick()
                    continue
                notice.answered()
                moves, known = here * _STEPS // loading.total > known * _STEPS // loading.total, here
                if slow and moves:
                    place.progress(here / loading.total, f"Loading: {here:,} of {loading.total:,} hours")
        except DashboardError:
            # Given up: the failure is shown instead.
            notice.answered()
            place.empty()
            raise
        place.empty()
        return loading.frames_between(period.start, period.end, backend().cache)


def load_again(table: RecordTable, period: Period, *, with_files: bool) -> RecordFrames:
    """The same, without a word: for what no page's run waits for."""
    with Loading(table, backend().hour_cache, period.hours(), with_files=with_files) as loading:
        loading.finish()
        return loading.frames_between(period.start, period.end, backend().cache)


def read_breach_spans(page: Page) -> frozenset[BreachSpan]:
    """The incidents that ended since the page's range began, and those that live now."""
    return list_breach_spans(page.session.tables.list_incidents(list_utc_days(page.period.start, page.now)))


def list_breach_spans(incidents: Iterable[Incident]) -> frozenset[BreachSpan]:
    """What of these incidents decides whether their files were cleared."""
    return frozenset(
        BreachSpan(one.sender, one.key, one.opened_at, one.ended_at, one.status, one.incident_id)
        for one in incidents
    )


def draw_nothing(text: str, page: Page) -> None:
    """Says that the range has nothing; where nobody has sent anything yet, how to begin."""
    if wait_for(THE_TABLE, page.session.tables.list_senders, "fleet").empty:
        draw_first_steps()
    else:
        st.info(text, icon=":material/check_circle:")
