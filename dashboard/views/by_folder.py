"""By folder: which folders need someone, and the history of one of them."""

from collections.abc import Sequence
from typing import Final

import pandas as pd
import streamlit as st

from contract.folders import folder_key
from contract.moments import format_duration
from contract.words import IncidentStatus
from dashboard import columns
from dashboard.backend import backend
from dashboard.charts import draw_days, draw_heat_map, draw_longest_waits
from dashboard.data.loading import load_folder
from dashboard.data.records import RecordFrames
from dashboard.data.tables import THE_TABLE
from dashboard.figures.breaches import list_folders, map_week, measure_folders, sum_by_day, sum_by_hour
from dashboard.figures.incidents import explain, find_breach, list_utc_days, sort_worst_first
from dashboard.figures.series import find_span, to_wall_clock
from dashboard.figures.stuck_files import SHOWN
from dashboard.figures.text import escape_markdown, filter_by_sender
from dashboard.frame.page import Page, name_tab, start_page
from dashboard.frame.waiting import TITLE, announce, wait_for
from dashboard.views import folder_figures
from dashboard.widgets.basics import TEXT, draw_choice, draw_figures
from dashboard.widgets.links import FOLDER, draw_incident_link, draw_incidents_link, draw_path, name_last
from dashboard.widgets.loading import draw_nothing, list_breach_spans
from dashboard.widgets.stuck_files import compute_stuck_files, draw_stuck_files, pick_sender
from dashboard.widgets.table import draw_table
from store.incidents import Incident

_SHOWN_OF_FILES: Final = tuple(column for column in SHOWN if column is not columns.FOLDER)


def draw() -> None:
    """Draws the page."""
    page = start_page("By folder")
    tables, days = page.session.tables, list_utc_days(page.period.start, max(page.now, page.period.start))
    incidents = wait_for(THE_TABLE, lambda: tables.list_incidents(days), "incidents")
    folder = FOLDER.value("")
    choices = st.container(horizontal=True, vertical_alignment="bottom")
    same = [one for one in incidents if one.key == folder_key(folder)]
    listed = max(same, key=lambda one: one.last_seen_at).folder if same else folder
    with choices:
        label = "All folders: pick one, or type a part of its path"
        draw_choice("Folder", FOLDER, list_folders(incidents, page.period, page.now), listed, label)
    if not folder:
        ranking = folder_figures.rank_folders(incidents, page.period, page.now)
        announce(f"By folder: {len(ranking):,} folders")
        if ranking.empty:
            draw_nothing("No folder was in breach in this range.", page)
            return
        st.header("Folders, worst first", anchor=False)
        draw_table(
            ranking,
            "folders",
            folder_figures.COLUMNS,
            page.zone,
            identity=[columns.FOLDER.name],
            noun="folders",
            picked_in=FOLDER,
            opens="Open",
            details=TITLE,
        )
        return
    name_tab(name_last(listed), "By folder")
    draw_path(listed)
    status = draw_status(sort_worst_first(same, page.now), page)
    announce(f"By folder: {name_last(listed)}. {status}")
    if same:
        _draw_breaches(same, page)
    # The index has each spelling apart: the one of the link, and those of the incidents.
    spellings, table = sorted({folder, *(one.folder for one in same)}), page.session.records
    span, cache = page.period, backend().cache
    mine = wait_for(
        THE_TABLE, lambda: load_folder(table, spellings, span.start, span.end, cache, page.now), "folder"
    )
    if mine.records.empty:
        st.info(
            "No report in this range names this folder. Pick one from the list, or a longer range.",
            icon=":material/search_off:",
        )
        return
    with choices:
        sender = pick_sender(mine.records)
    _draw_history(sender, mine, same, page)


