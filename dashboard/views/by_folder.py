"""By folder: the history of one folder."""

from typing import Final

import pandas as pd
import streamlit as st

from dashboard import columns
from dashboard.charts.records import draw_longest_waits, draw_weeks
from dashboard.data.frames import RecordFrames
from dashboard.frame.address import show_in_widget
from dashboard.frame.page import Page, start_page
from dashboard.services.durations import format_duration
from dashboard.services.filters import filter_by_sender
from dashboard.services.frequency import count_hours_by_week
from dashboard.services.recurrence import summarize_recurrence
from dashboard.services.series import to_wall_clock
from dashboard.services.spellings import Spellings
from dashboard.services.timeline import find_longest_waits
from dashboard.widgets.figures import draw_figures
from dashboard.widgets.folder_link import FOLDER
from dashboard.widgets.loading import load_period
from dashboard.widgets.sender_filter import pick_sender, tell_since
from dashboard.widgets.shared import load_stuck_files, query_folder, spell_folders
from dashboard.widgets.stuck_file_list import SHOWN, draw_stuck_files

_SHOWN: Final = tuple(column for column in SHOWN if column is not columns.FOLDER)


def draw() -> None:
    """Draws the view."""
    page = start_page("By folder")
    # Every folder's records, without files: they give the folders to pick from, and how each is spelt.
    spellings = spell_folders(load_period(page.session.table, page.period, with_files=False))
    folder = _pick_folder(spellings)
    if not folder:
        st.info("Pick a folder to see its history.", icon=":material/folder_open:")
        return
    mine = query_folder(spellings.find(folder), page)
    if mine.records.empty:
        st.info(
            "No report in this range names exactly this folder. Pick one from the list, or a longer range.",
            icon=":material/search_off:",
        )
        return
    sender = pick_sender(mine.records)
    tell_since(mine.records, page)
    stuck = load_stuck_files(mine, page)
    chosen = RecordFrames(filter_by_sender(mine.records, sender), filter_by_sender(mine.files, sender))
    if chosen.records.empty:
        st.info("This sender did not report this folder in this range.", icon=":material/search_off:")
        return
    _draw_history(stuck, sender, chosen, page)


def _draw_history(stuck: pd.DataFrame, sender: str, reported: RecordFrames, page: Page) -> None:
    _draw_recurrence(filter_by_sender(stuck, sender), reported.records, page)
    st.subheader("Longest wait at each report, against the SLA")
    waits = find_longest_waits(reported)
    draw_longest_waits(waits.assign(time=to_wall_clock(waits["detected_at"], page.zone)))
    st.subheader("Stuck files")
    draw_stuck_files(stuck, page, sender=sender, shown=_SHOWN)
    st.subheader("Hours in breach by week")
    draw_weeks(count_hours_by_week(reported.records, page.zone))


def _pick_folder(spellings: Spellings) -> str:
    given = FOLDER.value("")
    # A link may spell it in another way than the list does.
    folder = spellings.find(given)[0] if given else ""
    show_in_widget(FOLDER.key, folder or None)
    known = spellings.folders
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
    return given


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
