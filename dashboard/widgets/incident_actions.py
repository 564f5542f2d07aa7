"""What an analyst may do about incidents: buttons, and the form that one of them opens."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import streamlit as st

from contract.action import NEED_NOTE, TAKE_UNTIL, IncidentAction
from contract.limits import MAX_NOTE_CHARACTERS
from dashboard.backend import backend
from dashboard.figures.actions import (
    EXPLANATIONS,
    LABELS,
    SPANS,
    USUAL_SPAN,
    describe_now,
    describe_result,
    find_end,
    list_possible,
    list_requests,
    may_be_done,
)
from dashboard.frame import acting
from dashboard.frame.acting import ActionForm, draw_result
from dashboard.frame.page import Page
from store.incidents import Incident

_ICONS: Final = {
    IncidentAction.ACKNOWLEDGE: ":material/front_hand:",
    IncidentAction.UNACKNOWLEDGE: ":material/do_not_touch:",
    IncidentAction.NOTE: ":material/edit_note:",
    IncidentAction.SNOOZE: ":material/snooze:",
    IncidentAction.UNSNOOZE: ":material/alarm_on:",
    IncidentAction.CLOSE: ":material/task_alt:",
}
_NEEDED: Final = {
    IncidentAction.NOTE: "Write the note first.",
    IncidentAction.CLOSE: "Say how you know that it is over.",
}


@dataclass(frozen=True, kw_only=True)
class Actions:
    """What may be done about some incidents, at one place of a page."""

    incidents: Sequence[Incident]
    """About each of them, or about some, something may be done."""
    place: str
    """Identifies these buttons on the page."""
    focus: str
    """The anchor of the heading that the focus goes back to."""
    page: Page
    after: Callable[[], None] = lambda: None
    """Called once something was done."""

    def draw_buttons(self) -> None:
        """Draws a button for each."""
        for action in list_possible(self.incidents, self.page.now):
            st.button(
                f"{LABELS[action]}…",
                icon=_ICONS[action],
                key=f"{self.place}_{action}",
                on_click=acting.toggle_form,
                args=(self.place, action, self.anchor),
            )

    def draw_below(self) -> None:
        """Draws what became of the last action, and the form that is open."""
        draw_result(self.place)
        form = acting.find_form(self.place)
        if form and form.action in list_possible(self.incidents, self.page.now):
            _draw_form(form, IncidentAction(form.action), self)

    @property
    def anchor(self) -> str:
        """Of the form's heading."""
        return f"{self.place}-form"


def _draw_form(form: ActionForm, action: IncidentAction, actions: Actions) -> None:
    about = [one for one in actions.incidents if may_be_done(action, one, actions.page.now)]
    several = "" if len(about) == 1 else f": {len(about):,} incidents"
    with st.form(f"{form.place}_{form.token}"):
        st.subheader(f"{LABELS[action]}{several}", anchor=actions.anchor)
        st.caption(EXPLANATIONS[action])
        if action in TAKE_UNTIL:
            st.selectbox(
                "How long",
                SPANS,
                index=SPANS.index(USUAL_SPAN),
                key=f"{form.token}_span",
                accept_new_options=True,
                help="Choose, or type a moment such as tomorrow 9:00, fri 16:30 or 2026-11-28 9:00.",
            )
        st.text_area(
            "Note" if action in NEED_NOTE else "Note (optional)",
            key=f"{form.token}_note",
            max_chars=MAX_NOTE_CHARACTERS,
            height=80,
        )
        with st.container(horizontal=True, gap="xsmall"):
            st.form_submit_button(
                LABELS[action], type="primary", on_click=_submit, args=(form, action, about, actions)
            )
            st.form_submit_button("Cancel", on_click=acting.cancel_form, args=(actions.focus,))


def _submit(form: ActionForm, action: IncidentAction, about: Sequence[Incident], actions: Actions) -> None:
    page, now = actions.page, backend().clock()
    note = st.session_state.get(f"{form.token}_note", "")
    if action in NEED_NOTE and not note.strip():
        acting.refuse(form.place, _NEEDED[action])
        return
    span = (st.session_state.get(f"{form.token}_span") or "") if action in TAKE_UNTIL else ""
    until = find_end(span, now, page.zone) if span else None
    if action in TAKE_UNTIL and until is None:
        acting.refuse(form.place, "Choose how long, or write a moment such as tomorrow 9:00.")
        return

    def describe() -> str:
        # Of several, each says for itself what it is about.
        found = page.session.tables.read_incident(about[0]) if len(about) == 1 else None
        return describe_now(found, now, page.zone) if found else ""

    acting.begin(
        acting.PendingAction(
            form=form,
            requests=list_requests(action, about, form.token, note=note, span=span, until=until),
            done=describe_result(action, until, now, page.zone, len(about)),
            focus=actions.focus,
            after=actions.after,
            reread=lambda: page.session.tables.reread_incidents(about),
            describe=describe,
        )
    )
