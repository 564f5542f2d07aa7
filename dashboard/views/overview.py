"""Overview: what is open now, how much of it, and where it happens again and again."""

from datetime import datetime, timedelta
from typing import Final

import pandas as pd
import streamlit as st

from dashboard.backend import backend
from dashboard.data.frames import Breaches
from dashboard.services.durations import spell
from dashboard.services.frequency import breach_hours, by_hour_of_day
from dashboard.services.incidents import CLEARED, OPEN, UNKNOWN, find_incidents
from dashboard.services.series import files_in_breach
from dashboard.services.standing import files_of, hours_of, standing_reports
from dashboard.views.parts.charts import draw_breach_hours, draw_files_in_breach, draw_hours_of_day
from dashboard.views.parts.context import Context, start
from dashboard.views.parts.figures import draw_figures
from dashboard.views.parts.incident_list import draw_incidents
from dashboard.views.parts.loader import load_hours, load_period

# Folders that the rankings show.
_FOLDERS: Final = 10
_SHOWN: Final = ("status", "folder", "filename", "overdue_now", "created", "last_seen", "sla")


def draw() -> None:
    """Draws the view."""
    context = start("Overview")
    reports = load_period(context.session.table, context.period, with_files=False).reports
    if reports.empty:
        st.info(
            "Nothing was reported in this range: all is well, or the script does not run.",
            icon=":material/notifications_off:",
        )
        return
    standing = _standing(reports, context)
    _draw_figures(standing, reports["detected_at"].max(), context.now)
    st.subheader("Open now, the worst first")
    draw_incidents(standing, context, shown=_SHOWN, statuses=(OPEN, UNKNOWN))
    st.subheader("Files in breach over time")
    draw_files_in_breach(files_in_breach(reports, context.period, context.zone))
    ranking = breach_hours(reports).head(_FOLDERS)
    st.subheader("Folders most in breach")
    draw_breach_hours(ranking)
    st.subheader("When, by hour of the day")
    ranked = reports[reports["folder"].isin(ranking["folder"])]
    draw_hours_of_day(by_hour_of_day(ranked, context.zone), ranking["folder"].tolist())


def _standing(reports: pd.DataFrame, context: Context) -> pd.DataFrame:
    """The files that may still be stuck. Only the reports that list them are fetched with their files."""
    latest = standing_reports(reports)
    files = load_hours(context.session.table, hours_of(latest), with_files=True).files
    quiet = timedelta(minutes=backend().settings.quiet_minutes)
    incidents = find_incidents(Breaches(reports, files_of(latest, files)), context.period.end, quiet)
    return incidents[incidents["status"] != CLEARED]


def _draw_figures(standing: pd.DataFrame, last_report: datetime, now: datetime) -> None:
    still_open = standing[standing["status"] == OPEN]
    silent = int((standing["status"] == UNKNOWN).sum())
    figures = {
        "Open files": f"{len(still_open):,}",
        "Folders in breach": f"{still_open['folder'].nunique():,}",
        "Worst over SLA": spell(still_open["overdue_now"].max()),
        "Unknown files": f"{silent:,}",
        "Last report": f"{spell(now - last_report)} ago",
    }
    draw_figures(figures)


draw()
