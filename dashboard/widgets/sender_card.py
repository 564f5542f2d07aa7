"""One sender in full: what is wrong with it and what to do, and everything known of it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import streamlit as st

from contract.moments import format_duration
from dashboard import incident_columns
from dashboard.data.incident import Incident
from dashboard.data.record_table import THE_TABLE
from dashboard.data.sender import Refusal, Sender
from dashboard.frame.page import Page
from dashboard.frame.waiting import wait_for
from dashboard.services.expected_hours import describe_hours
from dashboard.services.incidents import split_live
from dashboard.services.known_senders import Known
from dashboard.services.markdown import escape_markdown
from dashboard.services.sender_deeds import list_lines
from dashboard.services.sender_warnings import list_warnings
from dashboard.services.sender_words import (
    KIND_EXPLANATIONS,
    KINDS,
    STATES,
    describe_clock,
    describe_due,
    describe_folders,
    describe_interval,
)
from dashboard.widgets.facts import draw_facts
from dashboard.widgets.history import draw_history, load_told
from dashboard.widgets.incident_list import OPEN, UNKNOWN, draw_incidents
from dashboard.widgets.path import split_path
from dashboard.widgets.rows import RowColumn, draw_rows
from dashboard.widgets.sender_actions import draw_sender_actions
from dashboard.widgets.sender_link import SENDER
from dashboard.widgets.table import name_details

_OPEN: Final = tuple(column for column in OPEN if column is not incident_columns.INCIDENT_SENDER_NAME)
_UNREADABLE: Final = (
    RowColumn(name="folder", heading="Folder", kind="path", width=240),
    RowColumn(name="error", heading="What its system says", kind="text", width=240),
)
_UNKNOWN: Final = tuple(column for column in UNKNOWN if column is not incident_columns.INCIDENT_SENDER_NAME)


def draw_sender(known: Known, incidents: Sequence[Incident], page: Page) -> None:
    """Draws a sender.

    Args:
        known: it, read in full.
        incidents: what is open or unknown of it.
        page: where it is drawn.
    """
    with st.container(border=True):
        st.header(escape_markdown(known.name), anchor=name_details(SENDER))
        for warning in list_warnings(known, page.now, page.zone):
            told = escape_markdown(f"{warning.text} {warning.remedy}")
            st.warning(f"**{warning.name.capitalize()}.** {told}", icon=":material/warning:")
        if known.refused and known.refusal:
            _draw_refusal(known.refusal, page)
        if known.sender:
            draw_sender_actions(known.sender, page)
            draw_facts(_list_facts(known.sender, page))
            _draw_unreadable(known.sender)
        if known.refusal and not known.refused:
            with st.expander(f"Its last refused report, of {_local(known.refusal.at, page)}; mended since"):
                _draw_refusal(known.refusal, page)
        _draw_history(known.key, page)
    live = split_live(incidents, page.now)
    if live.open:
        st.header("Its open incidents", anchor=False)
        draw_incidents(live.open, "sender_open", _OPEN, page, noun="open incidents")
    if unknown := [*live.unknown, *live.quiet]:
        st.header("Its unknown incidents", anchor=False)
        draw_incidents(unknown, "sender_unknown", _UNKNOWN, page, noun="unknown incidents")


def _draw_history(key: str, page: Page) -> None:
    session = page.session
    done = wait_for(THE_TABLE, lambda: session.senders.list_deeds(key), "deeds")
    told = load_told(lambda: session.messages.list_of_sender(key))
    draw_history(list_lines(done), told, page.zone)


def _list_facts(sender: Sender, page: Page) -> dict[str, str]:
    ago = format_duration(page.now - sender.last_run_at)
    return {
        "State": f"{STATES[sender.state]} since {_local(sender.state_since, page)}",
        "Last report": f"{ago} ago, {_local(sender.last_run_at, page)}",
        "Next due": describe_due(sender, page.now),
        "Interval": describe_interval(sender),
        "Expected": describe_hours(sender.hours),
        "Reports": f"{KINDS[sender.kind]}: {KIND_EXPLANATIONS[sender.kind]}",
        "Folders": describe_folders(sender),
        "Clock": describe_clock(sender),
        "Script": sender.client or "",
        "Account": sender.reported_by,
        "Addresses": ", ".join(sender.addresses),
    }


def _draw_refusal(refusal: Refusal, page: Page) -> None:
    whence = f" from {refusal.address}" if refusal.address else ""
    st.markdown(escape_markdown(f"What was wrong with the report of {_local(refusal.at, page)}{whence}:"))
    for problem in refusal.problems:
        # In full, and not in a table, which would cut the remedy off.
        st.markdown(
            f"- **{escape_markdown(problem.field)}** {escape_markdown(problem.problem)}"
            + (f"  \nTo mend it: {escape_markdown(problem.hint)}" if problem.hint else "")
        )
    if refusal.request_id:
        st.caption(f"Request id, for the service's owner: {escape_markdown(refusal.request_id)}")


def _draw_unreadable(sender: Sender) -> None:
    if not sender.unreadable_folders:
        return
    st.markdown("Folders that it cannot read:")
    draw_rows(
        [
            (str(number), [split_path(one.folder), one.error])
            for number, one in enumerate(sender.unreadable_folders)
        ],
        "unreadable_folders",
        _UNREADABLE,
        label="Unreadable folders",
    )
    if sender.unreadable > len(sender.unreadable_folders):
        st.caption(f"The first {len(sender.unreadable_folders):,} of {sender.unreadable:,}.")


def _local(moment: datetime, page: Page) -> str:
    return f"{moment.astimezone(page.zone):%Y-%m-%d %H:%M}"
