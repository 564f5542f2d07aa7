"""Has the browser ask the server to set or clear the session cookie.

Streamlit talks through a WebSocket, which cannot set cookies; this makes the one plain request.
"""

from typing import Final

import streamlit as st

from dashboard.access.cookie import PATH
from dashboard.access.sessions import SessionStore

_TICKET: Final = "session_ticket"
_KEY: Final = "session_cookie"
# It shows nothing, and takes no room for it. What holds a style alone takes none either.
_STYLE: Final = f"<style>.st-key-{_KEY} {{ display: none; }}</style>"
_SCRIPT: Final = """
export default function ({ data }) {
  if (!data.method) return;
  const session = new URL(data.path, document.baseURI);
  // Goes on where the page is reloaded meanwhile.
  fetch(session, { method: data.method, body: data.ticket, credentials: "same-origin", keepalive: true });
}
"""


def keep_cookie(sessions: SessionStore, session_id: str) -> None:
    """Gives the browser a cookie for the session. Asked again, it does nothing more."""
    # The same ticket at every run of a session: the browser acts on it only when it is new.
    known, ticket = st.session_state.get(_TICKET, (None, ""))
    if known != session_id:
        ticket = sessions.ticket(session_id)
        st.session_state[_TICKET] = (session_id, ticket)
    _request("POST", ticket)


def clear_cookie() -> None:
    """Takes the cookie away from the browser."""
    _request("DELETE", None)


def leave_cookie() -> None:
    """Leaves the browser's cookie as it is, with the script at hand: loading it takes time later."""
    _request(None, None)


def _request(method: str | None, ticket: str | None) -> None:
    st.html(_STYLE)
    requester = st.components.v2.component(_KEY, js=_SCRIPT)
    requester(data={"path": PATH.lstrip("/"), "method": method, "ticket": ticket}, key=_KEY)
