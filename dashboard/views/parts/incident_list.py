"""Incidents, narrowed down, in a table."""

from collections.abc import Sequence
from typing import Final

import pandas as pd
import streamlit as st

from dashboard.services.filters import containing, with_status
from dashboard.services.incidents import CLEARED, FILE, OPEN, STATUSES, UNKNOWN
from dashboard.views.parts import columns
from dashboard.views.parts.address import Parameter, show_in_widget
from dashboard.views.parts.context import Context
from dashboard.views.parts.downloads import draw_download
from dashboard.views.parts.incident_card import draw_incident
from dashboard.views.parts.picking import draw_table
from dashboard.views.parts.searching import pick_text

# Never by colour alone: each status has a sign of its own.
_LABELS: Final = {OPEN: "▲ Open", UNKNOWN: "? Unknown", CLEARED: "✓ Cleared"}
_HEADINGS: Final = {
    "status": "Status",
    "basis": "How it is known",
    "folder": "Folder",
    "filename": "File",
    "overdue_now": "Over SLA now (min)",
    "overdue_worst": "Over SLA at worst (min)",
    "first_seen": "First reported",
    "last_seen": "Last reported",
    "reports": "Reports",
    "sla": "SLA (min)",
    "created": "Created",
    "cleared_at": "Known to be cleared at",
}
EVERYTHING: Final = (
    "status",
    "folder",
    "filename",
    "overdue_now",
    "overdue_worst",
    "first_seen",
    "last_seen",
    "reports",
    "sla",
    "created",
)


def _parse_statuses(text: str) -> list[str] | None:
    return [status for status in STATUSES if status in text.split(",")] or None


STATUS: Final = Parameter("status", _parse_statuses, ",".join)


def draw_incidents(
    incidents: pd.DataFrame,
    context: Context,
    *,
    shown: Sequence[str] = EVERYTHING,
    statuses: Sequence[str] = STATUSES,
) -> None:
    """Draws the filters, a table of the columns `shown`, its download, and the picked incident in full."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        wanted = _pick_statuses(incidents, statuses)
        text = pick_text("Search files and folders")
        filtered = containing(with_status(incidents, wanted), text, ["filename", "folder"])
        details = [] if len(wanted) == len(statuses) else wanted
        draw_download(
            filtered,
            "incidents",
            {name: heading for name, heading in _HEADINGS.items() if name in (*shown, "basis", "cleared_at")},
            context,
            *details,
            text,
        )
    looks = {
        "status": st.column_config.TextColumn("Status", width=95),
        "folder": columns.FOLDER,
        "filename": columns.FILENAME,
        "overdue_now": columns.duration("Over SLA now"),
        "overdue_worst": columns.duration("At worst", "The longest it was over its SLA."),
        "first_seen": columns.moment("First reported", context.zone, "Within the range shown."),
        "last_seen": columns.moment("Last reported", context.zone),
        "reports": columns.count("Reports", "How often it was reported within the range shown."),
        "sla": columns.SLA,
        "created": columns.moment("Waiting since", context.zone),
    }
    picked = draw_table(
        filtered.assign(status=filtered["status"].map(_LABELS)),
        "incidents",
        {name: looks[name] for name in shown},
        # Not when it was first seen: that changes as the range moves on.
        identity=[*FILE, "later"],
        durations=["overdue_now", "overdue_worst", "sla"],
        paths=["folder"],
        noun="incidents",
    )
    if picked is not None:
        draw_incident(picked, context)


def _pick_statuses(incidents: pd.DataFrame, statuses: Sequence[str]) -> list[str]:
    chosen = [status for status in STATUS.value(list(statuses)) if status in statuses] or list(statuses)
    counts = incidents["status"].value_counts()
    show_in_widget(STATUS.key, chosen)
    st.pills(
        "Status",
        statuses,
        selection_mode="multi",
        default=chosen,
        format_func=lambda status: f"{_LABELS[status]} {counts.get(status, 0):,}",
        key=STATUS.key,
        on_change=STATUS.write_from_widget,
    )
    return chosen
