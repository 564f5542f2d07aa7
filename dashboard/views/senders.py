"""Senders: who reports, who no longer does, and what is wrong with each."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final
from zoneinfo import ZoneInfo

import streamlit as st

from contract.action import SenderAction
from contract.limits import MAX_INTERVAL_MINUTES, MAX_NOTE_CHARACTERS
from contract.moments import describe_hours, format_duration
from dashboard.columns import Column, tabulate
from dashboard.data.tables import THE_TABLE
from dashboard.figures.actions import make_request
from dashboard.figures.maintenance import KEPT, list_lines
from dashboard.figures.senders import (
    KIND_EXPLANATIONS,
    KINDS,
    REFUSED_EXPLAINED,
    CurrentStatus,
    SenderRow,
    Standing,
    describe_clock,
    describe_due,
    describe_folders,
    describe_interval,
    describe_standing,
    list_senders,
    list_warnings,
    summarize,
)
from dashboard.figures.text import escape_markdown
from dashboard.frame import acting
from dashboard.frame.acting import ActionForm, draw_result
from dashboard.frame.page import Page, draw_link, start_page
from dashboard.frame.waiting import announce, wait_for, wait_or_none
from dashboard.views import sender_figures
from dashboard.widgets.basics import draw_facts, draw_figures, draw_first_steps, draw_search
from dashboard.widgets.forms import draw_form, draw_opener
from dashboard.widgets.incidents import draw_history
from dashboard.widgets.links import FOR_SENDER, HOURS, SENDER, draw_incidents_link
from dashboard.widgets.table import draw_plain_table, draw_table, name_details
from store.senders import RefusedReport, Sender

_UNREADABLE: Final = (
    Column("folder", "path", "Folder", None, 240),
    Column("error", "text", "Error", None, 240),
)
_SHOWN: Final = tuple(
    column
    for column in sender_figures.COLUMNS
    if column not in (sender_figures.KEY, sender_figures.LAST_RUN_AT)
)
_ON_PHONE: Final = (
    sender_figures.NAME,
    sender_figures.STATE,
    sender_figures.WARNINGS,
    sender_figures.LAST_RUN_AGO,
    sender_figures.DUE_IN,
)
_SEARCHED: Final = ("name", "client", "account", "addresses")
_PLACE: Final = "sender-card"
_ICONS: Final = {
    SenderAction.RETIRE: ":material/archive:",
    SenderAction.UNRETIRE: ":material/unarchive:",
    SenderAction.SET_INTERVAL: ":material/timer:",
}


def draw() -> None:
    """Draws the page."""
    page = start_page("Senders", ranged=False)
    tables = page.session.tables
    fleet, incidents, windows = wait_for(
        THE_TABLE,
        lambda: (tables.list_senders(), tables.list_live(), tables.list_windows(page.now - KEPT)),
        "senders",
    )
    known = list_senders(fleet, page.now, windows, incidents)
    if not known:
        draw_first_steps()
        return
    announce(f"Senders: {len(known):,}")
    _draw_figures(summarize(incidents, fleet, page.now, windows), known, page)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        everyone = sender_figures.tabulate_senders(known, page.now, page.zone)
        label, into_file = "Search senders, accounts, addresses", sender_figures.COLUMNS[1:]
        frame = draw_search(everyone, label, _SEARCHED, "senders", into_file, page)
    picked = draw_table(
        frame,
        "senders",
        _SHOWN,
        page.zone,
        identity=[sender_figures.KEY.name],
        noun="senders",
        picked_in=SENDER,
        on_phone=_ON_PHONE,
    )
    if picked is not None:
        key = picked[sender_figures.KEY.name]
        sender, refusal = wait_for(THE_TABLE, lambda: tables.read_sender(key), "sender")
        listed = next(one for one in known if one.key == key)
        if sender and listed.sender:
            sender = replace(sender, owner=listed.sender.owner)
        whole = replace(listed, sender=sender or listed.sender, refusal=refusal or listed.refusal)
        _draw_sender(whole, page)


def _draw_figures(status: CurrentStatus, known: Sequence[SenderRow], page: Page) -> None:
    warned = sum(any(list_warnings(one, page.now, page.zone)) for one in known)
    counts = status.standings
    draw_figures(
        ("Senders", f"{len(known):,}", ""),
        ("Silent", f"{counts[Standing.SILENT]:,}", "No report for more than twice their interval."),
        ("Late", f"{counts[Standing.LATE]:,}", "A report is due and has not come yet."),
        ("Refused", f"{status.refused:,}", REFUSED_EXPLAINED),
        ("Up", f"{counts[Standing.UP]:,}", ""),
        ("With warnings", f"{warned:,}", "Something is wrong. The details say what to do."),
    )


def _draw_sender(known: SenderRow, page: Page) -> None:
    """Draws a sender, read in full, and the way to its incidents."""
    with st.container(border=True):
        st.header(escape_markdown(known.name), anchor=name_details(SENDER))
        for warning in list_warnings(known, page.now, page.zone):
            text = escape_markdown(f"{warning.text} {warning.remedy}")
            st.warning(f"**{warning.name.capitalize()}.** {text}", icon=":material/warning:")
        if known.refused and known.refusal:
            _draw_refusal(known.refusal, page)
        if known.sender and known.sender.set_aside_at:
            since = page.spell(known.sender.set_aside_at)
            st.warning(
                f"**Set aside.** Its reports could not be worked through, three times: since {since} its "
                "incidents stay as they are. Ask the service's owner to release it.",
                icon=":material/warning:",
            )
        if known.sender:
            _draw_actions(known.sender, page)
            draw_facts(_list_facts(known, known.sender, page))
            draw_incidents_link("Its incidents", {SENDER.name: known.key})
            _draw_unreadable(known.sender, page.zone)
        if known.refusal and not known.refused:
            with st.expander(f"Its last refused report, of {page.spell(known.refusal.at)}; fixed since"):
                _draw_refusal(known.refusal, page)
        tables = page.session.tables
        done = wait_for(THE_TABLE, lambda: tables.list_changes(known.key), "changes")
        notified = wait_or_none(THE_TABLE, lambda: tables.list_notified_of_sender(known.key), "notifications")
        theirs = [
            one for one in known.windows if known.sender and one.fits(known.sender.name, known.sender.owner)
        ]
        lines = [*sender_figures.list_lines(done), *list_lines(theirs, page.now - KEPT, page.now)]
        draw_history(lines, notified, page.zone)


def _draw_actions(sender: Sender, page: Page) -> None:
    """What may be done about a sender, and the form that is open."""
    place = _PLACE + sender.key
    draw_result(place)
    possible = sender_figures.list_possible(sender)
    proposed = sender_figures.propose_hours(sender.silences, page.zone)
    windows = page.session.tables.list_windows(page.now) if proposed else ()
    if any(one.weekly and one.fits(sender.name, sender.owner) for one in windows):
        proposed = None
    with st.container(horizontal=True, gap="xsmall"):
        for action in possible:
            draw_opener(place, action, sender_figures.LABELS[action], _ICONS[action])
        plan = {FOR_SENDER.name: sender.name}
        if proposed:
            days, start, end, _ = proposed.format()
            plan[HOURS.name] = f"{','.join(days)} {start} {end}"
        draw_link("views/maintenance.py", "Plan maintenance", ":material/build:", plan)
    form = acting.find_form(place)
    if form and form.action in possible:
        _draw_form(form, SenderAction(form.action), sender, page)
    elif proposed:
        st.info(
            f"It was silent {len(sender.silences):,} times in two weeks, at about the same hours. "
            "If that is by design, plan a weekly maintenance outside its working hours: "
            f"{escape_markdown(describe_hours(proposed))}.",
            icon=":material/bedtime:",
        )


def _draw_form(form: ActionForm, action: SenderAction, sender: Sender, page: Page) -> None:
    tables, focus, state = page.session.tables, name_details(SENDER), st.session_state
    sets_interval = action is SenderAction.SET_INTERVAL

    def reread() -> None:
        tables.reread_sender(sender.key)
        # What is unknown of one that is retired is closed.
        tables.reread_incidents([])

    def send(minutes: int | None = None) -> None:
        body: dict[str, Any] = {"sender": sender.key, "action": action.value}
        if sets_interval:
            body["interval_minutes"] = minutes
        if note := state[f"{form.token}_note"].strip():
            body["note"] = note
        request = make_request(body, sender.name, form.token)
        done = f"{sender_figures.describe_action(action, minutes).capitalize()}."
        acting.begin(
            acting.PendingAction(form=form, requests=[request], done=done, focus=focus, reread=reread)
        )

    buttons = {sender_figures.LABELS[action]: lambda: send(state.get(f"{form.token}_minutes"))}
    if sets_interval and sender.interval_from == "set":
        buttons["Remove"] = send
    with draw_form(form, sender_figures.LABELS[action], sender_figures.EXPLANATIONS[action], buttons, focus):
        if sets_interval:
            now = min(max(sender.interval_minutes, 1), MAX_INTERVAL_MINUTES)
            key = f"{form.token}_minutes"
            st.number_input("Minutes between reports", 1, MAX_INTERVAL_MINUTES, now, key=key)
        st.text_area("Note (optional)", key=f"{form.token}_note", max_chars=MAX_NOTE_CHARACTERS, height=80)


def _draw_refusal(refusal: RefusedReport, page: Page) -> None:
    whence = f" from {refusal.address}" if refusal.address else ""
    st.markdown(escape_markdown(f"What was wrong with the report of {page.spell(refusal.at)}{whence}:"))
    for problem in refusal.problems:
        # In full, and not in a table, which would cut the remedy off.
        st.markdown(
            f"- **{escape_markdown(problem.field)}** {escape_markdown(problem.problem)}"
            + (f"  \nFix: {escape_markdown(problem.hint)}" if problem.hint else "")
        )
    if refusal.request_id:
        st.caption(f"Request id, for the service's owner: {escape_markdown(refusal.request_id)}")


def _list_facts(known: SenderRow, sender: Sender, page: Page) -> dict[str, str]:
    ago = format_duration(page.now - sender.last_run_at)
    return {
        "State": describe_standing(known, page.now, page.zone),
        "Last report": f"{ago} ago, {page.spell(sender.last_run_at)}",
        "Next due": describe_due(known, page.now),
        "Interval": describe_interval(sender),
        "Reports": f"{KINDS[sender.kind]}: {KIND_EXPLANATIONS[sender.kind]}",
        "Folders": describe_folders(sender),
        "Clock": describe_clock(sender),
        "Script": sender.client or "",
        "Account": sender.reported_by,
        "Addresses": ", ".join(sender.addresses),
    }


def _draw_unreadable(sender: Sender, zone: ZoneInfo) -> None:
    if not sender.unreadable_folders:
        return
    st.markdown("Folders that nobody follows:")
    rows = [(one.folder, one.error) for one in sender.unreadable_folders]
    draw_plain_table(
        tabulate(rows, _UNREADABLE), "unreadable_folders", _UNREADABLE, zone, label="Unreadable folders"
    )
    if sender.unreadable > len(sender.unreadable_folders):
        st.caption(f"The first {len(sender.unreadable_folders):,} of {sender.unreadable:,}.")


draw()