def _draw_breaches(incidents: Sequence[Incident], page: Page) -> None:
    hours = sum_by_hour(incidents, page.period, page.zone, page.now)
    by_day, by_hour = st.columns(2)
    with by_day:
        st.header("Hours in breach, day by day", anchor=False)
        draw_days(sum_by_day(hours), find_span(page.period, page.zone), page.zone)
    with by_hour:
        st.header("When it was in breach", anchor=False)
        draw_heat_map(map_week(hours), "Minutes in breach by weekday and hour")


def draw_status(incidents: Sequence[Incident], page: Page) -> str:
    """Says how the folder is with each of its senders, with the way to act on it; returns the first as text.

    Args:
        incidents: the folder's, the worst first.
        page: where it is drawn.
    """
    live = [one for one in incidents if one.live]
    states = [_describe(one, page) for one in live]
    for one, text in zip(live, states, strict=True):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            if one.status is IncidentStatus.OPEN:
                st.error(escape_markdown(text), icon=":material/notifications_active:")
            else:
                st.warning(escape_markdown(text), icon=":material/help:")
            draw_incident_link(one.incident_id)
    if not incidents:
        text = "No breach of this folder is known in this range."
        st.info(text, icon=":material/info:")
        return text
    if not live:
        ends = ((find_breach(one, page.now)[1], one.status) for one in incidents)
        ended, status = max(ends, key=lambda end: end[0])
        states = [f"Not in breach now. The last breach ended {page.spell(ended)}."]
        # Only a confirmed end is good news.
        if status is IncidentStatus.CLEARED:
            st.success(states[0], icon=":material/check_circle:")
        else:
            st.info(states[0], icon=":material/info:")
    draw_incidents_link("Its incidents", {TEXT.name: incidents[0].folder})
    return states[0]


def _describe(one: Incident, page: Page) -> str:
    since = f"since {page.spell(one.breached_since)} ({format_duration(page.now - one.breached_since)})"
    files = "1 file" if one.file_count == 1 else f"{one.file_count:,} files"
    if one.status is IncidentStatus.OPEN:
        return f"In breach now, {since}: {files} on {one.sender_name}."
    return f"Whether it is in breach is unknown ({one.sender_name}): {explain(one)}. It was {since}."


def _draw_history(sender: str, mine: RecordFrames, incidents: Sequence[Incident], page: Page) -> None:
    records = filter_by_sender(mine.records, sender)
    if records.empty:
        st.info("This sender did not report this folder in this range.", icon=":material/search_off:")
        return

    def find_waits() -> pd.DataFrame:
        chosen = RecordFrames(records, filter_by_sender(mine.files, sender))
        found = folder_figures.find_longest_waits(chosen)
        return found.assign(time=to_wall_clock(found["detected_at"], page.zone))

    stuck = compute_stuck_files(mine, list_breach_spans(incidents), page)
    sla = records.sort_values("detected_at")["sla"].iloc[-1]
    measured = measure_folders(incidents, [page.period], page.now)
    files, breached = len(filter_by_sender(stuck, sender)), format_duration(measured["breached"].sum())
    longest = format_duration(measured["longest"].max() if len(measured) else None)
    draw_figures(
        ("SLA", format_duration(float(sla)), "How long a file may wait in the folder, as last reported."),
        ("Stuck files", f"{files:,}", "Each counted once, however often it was reported in the range."),
        ("Incidents", f"{measured['incidents'].sum():,.0f}", "In breach at some time of the range."),
        ("In breach", breached, "All of its time in breach within the range."),
        ("Longest breach", longest, "The longest single incident, within the range."),
    )
    st.header("Stuck files", anchor=False)
    # Of one folder they are few.
    draw_stuck_files(stuck, page, lambda: stuck, sender=sender, shown=_SHOWN_OF_FILES)
    st.header("Longest wait at each report, against the SLA", anchor=False)
    waits = backend().cache.compute(("longest waits", mine, sender, page.zone.key), find_waits)
    draw_longest_waits(waits, find_span(page.period, page.zone))


draw()
