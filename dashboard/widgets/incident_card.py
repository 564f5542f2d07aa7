"""One incident in full: facts, actions, files and history."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import streamlit as st

from contract.moments import format_duration
from contract.words import IncidentStatus
from dashboard.columns import Column, tabulate
from dashboard.data.loading import load_incident_files
from dashboard.data.tables import THE_TABLE, Notified
from dashboard.figures.actions import HistoryLine, describe_hold, list_done, list_notified
from dashboard.figures.incidents import FILE_COLUMNS, explain, overdue_minutes, tabulate_files
from dashboard.figures.maintenance import KEPT, list_lines
from dashboard.figures.text import escape_markdown
from dashboard.frame.page import Page
from dashboard.frame.waiting import wait_for, wait_or_none
from dashboard.widgets.basics import draw_facts
from dashboard.widgets.incident_actions import Actions
from dashboard.widgets.links import (
    INCIDENT,
    draw_breach_link,
    draw_folder_link,
    draw_lost_letters,
    draw_path,
    draw_sender_link,
)
from dashboard.widgets.table import draw_files, draw_plain_table, name_details
from store.incidents import Incident
from store.maintenance import incident_maintenance
from store.senders import Sender

_KEY: Final = "incident_files"


def draw_incident(incident: Incident, page: Page) -> None:
    """Draws everything known of the incident, what may be done about it, and the ways on from here."""
    session = page.session
    listed = incident
    sender, _ = wait_for(THE_TABLE, lambda: session.tables.read_sender(listed.sender), "incident_sender")
    frames, read = wait_for(
        THE_TABLE,
        lambda: (load_incident_files(session.records, listed), session.tables.read_incident(listed)),
        _KEY,
    )
    # With its history, and as it is now: an index may be a moment behind.
    incident = read or listed
    ask = session.tables.list_notified_of_incident
    notified = wait_or_none(THE_TABLE, lambda: ask(incident.incident_id), "notifications")
    windows = wait_for(THE_TABLE, lambda: session.tables.list_windows(page.now - KEPT), "maintenance")
    muted = incident_maintenance(windows, incident, page.now) if incident.live else None
    with st.container(border=True):
        st.header("Incident", anchor=name_details(INCIDENT))
        draw_path(incident.folder)
        hold = escape_markdown(describe_hold(incident, page.now, page.zone))
        st.markdown(f"**{incident.status.capitalize()}**: {explain(incident)}. {hold}")
        place, focus = f"incident_{incident.incident_id}", name_details(INCIDENT)
        actions = Actions(incidents=[incident], place=place, focus=focus, page=page)
        with st.container(horizontal=True, gap="xsmall"):
            actions.draw_buttons()
        actions.draw_below()
        until = f"until {page.spell(muted)}: only its end is notified" if muted else ""
        draw_facts({"Maintenance": until, **_list_facts(incident, sender, page)})
        draw_lost_letters([incident.folder, *frames.files["filename"]])
        if frames.files.empty:
            st.caption("The report with its files is no longer kept.")
        else:
            st.caption(f"Files in the latest report. Times in {page.zone.key}.")
            files = tabulate_files(frames.files, incident.sla, page.now)
            shown = (
                FILE_COLUMNS
                if incident.status is IncidentStatus.OPEN
                else (FILE_COLUMNS[0], *FILE_COLUMNS[2:])
            )
            draw_files(files, shown, page.zone)
        with st.container(horizontal=True):
            draw_folder_link(incident.folder)
            draw_sender_link(incident.sender)
            if incident.status is IncidentStatus.OPEN:
                draw_breach_link()
        theirs = [one for one in windows if one.fits(incident.sender_name, incident.owner, incident.folder)]
        lines = list_lines(theirs, incident.opened_at, incident.ended_at or page.now)
        draw_history([*list_done(incident.history, page.zone), *lines], notified, page.zone)


def _list_facts(incident: Incident, sender: Sender | None, page: Page) -> dict[str, str]:
    def local(moment: datetime | None) -> str:
        return page.spell(moment, seconds=True) if moment else ""

    overdue = overdue_minutes(incident, page.now)
    oldest = f"{format_duration(overdue)} over the SLA, created {local(incident.oldest_creation)}"
    live = incident.ended_at is None
    return {
        "Owner": incident.owner,
        "Sender": incident.sender_name,
        "SLA": format_duration(timedelta(minutes=incident.sla)),
        "Oldest file": ("of unknown age" if overdue is None else oldest) if live else "",
        "In breach since": local(incident.breached_since),
        "First seen": local(incident.opened_at),
        "Last seen": local(incident.last_seen_at),
        "Last report of its server": local(sender.last_run_at) if sender else "",
        "Unknown since": local(incident.unknown_since) if live else "",
        "Ended": local(incident.ended_at),
        "Files": f"{incident.file_count:,}, at most {incident.peak_file_count:,} at once",
        "Reopened": f"{incident.reopened:,} times" if incident.reopened else "",
    }


_COLUMNS: Final = (
    Column("at", "moment", "When"),
    Column("who", "prose", "Who", None, 140),
    Column("what", "prose", "What", None, 200),
)
_NOTE: Final = Column("note", "prose", "Note", None, 240)
"""Left out where nobody wrote one: the others get its room."""
_SHOWN: Final = 10
"""So many lines; the older ones are folded away."""


def draw_history(done: Sequence[HistoryLine], notified: Sequence[Notified] | None, zone: ZoneInfo) -> None:
    """Draws actions and notifications as one list; nothing where nothing happened.

    `notified` is None where the notifications cannot be read.
    """
    lines = sorted([*done, *list_notified(notified or ())], key=lambda one: one.at, reverse=True)
    if lines or notified is None:
        st.subheader("History", anchor=False)
    if notified is None:
        st.caption("The notifications cannot be read at the moment.")
    if lines:
        _draw_lines(lines[:_SHOWN], "history", zone)
    if older := lines[_SHOWN:]:
        with st.expander(f"{len(older):,} older"):
            _draw_lines(older, "older_history", zone)


def _draw_lines(lines: Sequence[HistoryLine], key: str, zone: ZoneInfo) -> None:
    # As rows, and not in Markdown, which would make links even of what is escaped.
    columns = (*_COLUMNS, _NOTE) if any(line.note for line in lines) else _COLUMNS
    rows = [(line.at, line.who, line.what, line.note)[: len(columns)] for line in lines]
    draw_plain_table(tabulate(rows, columns), key, columns, zone, label="History")
