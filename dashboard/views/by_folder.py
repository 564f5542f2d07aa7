"""By folder: which folders need someone, and the history of one of them."""

from collections.abc import Sequence
from typing import Final

import pandas as pd
import streamlit as st

from contract.moments import format_duration
from dashboard import columns
from dashboard.charts.records import draw_days, draw_longest_waits
from dashboard.data import record_table
from dashboard.data.frames import RecordFrames
from dashboard.data.incident import Incident
from dashboard.frame.attention import tell
from dashboard.frame.page import Page, name_tab, start_page
from dashboard.frame.waiting import wait_for
from dashboard.services.breach_spans import Spans
from dashboard.services.filters import filter_by_sender
from dashboard.services.folder_situation import find_last_end, select_of_folder
from dashboard.services.frequency import count_hours_by_day
from dashboard.services.ranking import rank_folders
from dashboard.services.recurrence import summarize_recurrence
from dashboard.services.series import find_span, to_wall_clock
from dashboard.services.timeline import find_longest_waits
from dashboard.widgets.breach_spans import load_breach_spans
from dashboard.widgets.figures import draw_figures
from dashboard.widgets.folder_picker import pick_folder
from dashboard.widgets.folder_ranking import draw_ranking
from dashboard.widgets.folder_situation import draw_situation
from dashboard.widgets.loading import load_period
from dashboard.widgets.path import draw_path, name_last
from dashboard.widgets.sender_filter import pick_sender, tell_since
from dashboard.widgets.shared import compute_stuck_files, query_folder, spell_folders, summarize
from dashboard.widgets.stuck_file_list import SHOWN, draw_stuck_files

_SHOWN: Final = tuple(column for column in SHOWN if column is not columns.FOLDER)
_EXPLANATIONS: Final = {
    "SLA": "How long a file may wait in the folder, as last reported.",
    "Stuck files": "In the range; each once, however often it was reported.",
    "Days with new stuck files": "Days of the range on which a file was found stuck that was not before.",
    "Median time over SLA": "Half of the files were over the SLA for longer than this at worst.",
    "Median time between": "From one report that found new stuck files to the next such report.",
}


def draw() -> None:
    """Draws the view."""
    page = start_page("By folder")
    # Every folder's records, without files: they give the folders to pick from, and how each is spelt.
    frames = load_period(page.session.table, page.period, with_files=False)
    live = wait_for(record_table.THE_TABLE, page.session.incidents.list_live, "live")
    spellings = spell_folders(frames)
    choices = st.container(horizontal=True, vertical_alignment="bottom")
    with choices:
        folder = pick_folder(spellings)
    if not folder:
        ranking = rank_folders(summarize(frames), live, page.now)
        tell(f"By folder: {len(ranking):,} folders")
        draw_ranking(ranking, page)
        return
    shown = spellings.find(folder)[0]
    name_tab(name_last(shown), "By folder")
    spans = load_breach_spans(page)
    draw_path(shown)
    _draw_now(select_of_folder(live, shown, page.now), spans, shown, page)
    mine = query_folder(spellings.find(folder), page)
    if mine.records.empty:
        st.info(
            "No report in this range names exactly this folder. Pick one from the list, or a longer range.",
            icon=":material/search_off:",
        )
        return
    with choices:
        sender = pick_sender(mine.records)
    tell_since(mine.records, page)
    stuck = compute_stuck_files(mine, spans, page)
    chosen = RecordFrames(filter_by_sender(mine.records, sender), filter_by_sender(mine.files, sender))
    if chosen.records.empty:
        st.info("This sender did not report this folder in this range.", icon=":material/search_off:")
        return
    _draw_history(stuck, sender, chosen, page)


def _draw_now(incidents: Sequence[Incident], spans: Spans, folder: str, page: Page) -> None:
    told = draw_situation(incidents, find_last_end(spans, folder), page)
    tell(f"By folder: {name_last(folder)}. {told}")


def _draw_history(stuck: pd.DataFrame, sender: str, reported: RecordFrames, page: Page) -> None:
    _draw_recurrence(filter_by_sender(stuck, sender), reported.records, page)
    st.header("Stuck files", anchor=False)
    # Of one folder they are few.
    draw_stuck_files(stuck, page, lambda: stuck, sender=sender, shown=_SHOWN)
    span = find_span(page.period, page.zone)
    st.header("Longest wait at each report, against the SLA", anchor=False)
    waits = find_longest_waits(reported)
    draw_longest_waits(waits.assign(time=to_wall_clock(waits["detected_at"], page.zone)), span)
    st.header("Hours in breach, day by day", anchor=False)
    draw_days(count_hours_by_day(reported.records, page.period, page.zone), span)


def _draw_recurrence(stuck: pd.DataFrame, records: pd.DataFrame, page: Page) -> None:
    figures = summarize_recurrence(stuck, page.zone)
    values = {
        "SLA": format_duration(float(records.sort_values("detected_at")["sla"].iloc[-1])),
        "Stuck files": f"{figures.files:,}",
        "Days with new stuck files": f"{figures.days:,}",
        "Median time over SLA": format_duration(figures.typical_overdue),
        "Median time between": format_duration(figures.typical_interval),
    }
    draw_figures(values, _EXPLANATIONS)


draw()
