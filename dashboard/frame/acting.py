"""Doing what an analyst asked for: once, however often a click comes or a page is drawn meanwhile.

A click (`begin`) only says what is wanted. `start_page` of the next run calls `do_pending` before it draws,
so what it draws is how things are afterwards. A run that another cuts short leaves it to that one.
"""

import re
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import uuid4

import streamlit as st

from dashboard.access.api import SERVICE
from dashboard.access.sessions import Session
from dashboard.backend import backend
from dashboard.errors import (
    ChangedMeanwhileError,
    DashboardError,
    InvalidInputError,
    NotAnAnalystError,
    SessionExpiredError,
)
from dashboard.figures.actions import ActionRequest
from dashboard.figures.text import escape_markdown
from dashboard.frame.waiting import announce, move_focus, wait_for

_PENDING: Final = "pending_action"
_RESULT: Final = "action_result"
_FORM: Final = "action_form"
_AT_ONCE: Final = 4
"""Requests under way at once: the service takes some tens a second of all analysts together."""
_SHOWN_FOR: Final = timedelta(minutes=2)
"""For so long a result stays on the page."""
_FOR_PROGRAMS: Final = re.compile(r" at \S+Z(?=: )| Its version is \d+ now\.")
"""What the service says beside who acted and how: the timeline has the moment on the page's clocks."""


@dataclass(frozen=True, kw_only=True)
class ActionForm:
    """The form that is open on a page; there is one at most."""

    place: str
    """Where it is, such as the card of one incident."""
    action: str
    token: str
    """Distinguishes it from the same form opened another time."""


@dataclass(frozen=True, kw_only=True)
class PendingAction:
    """What an analyst asked for."""

    form: ActionForm
    requests: Sequence[ActionRequest]
    done: str
    """What to say once it is done."""
    subject: str = ""
    """Which one it was about, where what is said stands apart from that."""
    told_at: str = ""
    """The place to say it, where that of the form goes with it."""
    focus: str = ""
    """The anchor of the heading where the focus goes then; it stays where it is without one."""
    reread: Callable[[], None]
    """Has the tables read what has changed."""
    after: Callable[[], None] = lambda: None
    """Called once it is done."""
    describe: Callable[[], str] = lambda: ""
    """The state now, where somebody else has changed it meanwhile."""


@dataclass(frozen=True, kw_only=True)
class ActionResult:
    """What became of the last pending action."""

    place: str
    at: datetime
    text: str
    failed: bool


def find_form(place: str) -> ActionForm | None:
    """The form that is open at a place."""
    form: ActionForm | None = st.session_state.get(_FORM)
    return form if form and form.place == place else None


def toggle_form(place: str, action: str, anchor: str) -> None:
    """Opens a form at a place, or closes it where it is open; the focus goes to its heading."""
    form = find_form(place)
    st.session_state.pop(_RESULT, None)
    if form and form.action == action:
        del st.session_state[_FORM]
        return
    open_form(place, action)
    move_focus(anchor)


def open_form(place: str, action: str) -> ActionForm:
    """Opens a form at a place, and closes every other."""
    form = ActionForm(place=place, action=action, token=uuid4().hex)
    st.session_state[_FORM] = form
    return form


def cancel_form(focus: str) -> None:
    """Closes the form that is open, and moves the focus to the heading of this anchor, if one is given."""
    st.session_state.pop(_FORM, None)
    if focus:
        move_focus(focus)


def begin(pending: PendingAction) -> None:
    """Has this done by the next run. A form that was sent already is not sent again."""
    if find_form(pending.form.place) == pending.form:
        st.session_state.pop(_RESULT, None)
        st.session_state[_PENDING] = pending


def refuse(place: str, text: str) -> None:
    """Says that the form is incomplete; nothing is asked for."""
    _keep_result(place, text, failed=True)


def do_pending(session: Session) -> None:
    """Does what was asked for, if anything was, and keeps what became of it.

    Raises:
        NotAnAnalystError, SessionExpiredError: the analyst may not, or no longer.
    """
    pending: PendingAction | None = st.session_state.get(_PENDING)
    if pending is None:
        return
    try:
        failures = wait_for(SERVICE, lambda: _ask(session, pending), "action")
    except (NotAnAnalystError, SessionExpiredError):
        # Whoever signs in next in this tab may be somebody else.
        del st.session_state[_PENDING]
        raise
    del st.session_state[_PENDING]
    text = _describe(pending, failures)
    if any(isinstance(failure, ChangedMeanwhileError) for failure in failures.values()):
        now = wait_for(SERVICE, pending.describe, "action_now")
        text = f"{_FOR_PROGRAMS.sub('', text)} {now}".strip()
    text = f"{pending.subject}: {text}" if pending.subject else text
    if not failures:
        cancel_form(pending.focus)
        pending.after()
    _keep_result(pending.told_at or pending.form.place, text, failed=bool(failures))
    announce(text, first=True)


def _ask(session: Session, pending: PendingAction) -> dict[str, DashboardError]:
    """The failures, by what the request was about."""
    token = session.analyst.id_token()

    def act(request: ActionRequest) -> DashboardError | None:
        try:
            backend().actions.act(token, request.body, request.key)
        except (NotAnAnalystError, SessionExpiredError):
            raise
        except DashboardError as failure:
            return failure
        return None

    with ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="action") as pool:
        failures = list(pool.map(act, pending.requests))
    # Also where something failed: what was not answered may have been done.
    pending.reread()
    return {
        request.about: failure
        for request, failure in zip(pending.requests, failures, strict=True)
        if failure is not None
    }


def _describe(pending: PendingAction, failures: dict[str, DashboardError]) -> str:
    if not failures:
        return pending.done
    texts = {
        about: " ".join([str(one), *(one.problems if isinstance(one, InvalidInputError) else ())])
        for about, one in failures.items()
    }
    if len(pending.requests) == 1:
        return next(iter(texts.values()))
    done = f"{len(pending.requests) - len(failures):,} of {len(pending.requests):,} done."
    return " ".join([done, *(f"{about}: {text}" for about, text in texts.items())])


def _keep_result(place: str, text: str, *, failed: bool) -> None:
    st.session_state[_RESULT] = ActionResult(place=place, at=backend().clock(), text=text, failed=failed)


def draw_result(place: str) -> None:
    """Draws what became of the last action, for two minutes at the place where it was asked for."""
    result: ActionResult | None = st.session_state.get(_RESULT)
    if result and result.place == place and timedelta() <= backend().clock() - result.at < _SHOWN_FOR:
        draw, icon = (st.error, "error") if result.failed else (st.success, "check_circle")
        draw(escape_markdown(result.text), icon=f":material/{icon}:")
