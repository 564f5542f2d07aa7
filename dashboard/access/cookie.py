"""The cookie that lets a session survive a reload, and the routes that set and clear it.

The cookie is `Secure` (browsers make an exception for http://localhost), unreadable to scripts,
and not sent along by other sites. The `__Host-` prefix keeps other hosts of the domain from
setting it.
"""

from collections.abc import Callable
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from dashboard.access.sessions import SessionStore

COOKIE: Final = "__Host-file-sla-session"
PATH: Final = "/session"
_MAX_TICKET_BYTES: Final = 256


def build_cookie_routes(sessions: Callable[[], SessionStore]) -> list[Route]:
    """`POST /session` trades a ticket for the cookie; `DELETE /session` clears it and ends the session."""

    # In threads of their own: both wait while sessions are being restored, and all pages share this one.
    def redeem(ticket: str) -> str | None:
        return sessions().redeem(ticket)

    def end_session(session_id: str) -> None:
        sessions().end(session_id)

    async def begin(request: Request) -> Response:
        ticket = bytearray()
        async for chunk in request.stream():
            ticket += chunk
            if len(ticket) > _MAX_TICKET_BYTES:
                return Response(status_code=413)
        session_id = await run_in_threadpool(redeem, ticket.decode(errors="replace"))
        if session_id is None:
            return Response(status_code=403)
        response = Response(status_code=204)
        response.set_cookie(COOKIE, session_id, secure=True, httponly=True, samesite="strict", path="/")
        return response

    async def end(request: Request) -> Response:
        await run_in_threadpool(end_session, request.cookies.get(COOKIE, ""))
        response = Response(status_code=204)
        response.delete_cookie(COOKIE, secure=True, httponly=True, samesite="strict", path="/")
        return response

    return [Route(PATH, begin, methods=["POST"]), Route(PATH, end, methods=["DELETE"])]
