"""Who is signed in. Browsers hold a random session id; everything it stands for stays here."""

import secrets
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from dashboard.access.kept_sessions import KeptSession, KeptSessions
from dashboard.access.session import Session
from dashboard.clock import Clock
from dashboard.errors import NotAnAnalystError, SessionExpiredError

IDLE_LIMIT: Final = timedelta(hours=12)
"""A session that nobody used for this long ends: a working day, not a night."""
KEEP_INTERVAL: Final = timedelta(minutes=5)
"""A session in use is written down anew this often, so that its idle time is known after a restart."""
TICKET_LIFETIME: Final = timedelta(minutes=1)


class SessionStore:
    """Sessions by id, in memory, and as much of them on disk as it takes to restore them after a restart."""

    def __init__(self, clock: Clock, kept: KeptSessions, restore: Callable[[KeptSession], Session]) -> None:
        """`restore` makes a session anew, whose analyst has to be verified before anything is shown."""
        self._clock = clock
        self._kept = kept
        self._restore = restore
        self._lock = threading.Lock()
        self._sessions: dict[str, Session] = {}
        self._tickets: dict[str, tuple[str, datetime]] = {}

    def begin(self, session: Session) -> str:
        """Takes a session up and returns its id, which has never been in a browser before."""
        session_id = secrets.token_urlsafe(32)
        with self._lock:
            self._forget_idle()
            self._kept.forget_unused_since(self._clock() - IDLE_LIMIT)
            self._sessions[session_id] = session
            self._keep(session_id, session)
        return session_id

    def find(self, session_id: str | None) -> Session | None:
        """The session, if it exists and has not been idle for too long."""
        if not session_id:
            return None
        # Restoring is done in here too: a session must not come back while it is being ended.
        with self._lock:
            self._forget_idle()
            session = self._sessions.get(session_id) or self._find_kept(session_id)
            if session:
                session.last_used = self._clock()
                if session.kept_at is None or session.last_used - session.kept_at >= KEEP_INTERVAL:
                    self._keep(session_id, session)
            return session

    def verify(self, session: Session) -> None:
        """Makes sure that the session goes on and its analyst may still read, before anything is shown.

        A session whose analyst may not is ended, in every tab.

        Raises:
            SessionExpiredError: it was ended, or the analyst may no longer sign in.
            NotAnAnalystError: the analyst has left the group.
            DashboardError: what `Session.verify` raises without an answer; the session goes on.
        """
        with self._lock:
            self._forget_idle()
            session_id = self._id_of(session)
        if session_id is None:
            raise SessionExpiredError
        token = session.analyst.refresh_token
        try:
            session.verify()
        except (NotAnAnalystError, SessionExpiredError):
            self.end(session_id)
            raise
        if session.analyst.refresh_token != token:
            # The one that was kept is worth nothing any more.
            with self._lock:
                if self._id_of(session):
                    self._keep(session_id, session)

    def end(self, session_id: str) -> None:
        """Signs out: the id is worth nothing from now on, in every tab."""
        with self._lock:
            self._forget(session_id)

    def ticket(self, session_id: str) -> str:
        """A one-time ticket with which the browser fetches its session id as a cookie.

        The id itself thus never appears in a page, where a script could read it.
        """
        ticket = secrets.token_urlsafe(32)
        with self._lock:
            self._tickets[ticket] = (session_id, self._clock() + TICKET_LIFETIME)
        return ticket

    def redeem(self, ticket: str) -> str | None:
        """The session id that a ticket stands for, once and for a minute."""
        with self._lock:
            session_id, expires = self._tickets.pop(ticket, (None, self._clock()))
            return session_id if self._clock() < expires else None

    def _find_kept(self, session_id: str) -> Session | None:
        kept = self._kept.read(session_id)
        if kept is None:
            return None
        if self._clock() - kept.last_used > IDLE_LIMIT:
            self._kept.forget(session_id)
            return None
        session = self._sessions[session_id] = self._restore(kept)
        return session

    def _keep(self, session_id: str, session: Session) -> None:
        session.kept_at = self._clock()
        token = session.analyst.refresh_token
        if token is None:
            self._kept.forget(session_id)
        else:
            kept = KeptSession(
                username=session.analyst.username, refresh_token=token, last_used=session.last_used
            )
            self._kept.keep(session_id, kept)

    def _id_of(self, session: Session) -> str | None:
        return next((session_id for session_id, known in self._sessions.items() if known is session), None)

    def _forget(self, session_id: str) -> None:
        self._sessions.pop(session_id, None)
        self._kept.forget(session_id)

    def _forget_idle(self) -> None:
        now = self._clock()
        for session_id, session in list(self._sessions.items()):
            if now - session.last_used > IDLE_LIMIT:
                self._forget(session_id)
        for ticket, (_, expires) in list(self._tickets.items()):
            if now >= expires:
                del self._tickets[ticket]
