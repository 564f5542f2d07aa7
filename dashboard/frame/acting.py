"""Doing what an analyst asked for: once, however often a click comes or a page is drawn meanwhile.

A click only says what is wanted. The next run of the page asks the service for it before it draws anything,
so what it draws is how things are afterwards. A run that another cuts short leaves it to that one.
"""

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
from dashboard.frame.waiting import add_to_told, move_focus, wait_for

_WANTED: Final = "deed_wanted"
_OUTCOME: Final = "deed_outcome"
_FORM: Final = "deed_form"
_AT_ONCE: Final = 4
"""Requests under way at once: the service takes some tens a second of all analysts together."""
_TOLD_FOR: Final = timedelta(minutes=2)
"""For so long an outcome stays on the page."""


@dataclass(frozen=True, kw_only=True)
class ActionForm:
    """The form that is open on a page; there is one at most."""

    place: str
    """Where it is, such as the card of one incident."""
    action: str
    token: str
    """Tells it from the same form opened another time."""


@dataclass(frozen=True, kw_only=True)
class PendingAction:
    """What an analyst wants to be done."""

    form: ActionForm
    requests: Sequence[ActionRequest]
    done: str
    """What to tell once it is done."""
    focus: str
    """The anchor of the heading where the focus goes then."""
    after: Callable[[], None]
    """Called then."""
    reread: Callable[[], None]
    """Has the tables know at once."""
    describe: Callable[[], str]
    """How it is now, for whoever wanted to change what has changed."""


@dataclass(frozen=True, kw_only=True)
class ActionResult:
    """What became of the last deed."""

    place: str
    at: datetime
    text: str
    failed: bool


def read_clock() -> datetime:
    """The moment at which a form is sent."""
    return backend().clock()


def find_form(place: str) -> ActionForm | None:
    """The form that is open at a place."""
    form: ActionForm | None = st.session_state.get(_FORM)
    return form if form and form.place == place else None


def toggle_form(place: str, action: str, anchor: str) -> None:
    """Opens a form at a place, or closes it where it is open; the focus goes to its heading."""
    form = find_form(place)
    st.session_state.pop(_OUTCOME, None)
    if form and form.action == action:
        close_form()
        return
    st.session_state[_FORM] = ActionForm(place=place, action=action, token=uuid4().hex)
    move_focus(anchor)


def close_form() -> None:
    """Closes the form that is open; what was typed is gone."""
    st.session_state.pop(_FORM, None)


def cancel_form(focus: str) -> None:
    """Closes it, and moves the focus to the heading of what it was about."""
    close_form()
    move_focus(focus)


def begin(deed: PendingAction) -> None:
    """Has this done by the next run. A form that was sent already is not sent again."""
    if find_form(deed.form.place) == deed.form:
        st.session_state.pop(_OUTCOME, None)
        st.session_state[_WANTED] = deed


def refuse(place: str, text: str) -> None:
    """Tells that what was filled in is not enough; nothing is asked for."""
    st.session_state[_OUTCOME] = ActionResult(place=place, at=backend().clock(), text=text, failed=True)


def find_result(place: str) -> ActionResult | None:
    """What became of the last deed of a place, unless that is long ago."""
    outcome: ActionResult | None = st.session_state.get(_OUTCOME)
    if outcome is None or outcome.place != place:
        return None
    return outcome if timedelta() <= backend().clock() - outcome.at < _TOLD_FOR else None


def do_pending(session: Session) -> None:
    """Does what was asked for, if anything was, and keeps what became of it.

    Raises:
        NotAnAnalystError, SessionExpiredError: the analyst may not, or no longer.
    """
    deed: PendingAction | None = st.session_state.get(_WANTED)
    if deed is None:
        return
    try:
        failures = wait_for(SERVICE, lambda: _ask(session, deed), "deed")
    except (NotAnAnalystError, SessionExpiredError):
        # Whoever signs in next in this tab may be somebody else.
        del st.session_state[_WANTED]
        raise
    del st.session_state[_WANTED]
    text = _describe(deed, failures)
    if any(isinstance(failure, ChangedMeanwhileError) for failure in failures.values()):
        text = f"{text} {wait_for(SERVICE, deed.describe, 'deed_now')}".strip()
    if not failures:
        close_form()
        move_focus(deed.focus)
        deed.after()
    st.session_state[_OUTCOME] = ActionResult(
        place=deed.form.place, at=backend().clock(), text=text, failed=bool(failures)
    )
    add_to_told(text)


def _ask(session: Session, deed: PendingAction) -> dict[str, DashboardError]:
    """What went wrong, by what it is about."""
    token = session.analyst.id_token()

    def act(request: ActionRequest) -> DashboardError | None:
        try:
            backend().actions.act(token, request.body, request.key)
        except (NotAnAnalystError, SessionExpiredError):
            raise
        except DashboardError as failure:
            return failure
        return None

    with ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="deed") as pool:
        failures = list(pool.map(act, deed.requests))
    # Also where something failed: what was not answered may have been done.
    deed.reread()
    return {
        request.about: failure
        for request, failure in zip(deed.requests, failures, strict=True)
        if failure is not None
    }


def _describe(deed: PendingAction, failures: dict[str, DashboardError]) -> str:
    if not failures:
        return deed.done
    if len(deed.requests) == 1:
        return _spell(next(iter(failures.values())))
    count = len(deed.requests) - len(failures)
    told = " ".join(f"{about}: {_spell(failure)}" for about, failure in failures.items())
    return f"{count:,} of {len(deed.requests):,} done. {told}"


def _spell(failure: DashboardError) -> str:
    problems = failure.problems if isinstance(failure, InvalidInputError) else ()
    return " ".join([str(failure), *problems])


def draw_result(place: str) -> None:
    """Says it at the place where it was done; nothing where that was elsewhere, or long ago."""
    outcome = find_result(place)
    if outcome is None:
        return
    if outcome.failed:
        st.error(escape_markdown(outcome.text), icon=":material/error:")
    else:
        st.success(escape_markdown(outcome.text), icon=":material/check_circle:")
