"""Whether a folder is in breach now, in words."""

from collections.abc import Sequence
from datetime import datetime

import streamlit as st

from contract.moments import format_duration
from contract.words import IncidentStatus
from dashboard.data.incident import Incident
from dashboard.frame.page import Page
from dashboard.services.incident_words import explain
from dashboard.services.markdown import escape_markdown
from dashboard.widgets.runbook_link import draw_breach_link


def draw_situation(incidents: Sequence[Incident], last_end: datetime | None, page: Page) -> str:
    """Says how the folder is with each of its senders, and returns the first of it as plain text.

    Args:
        incidents: the folder's, that are open or unknown.
        last_end: when its last breach ended, where that is known.
        page: where it is drawn.
    """
    told = [_describe(one, page) for one in incidents]
    for one, text in zip(incidents, told, strict=True):
        if one.status is IncidentStatus.OPEN:
            st.error(escape_markdown(text), icon=":material/notifications_active:")
        else:
            st.warning(escape_markdown(text), icon=":material/help:")
    if told:
        draw_breach_link()
        return told[0]
    ended = f" The last breach ended {_local(last_end, page)}." if last_end else ""
    st.success(f"Not in breach now.{ended}", icon=":material/check_circle:")
    return "Not in breach now."


def _describe(one: Incident, page: Page) -> str:
    since = f"since {_local(one.breached_since, page)} ({format_duration(page.now - one.breached_since)})"
    files = "1 file" if one.file_count == 1 else f"{one.file_count:,} files"
    if one.status is IncidentStatus.OPEN:
        return f"In breach now, {since}: {files} on {one.sender_name}."
    return f"Whether it is in breach is unknown ({one.sender_name}): {explain(one)}. It was {since}."


def _local(moment: datetime, page: Page) -> str:
    return f"{moment.astimezone(page.zone):%Y-%m-%d %H:%M}"
