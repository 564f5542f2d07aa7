"""One incident in full, with its files."""

from datetime import datetime, timedelta
from typing import Final

import streamlit as st

from contract.moments import format_duration
from contract.words import IncidentStatus
from dashboard.data.incident import Incident
from dashboard.data.incident_files import load_incident_files
from dashboard.data.record_table import THE_TABLE
from dashboard.data.sender import Sender
from dashboard.frame.page import Page
from dashboard.frame.waiting import wait_for
from dashboard.services.deed_words import describe_hold, list_done
from dashboard.services.incident_files import FILE_COLUMNS, tabulate_files
from dashboard.services.incident_words import explain
from dashboard.services.markdown import escape_markdown
from dashboard.widgets.facts import draw_facts
from dashboard.widgets.file_list import draw_files
from dashboard.widgets.folder_link import draw_folder_link
from dashboard.widgets.history import draw_history, load_told
from dashboard.widgets.incident_actions import Actions
from dashboard.widgets.incident_link import INCIDENT
from dashboard.widgets.lost_letters import draw_lost_letters
from dashboard.widgets.path import draw_path
from dashboard.widgets.runbook_link import draw_breach_link
from dashboard.widgets.sender_link import draw_sender_link
from dashboard.widgets.table import name_details

_KEY: Final = "incident_files"


def draw_incident(incident: Incident, page: Page) -> None:
    """Draws everything known of the incident, what may be done about it, and the ways on from here."""
    session = page.session
    listed = incident
    sender, _ = wait_for(THE_TABLE, lambda: session.senders.read(listed.sender), "incident_sender")
    frames, read = wait_for(
        THE_TABLE,
        lambda: (load_incident_files(session.table, listed), session.incidents.read(listed)),
        _KEY,
    )
    # With its history, and as it is now: an index may be a moment behind.
    incident = read or listed
    told = load_told(lambda: session.messages.list_of_incident(incident.incident_id))
    with st.container(border=True):
        st.header("Incident", anchor=name_details(INCIDENT))
        draw_path(incident.folder)
        hold = escape_markdown(describe_hold(incident, page.now, page.zone))
        st.markdown(f"**{incident.status.capitalize()}**: {explain(incident)}. {hold}")
        _draw_actions(incident, page)
        draw_facts(_list_facts(incident, sender, page))
        draw_lost_letters([incident.folder, *frames.files["filename"]])
        if frames.files.empty:
            st.caption("The report that last named its files is no longer kept.")
        else:
            st.caption(f"Its files as they were last told. Times in {page.zone.key}.")
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
        draw_history(list_done(incident.history, page.zone), told, page.zone)


def _draw_actions(incident: Incident, page: Page) -> None:
    actions = Actions(
        incidents=[incident],
        place=f"incident_{incident.incident_id}",
        focus=name_details(INCIDENT),
        page=page,
    )
    with st.container(horizontal=True, gap="xsmall"):
        actions.draw_buttons()
    actions.draw_below()


def _list_facts(incident: Incident, sender: Sender | None, page: Page) -> dict[str, str]:
    def local(moment: datetime | None) -> str:
        return f"{moment.astimezone(page.zone):%Y-%m-%d %H:%M:%S}" if moment else ""

    overdue = incident.overdue_minutes(page.now)
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
        "Its server last reported at": local(sender.last_run_at) if sender else "",
        "Unknown since": local(incident.unknown_since) if live else "",
        "Ended": local(incident.ended_at),
        "Files": f"{incident.file_count:,}, at most {incident.peak_file_count:,} at once",
        "Reopened": f"{incident.reopened:,} times" if incident.reopened else "",
    }
