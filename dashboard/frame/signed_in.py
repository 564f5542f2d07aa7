"""The signed-in session of this browser: found, begun, ended."""

from typing import NoReturn

import streamlit as st

from dashboard.access.cookie import COOKIE
from dashboard.access.session import Session
from dashboard.backend import backend
from dashboard.errors import NotAnAnalystError, SessionExpiredError
from dashboard.frame.browser_cookie import clear_cookie, keep_cookie

_SESSION_ID = "session_id"
_SIGNED_OUT = "signed_out"
_ENDED = "session_ended"


def find_session() -> Session | None:
    """The session of this tab, or else the one that the browser's cookie names."""
    session_id = _session_id()
    session = backend().sessions.find(session_id)
    if session:
        st.session_state[_SESSION_ID] = session_id
    elif session_id and not st.session_state.get(_SIGNED_OUT):
        st.session_state.pop(_SESSION_ID, None)
        st.session_state.setdefault(_ENDED, str(SessionExpiredError()))
    return session


def require_session() -> Session:
    """The session of this tab.

    Raises:
        SessionExpiredError: there is none any more.
    """
    session = find_session()
    if session is None:
        raise SessionExpiredError
    return session


def begin_session(session_id: str) -> None:
    """Makes a new session this tab's own."""
    st.session_state.pop(_SIGNED_OUT, None)
    st.session_state.pop(_ENDED, None)
    st.session_state[_SESSION_ID] = session_id


def end_session() -> None:
    """Signs out, in every tab, and forgets everything this tab knew."""
    if session_id := _session_id():
        backend().sessions.end(session_id)
    st.session_state.clear()
    st.query_params.clear()
    st.session_state[_SIGNED_OUT] = True


def read_reason() -> str | None:
    """What to tell someone whose session ended without their doing."""
    reason: str | None = st.session_state.get(_ENDED)
    return reason


def expire_session(reason: SessionExpiredError | NotAnAnalystError) -> NoReturn:
    """Ends a session that cannot go on, and starts over at the sign-in form with the reason."""
    if session_id := _session_id():
        backend().sessions.end(session_id)
    st.session_state[_ENDED] = str(reason)
    st.rerun()


def synchronize_cookie() -> None:
    """Brings the browser's cookie in line with this tab: set after a sign-in, cleared after a sign-out."""
    session_id = st.session_state.get(_SESSION_ID)
    if session_id and st.context.cookies.get(COOKIE) != session_id:
        keep_cookie(backend().sessions, session_id)
    elif st.session_state.get(_SIGNED_OUT):
        clear_cookie()


def _session_id() -> str | None:
    mine = st.session_state.get(_SESSION_ID)
    return str(mine) if mine else st.context.cookies.get(COOKIE)
