"""Who is signed in. Browsers hold a random session id, in a cookie; everything it stands for stays here."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from contract.moments import Clock
from dashboard.access.analyst import Analyst
from dashboard.access.kept_sessions import KeptSession, SessionFolder
from dashboard.data.metrics import Metrics
from dashboard.data.tables import AnalystTables, RecordTable
from dashboard.errors import NotAnAnalystError, SessionExpiredError

if TYPE_CHECKING:
    import boto3


@dataclass
class Session:
    """One sign-in, from the form or restored after a restart."""

    analyst: Analyst
    records: RecordTable
    tables: AnalystTables
    metrics: Metrics
    aws: boto3.session.Session
    last_used: datetime
    kept_at: datetime | None = None
    """When it was last written down."""
    _known_to_aws: bool = field(default=False, init=False)

    def verify(self) -> None:
        """Makes sure that the analyst may still read, and the first time that AWS agrees.

        What analysts share is shown without asking AWS again, so it must have been asked once. Raises what
        `Analyst.verify` does, and a `DashboardError` where AWS gives no credentials.
        """
        self.analyst.verify()
        if not self._known_to_aws:
            credentials = self.aws.get_credentials()
            if credentials is None:
                raise SessionExpiredError
            credentials.get_frozen_credentials()
            self._known_to_aws = True


IDLE_LIMIT: Final = timedelta(hours=12)
"""A session that nobody used for this long ends: a working day, not a night."""
KEEP_INTERVAL: Final = timedelta(minutes=5)
"""A session in use is written down anew this often, so that its idle time is known after a restart."""
TICKET_LIFETIME: Final = timedelta(minutes=1)


class SessionStore:
    """Sessions by id, in memory, and as much of them on disk as it takes to restore them after a restart."""

    def __init__(
        self, clock: Clock, kept: SessionFolder | None, restore: Callable[[KeptSession], Session]
    ) -> None:
        """`restore` makes one anew, yet to be verified; without `kept`, they end with the process."""
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
            if self._kept:
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

        A session whose analyst may not is ended, in every tab. It raises `SessionExpiredError` where it was
        ended before, and what `Session.verify` does; without an answer the session goes on.
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
        kept = self._kept.read(session_id) if self._kept else None
        if kept is None:
            return None
        if self._clock() - kept.last_used > IDLE_LIMIT:
            self._forget(session_id)
            return None
        session = self._sessions[session_id] = self._restore(kept)
        return session

    def _keep(self, session_id: str, session: Session) -> None:
        session.kept_at = self._clock()
        if self._kept is None:
            return
        user, token = session.analyst.username, session.analyst.refresh_token
        if token is None:
            self._kept.forget(session_id)
        else:
            kept = KeptSession(username=user, refresh_token=token, last_used=session.last_used)
            self._kept.keep(session_id, kept)

    def _id_of(self, session: Session) -> str | None:
        return next((session_id for session_id, known in self._sessions.items() if known is session), None)

    def _forget(self, session_id: str) -> None:
        self._sessions.pop(session_id, None)
        if self._kept:
            self._kept.forget(session_id)

    def _forget_idle(self) -> None:
        now = self._clock()
        for session_id, session in list(self._sessions.items()):
            if now - session.last_used > IDLE_LIMIT:
                self._forget(session_id)
        for ticket, (_, expires) in list(self._tickets.items()):
            if now >= expires:
                del self._tickets[ticket]


COOKIE: Final = "__Host-file-sla-session"
PATH: Final = "/session"
_MAX_TICKET_BYTES: Final = 256


def build_cookie_route(sessions: Callable[[], SessionStore]) -> Route:
    """`POST /session` trades a ticket for the cookie; `DELETE /session` clears it and ends the session.

    Both are refused to a page of another site, which could sign its reader in as somebody else.
    """

    async def answer(request: Request) -> Response:
        # Browsers name the origin, and no page can change that.
        if urlsplit(request.headers.get("origin", "")).netloc != request.headers.get("host"):
            return Response(status_code=403)
        response, cookie = Response(status_code=204), request.cookies.get(COOKIE, "")
        # In threads of their own: both wait while sessions are being restored, and all pages share this one.
        if request.method == "DELETE":
            await run_in_threadpool(lambda: sessions().end(cookie))
            response.delete_cookie(COOKIE, secure=True, httponly=True, samesite="strict", path="/")
            return response
        ticket = bytearray()
        async for chunk in request.stream():
            ticket += chunk
            if len(ticket) > _MAX_TICKET_BYTES:
                return Response(status_code=413)
        session_id = await run_in_threadpool(lambda: sessions().redeem(ticket.decode(errors="replace")))
        if session_id is None:
            return Response(status_code=403)
        response.set_cookie(COOKIE, session_id, secure=True, httponly=True, samesite="strict", path="/")
        return response

    return Route(PATH, answer, methods=["POST", "DELETE"])
