"""Who is signed in. Browsers hold a random session id; everything it stands for stays here."""

import secrets
import threading
from dataclasses import dataclass
from datetime import datetime, timedelta

from dashboard.access.analyst import Analyst
from dashboard.clock import Clock
from dashboard.data.incident_table import IncidentTable
from dashboard.data.metrics import Metrics
from dashboard.data.record_table import RecordTable
from dashboard.data.sender_table import SenderTable
from dashboard.errors import NotAnAnalystError, SessionExpiredError

IDLE_LIMIT = timedelta(hours=12)
"""A session that nobody used for this long ends: a working day, not a night."""
TICKET_LIFETIME = timedelta(minutes=1)


@dataclass
class Session:
    """One sign-in: the analyst, and what that analyst may read."""

    analyst: Analyst
    table: RecordTable
    senders: SenderTable
    incidents: IncidentTable
    metrics: Metrics
    last_used: datetime


class SessionStore:
    """Sessions by id, in memory: a restart of the dashboard signs everyone out."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._sessions: dict[str, Session] = {}
        self._tickets: dict[str, tuple[str, datetime]] = {}

    def begin(
        self,
        analyst: Analyst,
        table: RecordTable,
        senders: SenderTable,
        incidents: IncidentTable,
        metrics: Metrics,
    ) -> str:
        """Starts a session and returns its id, which has never been in a browser before."""
        session_id = secrets.token_urlsafe(32)
        with self._lock:
            self._forget_idle()
            self._sessions[session_id] = Session(analyst, table, senders, incidents, metrics, self._clock())
        return session_id

    def find(self, session_id: str | None) -> Session | None:
        """The session, if it exists and has not been idle for too long."""
        with self._lock:
            self._forget_idle()
            session = self._sessions.get(session_id or "")
            if session:
                session.last_used = self._clock()
            return session

    def verify(self, session: Session) -> None:
        """Makes sure that the session goes on and its analyst may still read, before anything is shown.

        A session whose analyst may not is ended, in every tab.

        Raises:
            SessionExpiredError: it was ended, or the analyst may no longer sign in.
            NotAnAnalystError: the analyst has left the group.
            DashboardError: what `Analyst.verify` raises without an answer; the session goes on.
        """
        with self._lock:
            self._forget_idle()
            if all(known is not session for known in self._sessions.values()):
                raise SessionExpiredError
        try:
            session.analyst.verify()
        except (NotAnAnalystError, SessionExpiredError):
            with self._lock:
                self._sessions = {
                    session_id: known for session_id, known in self._sessions.items() if known is not session
                }
            raise

    def end(self, session_id: str) -> None:
        """Signs out: the id is worth nothing from now on, in every tab."""
        with self._lock:
            self._sessions.pop(session_id, None)

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

    def _forget_idle(self) -> None:
        now = self._clock()
        for session_id, session in list(self._sessions.items()):
            if now - session.last_used > IDLE_LIMIT:
                del self._sessions[session_id]
        for ticket, (_, expires) in list(self._tickets.items()):
            if now >= expires:
                del self._tickets[ticket]
