"""Overview: what is open now, what is unknown, and what ended today."""

from collections.abc import Sequence
from typing import Final

import streamlit as st

from contract.moments import format_duration
from contract.words import EXPLANATIONS, UnknownReason
from dashboard.data import metrics
from dashboard.data.tables import THE_TABLE
from dashboard.figures.incidents import (
    COLUMNS,
    Live,
    list_reasons,
    list_utc_days,
    name_reason,
    select_ended,
    split_live,
    start_of_day,
    tabulate_incidents,
)
from dashboard.figures.maintenance import summarize_windows
from dashboard.figures.senders import CurrentStatus, describe_punctuality, summarize
from dashboard.figures.text import escape_markdown
from dashboard.frame.page import Page, start_page
from dashboard.frame.waiting import announce, wait_for, wait_or_none
from dashboard.views.service_figures import name_alarms_on
from dashboard.widgets.basics import draw_figures, draw_first_steps, draw_search
from dashboard.widgets.incident_card import draw_incident
from dashboard.widgets.incidents import ENDED, OPEN, SEARCHED, UNKNOWN, draw_incidents, pick_incidents
from dashboard.widgets.links import INCIDENT
from store.incidents import Incident
from store.senders import Fleet

_ENDED_ROWS: Final = 10
"""Of those that ended today, how many are shown at first."""
_EXPLANATIONS: Final = {
    "Open incidents": "Folders in breach now, counted for each sender.",
    "Oldest over SLA": "How far the longest waiting file is over its folder's SLA.",
    "Unknown": "Incidents that may go on or have ended. The reasons are further down.",
    "Silent senders": "No report for more than twice their interval.",
    "Unreadable folders": "Folders that their server cannot read, so their status is unknown.",
}


def draw() -> None:
    """Draws the page."""
    page = start_page("Overview", ranged=False)
    today = start_of_day(page.now, page.zone)
    ask, days = page.session.tables, list_utc_days(today, page.now)
    incidents, fleet, ended = wait_for(
        THE_TABLE,
        lambda: (ask.list_live(), ask.list_senders(), ask.list_ended(days)),
        "incidents",
    )
    if not fleet.senders and not fleet.refused:
        draw_first_steps()
        return
    live = split_live(incidents, page.now)
    situation = summarize(live, fleet, page.now)
    announce(f"Overview: {situation.open:,} open and {situation.unknown:,} unknown incidents")
    figures = {
        "Open incidents": f"{situation.open:,}",
        "Oldest over SLA": format_duration(situation.oldest_overdue),
        "Unknown": f"{situation.unknown:,}",
        "Silent senders": f"{situation.silent:,}",
        "Unreadable folders": f"{situation.unreadable:,}",
    }
    draw_figures(figures, _EXPLANATIONS)
    windows = wait_for(THE_TABLE, lambda: ask.list_windows(page.now), "maintenance")
    if text := summarize_windows(windows, page.now, page.zone):
        st.info(escape_markdown(text), icon=":material/build:")
    _draw_notices(situation, page)
    _draw_verdict(situation, fleet, page)
    ended_today = select_ended(ended, today)
    _draw_linked([*incidents, *ended_today], page)
    if not incidents and not ended_today:
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        shown = pick_incidents(incidents, ended_today, page)
        live = split_live(shown, page.now)
        everything = tabulate_incidents([*live.open, *live.unknown, *live.quiet], page.now)
        _, text = draw_search(
            everything, "Search senders and folders", SEARCHED, "incidents", COLUMNS[1:], page
        )
    _draw_live(live, text, page)
    if shown_ended := [one for one in shown if not one.live]:
        st.header("Ended today", anchor=False)
        draw_incidents(
            shown_ended,
            "ended",
            ENDED,
            page,
            noun="ended incidents",
            text=text,
            rows=_ENDED_ROWS,
            acts=False,
        )
    elif incidents and not shown:
        st.info("No incident matches the filters above.", icon=":material/filter_alt:")


def _draw_verdict(situation: CurrentStatus, fleet: Fleet, page: Page) -> None:
    """Says so where nothing is open."""
    if situation.open:
        return
    if situation.last_report is None:
        st.info("No report has been accepted yet.", icon=":material/info:")
        return
    servers = "1 server" if situation.senders == 1 else f"{situation.senders:,} servers"
    ago = format_duration(page.now - situation.last_report)
    reported = f"{servers} reported, the last {ago} ago; {describe_punctuality(fleet.senders, page.now)}."
    if situation.well:
        st.success(f"All well: {reported}", icon=":material/check_circle:")
    else:
        st.info(f"No open incidents: {reported}", icon=":material/info:")


def _draw_notices(situation: CurrentStatus, page: Page) -> None:
    """In one line, which alarms are on and whose reports are refused, and which page says more."""
    notices = []
    alarms = wait_or_none(metrics.CLOUDWATCH, page.session.metrics.list_alarms, "alarms")
    if alarms is None:
        notices.append("The alarms cannot be read at the moment. See Service health.")
    elif named := name_alarms_on(alarms):
        notices.append(f"{named} See Service health.")
    if situation.refused == 1:
        notices.append("The last report of 1 sender was refused. See Senders.")
    elif situation.refused:
        notices.append(f"The last reports of {situation.refused:,} senders were refused. See Senders.")
    if notices:
        st.warning(" ".join(notices), icon=":material/notifications_active:")


def _draw_linked(shown: Sequence[Incident], page: Page) -> None:
    """The incident that the address names, where it is in no list of the page."""
    wanted = INCIDENT.value("")
    if not wanted or any(one.incident_id == wanted for one in shown):
        return
    incident = wait_for(THE_TABLE, lambda: page.session.tables.find_incident(wanted), "incident")
    if incident is None:
        st.info(
            "The incident of this link does not exist, or is no longer kept.", icon=":material/search_off:"
        )
        return
    draw_incident(incident, page)


def _draw_live(live: Live, text: str, page: Page) -> None:
    if live.open:
        st.header("Open now, worst first", anchor=False)
        draw_incidents(live.open, "open", OPEN, page, noun="open incidents", text=text)
    if live.unknown:
        st.header("Unknown", anchor=False)
        reasons = [
            f"**{name_reason(same[0])}** ({len(same):,}): {EXPLANATIONS[reason]}."
            for reason, same in list_reasons(live.unknown)
        ]
        st.caption("  \n".join(reasons))
        draw_incidents(live.unknown, "unknown", UNKNOWN, page, noun="unknown incidents", text=text)
    if live.quiet:
        picked = INCIDENT.value("")
        expanded = any(one.incident_id == picked for one in live.quiet)
        with st.expander(f"No longer reported ({len(live.quiet):,})", expanded=expanded):
            st.caption(
                "Most likely over: the server no longer reports them, and "
                f"{EXPLANATIONS[UnknownReason.NOT_REPORTED]}. After a day they expire."
            )
            draw_incidents(live.quiet, "quiet", UNKNOWN, page, noun="quiet incidents", text=text)


draw()
