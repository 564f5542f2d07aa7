"""Has the browser ask the server to set or clear the session cookie.

Streamlit talks through a WebSocket, which cannot set cookies; this makes the one plain request.
"""

from typing import Final

import streamlit as st

from dashboard.access.cookie import PATH
from dashboard.access.sessions import SessionStore

_TICKET: Final = "session_ticket"
_SCRIPT: Final = """
export default function ({ data }) {
  const session = new URL(data.path, document.baseURI);
  fetch(session, { method: data.method, body: data.ticket, credentials: "same-origin" });
}
"""


def keep_cookie(sessions: SessionStore, session_id: str) -> None:
    """Gives the browser a cookie for the session. Asked again, it does nothing more."""
    # The same ticket at every run: the browser acts on it only when it is new.
    if _TICKET not in st.session_state:
        st.session_state[_TICKET] = sessions.ticket(session_id)
    _request("POST", st.session_state[_TICKET])


def clear_cookie() -> None:
    """Takes the cookie away from the browser."""
    _request("DELETE", None)


def _request(method: str, ticket: str | None) -> None:
    requester = st.components.v2.component("session_cookie", js=_SCRIPT)
    requester(data={"path": PATH.lstrip("/"), "method": method, "ticket": ticket}, key="session_cookie")
