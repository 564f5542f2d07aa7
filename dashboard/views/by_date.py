"""By date: everything that was reported in a stretch of time."""

from datetime import timedelta
from typing import Final

import streamlit as st

from dashboard.backend import backend
from dashboard.charts.records import draw_files_in_breach
from dashboard.frame.address import Parameter
from dashboard.frame.page import start_page
from dashboard.services.series import count_files_in_breach
from dashboard.services.stuck_files import find_stuck_files
from dashboard.widgets.loading import load_period
from dashboard.widgets.record_list import draw_records
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
    draw_files_in_breach(count_files_in_breach(frames.records, page.period, page.zone))
    st.segmented_control(
        "Show",
        list(_LABELS),
        default=show,
        required=True,
        format_func=_LABELS.__getitem__,
        key=_SHOW.key,
        on_change=_SHOW.write_from_widget,
        label_visibility="collapsed",
    )
    if show == _RECORDS:
        draw_records(frames.records, page)
        return
    quiet = timedelta(minutes=backend().settings.quiet_minutes)
    draw_stuck_files(find_stuck_files(frames, min(page.now, page.period.end), quiet), page)


draw()
