"""The signed-in session of this browser: found, begun, ended, and the cookie that follows it."""

from typing import Final, NoReturn

import streamlit as st

from dashboard.access.sessions import COOKIE, PATH, Session
from dashboard.backend import backend
from dashboard.errors import NotAnAnalystError, SessionExpiredError

_TICKET: Final = "session_ticket"
_KEY: Final = "session_cookie"
# It shows nothing, and takes no room for it. What holds a style alone takes none either.
_STYLE: Final = f"<style>.st-key-{_KEY} {{ display: none; }}</style>"
_SCRIPT: Final = """
export default function ({ data }) {
  if (!data.method) return;
  if (data.method === "DELETE") sessionStorage.clear();
  const session = new URL(data.path, document.baseURI);
  // Goes on where the page is reloaded meanwhile.
  fetch(session, { method: data.method, body: data.ticket, credentials: "same-origin", keepalive: true });
}
"""


def _request(method: str | None, ticket: str | None) -> None:
    st.html(_STYLE)
    requester = st.components.v2.component(_KEY, js=_SCRIPT)
    requester(data={"path": PATH.lstrip("/"), "method": method, "ticket": ticket}, key=_KEY)


_SESSION_ID = "session_id"
_SIGNED_OUT = "signed_out"
ENDED = "session_ended"
"""Why the session ended, for a user who did not sign out."""


def find_session() -> Session | None:
    """The session of this tab, or else the one that the browser's cookie names."""
    session_id = _session_id()
    session = backend().sessions.find(session_id)
    if session:
        st.session_state[_SESSION_ID] = session_id
    elif session_id and not st.session_state.get(_SIGNED_OUT):
        st.session_state.pop(_SESSION_ID, None)
        st.session_state.setdefault(ENDED, str(SessionExpiredError()))
    return session


def begin_session(session_id: str) -> None:
    """Makes a new session this tab's own."""
    st.session_state.pop(_SIGNED_OUT, None)
    st.session_state.pop(ENDED, None)
    st.session_state[_SESSION_ID] = session_id


def end_session() -> None:
    """Signs out, in every tab, and forgets everything this tab knew."""
    if session_id := _session_id():
        backend().sessions.end(session_id)
    st.session_state.clear()
    st.query_params.clear()
    st.session_state[_SIGNED_OUT] = True


def expire_session(reason: SessionExpiredError | NotAnAnalystError) -> NoReturn:
    """Ends a session that cannot go on, and starts over at the sign-in form with the reason."""
    if session_id := _session_id():
        backend().sessions.end(session_id)
    st.session_state[ENDED] = str(reason)
    st.rerun()


def synchronize_cookie() -> None:
    """Brings the browser's cookie in line with this tab: set after a sign-in, cleared after a sign-out."""
    session_id = st.session_state.get(_SESSION_ID)
    if session_id and st.context.cookies.get(COOKIE) != session_id:
        # The same ticket at every run of a session: the browser acts on it only when it is new.
        known, ticket = st.session_state.get(_TICKET, (None, ""))
        if known != session_id:
            ticket = backend().sessions.ticket(session_id)
            st.session_state[_TICKET] = (session_id, ticket)
        _request("POST", ticket)
    elif st.session_state.get(_SIGNED_OUT):
        _request("DELETE", None)
    else:
        # The script is at hand then: loading it takes time later.
        _request(None, None)


def _session_id() -> str | None:
    mine = st.session_state.get(_SESSION_ID)
    return str(mine) if mine else st.context.cookies.get(COOKIE)
