"""By folder: the history of one folder."""

from datetime import timedelta
from typing import Final

import pandas as pd
import streamlit as st

from dashboard import columns
from dashboard.backend import backend
from dashboard.charts.records import draw_longest_waits, draw_weeks
from dashboard.data import record_table
from dashboard.data.frames import RecordFrames, parse_records
from dashboard.frame.address import show_in_widget
from dashboard.frame.page import Page, start_page
from dashboard.frame.waiting import wait_for
from dashboard.services.durations import format_duration
from dashboard.services.frequency import count_hours_by_week
from dashboard.services.recurrence import summarize_recurrence
from dashboard.services.series import to_wall_clock
from dashboard.services.stuck_files import find_stuck_files
from dashboard.services.timeline import find_longest_waits
from dashboard.widgets.figures import draw_figures
from dashboard.widgets.folder_link import FOLDER
from dashboard.widgets.loading import load_period
from dashboard.widgets.stuck_file_list import SHOWN, draw_stuck_files

_SHOWN: Final = tuple(column for column in SHOWN if column is not columns.FOLDER)


def draw() -> None:
    """Draws the view."""
    page = start_page("By folder")
    # Every folder's records, without files: they give the folders to pick from, and tell of a
    # folder that is no longer reported while others of the same server are.
    records = load_period(page.session.table, page.period, with_files=False).records
    folder = _pick_folder(sorted(records["folder"].unique()))
    if not folder:
        st.info("Pick a folder to see its history.", icon=":material/folder_open:")
        return
    mine = wait_for(record_table.NAME, lambda: _query_folder(folder, page), "folder")
    if mine.records.empty:
        st.info(
            "No report in this range names exactly this folder. Pick one from the list, or a longer range.",
            icon=":material/search_off:",
        )
        return
    quiet = timedelta(minutes=backend().settings.quiet_minutes)
    everything = RecordFrames(
        pd.concat([records, mine.records]).drop_duplicates(ignore_index=True), mine.files
    )
    stuck = find_stuck_files(everything, min(page.now, page.period.end), quiet)
    _draw_recurrence(stuck, mine.records, page)
    st.subheader("Longest wait at each report, against the SLA")
    waits = find_longest_waits(mine.files, quiet)
    draw_longest_waits(waits.assign(time=to_wall_clock(waits["detected_at"], page.zone)))
    st.subheader("Stuck files")
    draw_stuck_files(stuck, page, shown=_SHOWN)
    st.subheader("Hours in breach by week")
    draw_weeks(count_hours_by_week(mine.records, page.zone))


def _query_folder(folder: str, page: Page) -> RecordFrames:
    start, end = page.period.start, page.period.end
    stored = page.session.table.query_folder(folder, start, end)
    return RecordFrames.of(parse_records(stored)).between(start, end)


def _pick_folder(known: list[str]) -> str:
    folder = FOLDER.value("")
    show_in_widget(FOLDER.key, folder or None)
    options = known if folder in known or not folder else [folder, *known]
    st.selectbox(
        "Folder",
        options,
        index=options.index(folder) if folder else None,
        key=FOLDER.key,
        on_change=FOLDER.write_from_widget,
        accept_new_options=True,
        filter_mode="contains",
        placeholder="Pick a folder, or type a part of it",
        help="Folders reported in the range. Any other can be typed in full.",
    )
    return folder


def _draw_recurrence(stuck: pd.DataFrame, records: pd.DataFrame, page: Page) -> None:
    figures = summarize_recurrence(stuck, page.zone)
    values = {
        "SLA": format_duration(float(records.sort_values("detected_at")["sla"].iloc[-1])),
        "Stuck files": f"{figures.files:,}",
        "Days with new": f"{figures.days:,}",
        "Typical over SLA": format_duration(figures.typical_overdue),
        "Time between": format_duration(figures.typical_interval),
    }
    draw_figures(values)


draw()
