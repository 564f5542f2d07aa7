"""What an analyst may do about a sender: buttons, and the form that one of them opens."""

from collections.abc import Mapping
from datetime import time
from typing import Any, Final

import streamlit as st

from contract.action import SenderAction
from contract.limits import MAX_INTERVAL_MINUTES, MAX_NOTE_CHARACTERS
from contract.moments import DAY_NAMES, Day, describe_hours
from dashboard.figures.actions import make_request
from dashboard.figures.text import escape_markdown
from dashboard.frame import acting
from dashboard.frame.acting import ActionForm, draw_result
from dashboard.frame.choices import list_zones
from dashboard.frame.page import Page
from dashboard.views import sender_figures
from dashboard.widgets.links import SENDER
from dashboard.widgets.table import name_details
from store.senders import Sender

PLACE: Final = "sender-card"
_ANCHOR: Final = f"{PLACE}-form"
_ICONS: Final = {
    SenderAction.PAUSE: ":material/pause:",
    SenderAction.RESUME: ":material/play_arrow:",
    SenderAction.RETIRE: ":material/archive:",
    SenderAction.SET_INTERVAL: ":material/timer:",
    SenderAction.SET_HOURS: ":material/schedule:",
}
_WORKDAYS: Final = tuple(Day)[:5]
_TIMES: Final = [f"{hour:02}:{minute:02}" for hour in range(24) for minute in (0, 30)]


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
    form = acting.find_form(place)
    if form and form.action in possible:
        _draw_form(form, SenderAction(form.action), sender, page)
    elif sender.hours is None and (proposal := sender_figures.propose_hours(sender.silences, page.zone)):
        hours = escape_markdown(describe_hours(proposal.hours))
        st.info(
            f"It was silent {proposal.silences:,} times in two weeks, at about the same hours. "
            f"If that is by design, set the hours when reports are expected: {hours}.",
            icon=":material/bedtime:",
        )


def _draw_form(form: ActionForm, action: SenderAction, sender: Sender, page: Page) -> None:
    is_set = {
        SenderAction.SET_INTERVAL: sender.interval_from == "set",
        SenderAction.SET_HOURS: sender.hours is not None,
    }.get(action, False)
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
        if action is SenderAction.SET_HOURS:
            _draw_hours(form, sender, page)
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


def _draw_hours(form: ActionForm, sender: Sender, page: Page) -> None:
    proposal = sender_figures.propose_hours(sender.silences, page.zone)
    hours = sender.hours or (proposal.hours if proposal else None)
    if proposal and sender.hours is None:
        st.caption(f"Proposed by its last {proposal.silences:,} silences.")
    days = [day for number, day in enumerate(Day) if number in hours.days] if hours else _WORKDAYS
    zone = hours.zone if hours and hours.zone in list_zones() else page.zone.key
    st.pills(
        "Days",
        tuple(Day),
        selection_mode="multi",
        default=days,
        format_func=DAY_NAMES.__getitem__,
        key=f"{form.token}_days",
        wrap=True,
    )
    with st.container(horizontal=True):
        _pick_time("From", hours.start if hours else time(7), f"{form.token}_from")
        _pick_time("To", hours.end if hours else time(19), f"{form.token}_to")
        st.selectbox(
            "Zone",
            list_zones(),
            index=list_zones().index(zone),
            key=f"{form.token}_zone",
            filter_mode="contains",
        )


def _pick_time(label: str, at: time, key: str) -> None:
    # A time input of Streamlit's has parts of its own, too small to be hit.
    shown = f"{at:%H:%M}"
    times = sorted({shown, *_TIMES})
    st.selectbox(label, times, index=times.index(shown), key=key, filter_mode="contains", width=130)


def _submit(form: ActionForm, action: SenderAction, sender: Sender, page: Page) -> None:
    said: Any = st.session_state
    setting: dict[str, Any] = {}
    if action is SenderAction.SET_INTERVAL:
        setting = {"interval_minutes": int(said[f"{form.token}_minutes"])}
    if action is SenderAction.SET_HOURS:
        days = said[f"{form.token}_days"]
        if not days:
            acting.refuse(form.place, "Choose at least one day.")
            return
        ends = {name: said[f"{form.token}_{name}"] for name in ("from", "to", "zone")}
        setting = {"hours": {"days": [day.value for day in Day if day in days], **ends}}
    _begin(form, action, sender, page, sender_figures.OUTCOMES[action], setting)


def _take_back(form: ActionForm, action: SenderAction, sender: Sender, page: Page) -> None:
    name = "interval_minutes" if action is SenderAction.SET_INTERVAL else "hours"
    _begin(form, action, sender, page, sender_figures.TAKEN_BACK[action], {name: None})


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
