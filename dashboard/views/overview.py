"""Overview: what is open now, how much of it, and where it happens again and again."""

from datetime import datetime, timedelta
from typing import Final

import pandas as pd
import streamlit as st

from dashboard import columns
from dashboard.backend import backend
from dashboard.charts.records import draw_breach_hours, draw_files_in_breach, draw_hours_of_day
from dashboard.data.frames import RecordFrames
from dashboard.frame.page import Page, start_page
from dashboard.services.durations import format_duration
from dashboard.services.frequency import count_days_by_hour, count_hours_in_breach
from dashboard.services.latest_records import find_uncleared_records, list_hours, select_files
from dashboard.services.series import count_files_in_breach
from dashboard.services.stuck_files import Status, find_stuck_files
from dashboard.widgets.figures import draw_figures
from dashboard.widgets.loading import load_hours, load_period
from dashboard.widgets.stuck_file_list import draw_stuck_files

# Folders that the rankings show.
_FOLDERS: Final = 10
_SHOWN: Final = (
    columns.STATUS,
    columns.FOLDER,
    columns.FILENAME,
    columns.OVERDUE_NOW,
    columns.CREATED,
    columns.LAST_SEEN,
    columns.SLA,
)


def draw() -> None:
    """Draws the view."""
    page = start_page("Overview")
    records = load_period(page.session.table, page.period, with_files=False).records
    if records.empty:
        st.info(
            "Nothing was reported in this range: all is well, or the script does not run.",
            icon=":material/notifications_off:",
        )
        return
    uncleared = _find_uncleared(records, page)
    _draw_figures(uncleared, records["detected_at"].max(), page.now)
    st.subheader("Open now, the worst first")
    draw_stuck_files(uncleared, page, shown=_SHOWN, statuses=(Status.OPEN, Status.UNKNOWN))
    st.subheader("Files in breach over time")
    draw_files_in_breach(count_files_in_breach(records, page.period, page.zone))
    ranking = count_hours_in_breach(records).head(_FOLDERS)
    st.subheader("Folders most in breach")
    draw_breach_hours(ranking)
    st.subheader("When, by hour of the day")
    ranked = records[records["folder"].isin(ranking["folder"])]
    draw_hours_of_day(count_days_by_hour(ranked, page.zone), ranking["folder"].tolist())


def _find_uncleared(records: pd.DataFrame, page: Page) -> pd.DataFrame:
    """The files that may still be stuck. Only the records that list them are fetched with their files."""
    latest = find_uncleared_records(records)
    files = load_hours(page.session.table, list_hours(latest), with_files=True).files
    quiet = timedelta(minutes=backend().settings.quiet_minutes)
    stuck = find_stuck_files(RecordFrames(records, select_files(latest, files)), page.period.end, quiet)
    return stuck[stuck["status"] != Status.CLEARED]


def _draw_figures(uncleared: pd.DataFrame, last_report: datetime, now: datetime) -> None:
    still_open = uncleared[uncleared["status"] == Status.OPEN]
    silent = int((uncleared["status"] == Status.UNKNOWN).sum())
    figures = {
        "Open files": f"{len(still_open):,}",
        "Folders in breach": f"{still_open['folder'].nunique():,}",
        "Worst over SLA": format_duration(still_open["overdue_now"].max()),
        "Unknown files": f"{silent:,}",
        "Last report": f"{format_duration(now - last_report)} ago",
    }
    draw_figures(figures)


draw()
