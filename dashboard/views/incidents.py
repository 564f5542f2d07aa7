"""Incidents: every incident, live or ended, of any date, found by one search."""

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from typing import Final

import streamlit as st

from contract.words import LABELS, IncidentStatus
from dashboard.data.tables import THE_TABLE
from dashboard.figures.incidents import (
    IN_FILES,
    find_breach,
    find_with_file,
    list_utc_days,
    search,
    tabulate_incidents,
)
from dashboard.figures.senders import name_senders
from dashboard.figures.text import escape_markdown
from dashboard.frame.choices import Parameter, parse_choice, pick_statuses
from dashboard.frame.page import Page, draw_link, start_page
from dashboard.frame.waiting import announce, wait_for
from dashboard.widgets.basics import TEXT, draw_download, pick_text
from dashboard.widgets.incidents import draw_incidents, pick_incidents
from dashboard.widgets.links import SENDER
from dashboard.widgets.loading import load_period
from store.incidents import Incident

STATUS: Final = Parameter(
    "status",
    lambda text: [status for status in IncidentStatus if status in text.split(",")] or None,
    ",".join,
)
_LONGER: Final = {
    "any": ("Any length", timedelta()),
    "1h": ("Over 1 hour", timedelta(hours=1)),
    "8h": ("Over 8 hours", timedelta(hours=8)),
    "1d": ("Over a day", timedelta(days=1)),
    "7d": ("Over 7 days", timedelta(days=7)),
}
"""For how long an incident was in breach at least, to choose from."""
_LENGTH: Final = Parameter("longer", parse_choice(*_LONGER))
_FOUND: Final = "incidents_with_file"
"""The search whose files were looked through, and the ids of what it found."""


def draw() -> None:
    """Draws the page."""
    page = start_page("Incidents")
    tables, period = page.session.tables, page.period
    days = list_utc_days(period.start, max(page.now, period.start))
    known, fleet = wait_for(
        THE_TABLE, lambda: (tables.list_incidents(days), tables.list_senders()), "incidents"
    )
    names = name_senders(fleet)
    known = [
        one
        for one in known
        if one.breached_since < period.end and (one.live or find_breach(one, page.now)[1] >= period.start)
    ]
    with st.container(horizontal=True, vertical_alignment="bottom", key="filters"):
        text = pick_text("Search folders, senders, owners, people and files")
        mine = _narrow(pick_incidents(_of_sender(known, names), page), page)
        shown = _search(mine, text, names, page)
        draw_download(
            lambda: tabulate_incidents(shown, page.now, names), len(shown), "incidents", IN_FILES, page, text
        )
    place = st.container(key="loading_files")
    announce(f"Incidents: {len(shown):,}")
    draw_incidents(shown, "incidents", names, page)
    if text:
        with place:
            _look_through_files(mine, text, page)


def _of_sender(known: Sequence[Incident], names: dict[str, str]) -> Sequence[Incident]:
    """Those of the sender of the address, which a button takes out of it; all where it names none."""
    sender = SENDER.value("")
    if not sender:
        return known
    st.button(
        f"Sender: {escape_markdown(names.get(sender, sender))}",
        icon=":material/close:",
        key="any_sender",
        on_click=SENDER.write,
        args=(None,),
        help="Show the incidents of all senders",
    )
    return [one for one in known if sender in (one.sender, one.sender_name)]


def _narrow(incidents: Sequence[Incident], page: Page) -> list[Incident]:
    """Draws the choices of status and length, and returns what matches."""
    counts = Counter(one.status for one in incidents)
    chosen = pick_statuses(
        STATUS, list(IncidentStatus), lambda status: f"{LABELS[status]} {counts[status]:,}"
    )
    length = _LENGTH.read("any")
    st.selectbox(
        "In breach for",
        list(_LONGER),
        index=list(_LONGER).index(length),
        format_func=lambda one: _LONGER[one][0],
        key=_LENGTH.key,
        on_change=_LENGTH.write_from_widget,
        label_visibility="collapsed",
        width=150,
    )

    def lasts(one: Incident) -> bool:
        since, until = find_breach(one, page.now)
        return until - since >= _LONGER[length][1]

    return [one for one in incidents if one.status in chosen and lasts(one)]


def _search(incidents: Sequence[Incident], text: str, names: dict[str, str], page: Page) -> list[Incident]:
    """What matches the text, with what its files were found by so far."""
    if not text:
        return list(incidents)
    searched, found = st.session_state.get(_FOUND, (None, ()))
    # The live index has no histories. Few live incidents were acted on: these are read in full.
    tables = page.session.tables
    acted_on = [one for one in incidents if one.live and one.version]
    read = wait_for(THE_TABLE, lambda: list(map(tables.read_incident, acted_on)), "histories")
    in_full = {one.incident_id: one for one in read if one}
    whole = [in_full.get(one.incident_id, one) for one in incidents]
    with_file = found if searched == _name_search(text, page) else ()
    matching = {one.incident_id for one in search(whole, text, names, with_file)}
    return [one for one in incidents if one.incident_id in matching]


def _name_search(text: str, page: Page) -> tuple[str, ...]:
    """What stays the same from minute to minute of a search."""
    return text, str(page.period.end - page.period.start), str(page.period.start.date())


def _look_through_files(incidents: Sequence[Incident], text: str, page: Page) -> None:
    """Looks for the text in the names of the range's files, and has the page drawn anew with what it finds.

    It comes last: everything else is on the screen while the files arrive.
    """
    frames = load_period(page.session.records, page.period, with_files=True)
    found = find_with_file(incidents, frames.files, text)
    before = st.session_state.get(_FOUND)
    st.session_state[_FOUND] = (_name_search(text, page), found)
    if found:
        draw_link("views/by_date.py", "Files of this name", ":material/description:", {TEXT.name: text})
        if st.session_state[_FOUND] != before:
            st.rerun()


draw()
