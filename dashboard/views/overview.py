"""Overview: what is in breach or unknown now, the worst first."""

import streamlit as st

from contract.moments import format_duration
from dashboard.data.tables import THE_TABLE
from dashboard.figures.incidents import is_quiet, search
from dashboard.figures.maintenance import summarize_windows
from dashboard.figures.senders import REFUSED_EXPLAINED, CurrentStatus, name_senders, summarize
from dashboard.figures.text import escape_markdown
from dashboard.frame.page import Page, start_page
from dashboard.frame.waiting import announce, wait_for
from dashboard.widgets.basics import draw_figures, draw_first_steps, pick_text
from dashboard.widgets.incidents import draw_incidents, pick_incidents
from dashboard.widgets.links import INCIDENT, draw_incidents_link
from store.maintenance import LONGEST_GRACE_PERIOD


def draw() -> None:
    """Draws the page."""
    page = start_page("Overview", ranged=False)
    tables = page.session.tables
    since = page.now - LONGEST_GRACE_PERIOD
    incidents, fleet, windows = wait_for(
        THE_TABLE,
        lambda: (tables.list_live(), tables.list_senders(), tables.list_windows(since)),
        "incidents",
    )
    if fleet.empty:
        draw_first_steps()
        return
    status = summarize(incidents, fleet, page.now, windows)
    announce(f"Overview: {status.open:,} open and {status.unknown:,} unknown incidents")
    _draw_status(status, page)
    if told := summarize_windows(windows, page.now, page.zone):
        st.info(escape_markdown(told), icon=":material/build:")
    live = [one for one in incidents if not is_quiet(one)]
    names = name_senders(fleet)
    if live or INCIDENT.value(""):
        with st.container(horizontal=True, vertical_alignment="bottom", key="filters"):
            text = pick_text("Search folders, senders and owners")
            shown = search(pick_incidents(live, page), text, names)
        draw_incidents(shown, "live", names, page)
    with st.container(horizontal=True, vertical_alignment="center"):
        if status.quiet:
            one, many = ("1 more is", "it expires"), (f"{status.quiet:,} more are", "they expire")
            more, expire = one if status.quiet == 1 else many
            st.caption(f"{more} no longer reported and most likely over. After a day {expire}.")
        draw_incidents_link("All incidents", {})


def _draw_status(status: CurrentStatus, page: Page) -> None:
    longest, unreadable = format_duration(status.oldest_overdue), f"{status.unreadable:,}"
    with st.container(key="tiles"):
        draw_figures(
            ("Open incidents", f"{status.open:,}", "Folders in breach now, counted for each sender."),
            ("Longest over SLA", longest, "How far the longest waiting file is over its folder's SLA."),
            ("Unknown", f"{status.unknown:,}", "Incidents that may go on or have ended."),
            ("Silent or late", f"{status.silent:,}", "Senders whose report is overdue."),
            ("Refused", f"{status.refused:,}", REFUSED_EXPLAINED),
            ("Unreadable folders", unreadable, "Their server cannot read them, so their status is unknown."),
        )
    if status.open or status.unknown:
        return
    last = status.last_report
    reported = f" The last report came {format_duration(page.now - last)} ago." if last else ""
    if status.well:
        st.success(f"All well. {status.describe_senders()}.{reported}", icon=":material/check_circle:")
    else:
        st.info(f"No open incidents. {status.describe_senders()}.{reported}", icon=":material/info:")


draw()
