"""By folder: the history of one folder."""

from datetime import timedelta
from typing import Final

import pandas as pd
import streamlit as st

from dashboard.backend import backend
from dashboard.data.frames import Breaches, rows_of
from dashboard.services.durations import spell
from dashboard.services.frequency import by_week
from dashboard.services.incidents import find_incidents
from dashboard.services.recurrence import recurrence
from dashboard.services.series import wall_clock
from dashboard.services.timeline import longest_waits
from dashboard.views.parts.address import show_in_widget
from dashboard.views.parts.charts import draw_longest_waits, draw_weeks
from dashboard.views.parts.context import Context, start
from dashboard.views.parts.figures import draw_figures
from dashboard.views.parts.folder_link import FOLDER
from dashboard.views.parts.incident_list import EVERYTHING, draw_incidents
from dashboard.views.parts.loader import load_period

_SHOWN: Final = tuple(name for name in EVERYTHING if name != "folder")


def draw() -> None:
    """Draws the view."""
    context = start("By folder")
    # Every folder's reports, without files: they give the folders to pick from, and tell of a
    # folder that is no longer reported while others of the same server are.
    reports = load_period(context.session.table, context.period, with_files=False).reports
    folder = _pick_folder(sorted(reports["folder"].unique()))
    if not folder:
        st.info("Pick a folder to see its history.", icon=":material/folder_open:")
        return
    rows = rows_of(context.session.table.folder(folder, context.period.start, context.period.end))
    mine = Breaches.of(rows).between(context.period.start, context.period.end)
    if mine.reports.empty:
        st.info(
            "No report in this range names exactly this folder. Pick one from the list, or a longer range.",
            icon=":material/search_off:",
        )
        return
    quiet = timedelta(minutes=backend().settings.quiet_minutes)
    everything = Breaches(pd.concat([reports, mine.reports]).drop_duplicates(ignore_index=True), mine.files)
    incidents = find_incidents(everything, min(context.now, context.period.end), quiet)
    _draw_recurrence(incidents, mine.reports, context)
    st.subheader("Longest wait at each report, against the SLA")
    waits = longest_waits(mine.files, quiet)
    draw_longest_waits(waits.assign(time=wall_clock(waits["detected_at"], context.zone)))
    st.subheader("Incidents")
    draw_incidents(incidents, context, shown=_SHOWN)
    st.subheader("Hours in breach by week")
    draw_weeks(by_week(mine.reports, context.zone))


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


def _draw_recurrence(incidents: pd.DataFrame, reports: pd.DataFrame, context: Context) -> None:
    figures = recurrence(incidents, context.zone)
    values = {
        "SLA": spell(float(reports.sort_values("detected_at")["sla"].iloc[-1])),
        "Incidents": f"{figures.incidents:,}",
        "Days with new": f"{figures.days:,}",
        "Typical over SLA": spell(figures.typical_overdue),
        "Time between": spell(figures.typical_interval),
    }
    draw_figures(values)


draw()
