"""What an analyst may do about a sender: buttons, and the form that one of them opens."""

from collections.abc import Mapping
from typing import Any, Final

import streamlit as st

from contract.action import SenderAction
from contract.limits import MAX_INTERVAL_MINUTES, MAX_NOTE_CHARACTERS
from contract.moments import describe_hours
from dashboard.figures.actions import make_request
from dashboard.figures.text import escape_markdown
from dashboard.frame import acting
from dashboard.frame.acting import ActionForm, draw_result
from dashboard.frame.page import Page, draw_link
from dashboard.views import sender_figures
from dashboard.widgets.links import FOR_SENDER, SENDER
from dashboard.widgets.table import name_details
from store.senders import Sender

PLACE: Final = "sender-card"
_ANCHOR: Final = f"{PLACE}-form"
_ICONS: Final = {
    SenderAction.RETIRE: ":material/archive:",
    SenderAction.UNRETIRE: ":material/unarchive:",
    SenderAction.SET_INTERVAL: ":material/timer:",
}


def draw_sender_actions(sender: Sender, page: Page) -> None:
    """Draws what may be done about a sender, and the form that is open."""
    place = PLACE + sender.key
    draw_result(place)
    possible = sender_figures.list_possible(sender)
    with st.container(horizontal=True, gap="xsmall"):
        for action in possible:
            st.button(
                f"{sender_figures.LABELS[action]}…",
                icon=_ICONS[action],
                key=f"{PLACE}_{action}",
                on_click=acting.toggle_form,
                args=(place, action, _ANCHOR),
            )
        draw_link(
            "views/maintenance.py", "Plan maintenance", ":material/build:", {FOR_SENDER.name: sender.name}
        )
    form = acting.find_form(place)
    if form and form.action in possible:
        _draw_form(form, SenderAction(form.action), sender, page)
    elif (proposal := sender_figures.propose_hours(sender.silences, page.zone)) and not any(
        one.weekly and one.fits(sender.name, "") for one in page.session.tables.list_windows(page.now)
    ):
        hours = escape_markdown(describe_hours(proposal.hours))
        st.info(
            f"It was silent {proposal.silences:,} times in two weeks, at about the same hours. "
            f"If that is by design, plan a weekly maintenance outside its working hours: {hours}.",
            icon=":material/bedtime:",
        )


def _draw_form(form: ActionForm, action: SenderAction, sender: Sender, page: Page) -> None:
    is_set = action is SenderAction.SET_INTERVAL and sender.interval_from == "set"
    with st.form(f"{PLACE}_{form.token}"):
        st.subheader(sender_figures.LABELS[action], anchor=_ANCHOR)
        st.caption(sender_figures.EXPLANATIONS[action])
        if action is SenderAction.SET_INTERVAL:
            st.number_input(
                "Minutes between reports",
                1,
                MAX_INTERVAL_MINUTES,
                min(max(sender.interval_minutes, 1), MAX_INTERVAL_MINUTES),
                key=f"{form.token}_minutes",
            )
        st.text_area("Note (optional)", key=f"{form.token}_note", max_chars=MAX_NOTE_CHARACTERS, height=80)
        with st.container(horizontal=True, gap="xsmall"):
            st.form_submit_button(
                sender_figures.LABELS[action],
                type="primary",
                on_click=_submit,
                args=(form, action, sender, page),
            )
            if is_set:
                st.form_submit_button("Remove", on_click=_take_back, args=(form, action, sender, page))
            st.form_submit_button("Cancel", on_click=acting.cancel_form, args=(name_details(SENDER),))


def _submit(form: ActionForm, action: SenderAction, sender: Sender, page: Page) -> None:
    said: Any = st.session_state
    setting: dict[str, Any] = {}
    if action is SenderAction.SET_INTERVAL:
        setting = {"interval_minutes": int(said[f"{form.token}_minutes"])}
    _begin(form, action, sender, page, sender_figures.OUTCOMES[action], setting)


def _take_back(form: ActionForm, action: SenderAction, sender: Sender, page: Page) -> None:
    _begin(form, action, sender, page, sender_figures.TAKEN_BACK, {"interval_minutes": None})


def _begin(
    form: ActionForm, action: SenderAction, sender: Sender, page: Page, done: str, setting: Mapping[str, Any]
) -> None:
    body = {"sender": sender.key, "action": action.value, **setting}
    if note := st.session_state.get(f"{form.token}_note", "").strip():
        body["note"] = note

    def reread() -> None:
        page.session.tables.reread_sender(sender.key)
        # What is unknown of one that is retired is closed.
        page.session.tables.reread_incidents([])

    request = make_request(body, sender.name, form.token)
    acting.begin(
        acting.PendingAction(
            form=form, requests=[request], done=done, focus=name_details(SENDER), reread=reread
        )
    )
