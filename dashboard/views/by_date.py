"""By date: everything that was reported in a stretch of time."""

from typing import Final

import pandas as pd
import streamlit as st

from dashboard.charts.records import draw_files_in_breach
from dashboard.frame.address import Parameter
from dashboard.frame.attention import tell
from dashboard.frame.page import start_page
from dashboard.services.filters import filter_by_sender
from dashboard.services.series import choose_step, name_step
from dashboard.widgets.breach_spans import load_breach_spans, read_breach_spans
from dashboard.widgets.loading import load_again, load_period
from dashboard.widgets.record_list import draw_records
from dashboard.widgets.sender_filter import pick_sender, tell_since
from dashboard.widgets.shared import compute_stuck_files, count_in_breach, sort_newest_first
from dashboard.widgets.stuck_file_list import draw_stuck_files

_FILES: Final = "files"
_RECORDS: Final = "records"
_LABELS: Final = {_FILES: "Stuck files", _RECORDS: "Records"}
# What older links call the stuck files.
_PARSED: Final = {_FILES: _FILES, _RECORDS: _RECORDS, "incidents": _FILES}
_SHOW: Final = Parameter("show", _PARSED.get)


def draw() -> None:
    """Draws the view."""
    page = start_page("By date")
    show = _SHOW.read(_FILES)
    # Records show no files, so theirs are not fetched until one is picked.
    frames = load_period(page.session.table, page.period, with_files=show == _FILES)
    if frames.records.empty:
        st.info("Nothing was reported in this range.", icon=":material/check_circle:")
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        _pick_what(show)
        sender = pick_sender(frames.records)
    tell_since(frames.records, page)
    records = len(filter_by_sender(frames.records, sender))
    if not records:
        st.info("This sender did not report in this range.", icon=":material/search_off:")
        return
    st.header(f"Most files in breach in each {name_step(choose_step(page.period))}", anchor=False)
    draw_files_in_breach(count_in_breach(frames, sender, page))
    if show == _RECORDS:
        tell(f"By date: {records:,} records")

        def sort_again() -> pd.DataFrame:
            return sort_newest_first(load_again(page.session.table, page.period, with_files=False))

        draw_records(sort_newest_first(frames), page, sort_again, sender=sender)
        return
    # Of all senders first: what a record does not tell of its sender, others do.
    spans = load_breach_spans(page)

    def compute_again() -> pd.DataFrame:
        again = load_again(page.session.table, page.period, with_files=True)
        return compute_stuck_files(again, read_breach_spans(page), page)

    stuck = compute_stuck_files(frames, spans, page)
    tell(f"By date: {len(filter_by_sender(stuck, sender)):,} stuck files")
    draw_stuck_files(stuck, page, compute_again, sender=sender)


def _pick_what(show: str) -> None:
    choices = list(_LABELS)
    st.radio(
        "Show",
        choices,
        index=choices.index(show),
        format_func=_LABELS.__getitem__,
        key=_SHOW.key,
        on_change=_SHOW.write_from_widget,
        horizontal=True,
        label_visibility="collapsed",
        width="content",
    )


draw()
