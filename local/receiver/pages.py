"""The pages: the list of what arrived, and one message as its reader would see it."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from contract.owners.model import ChannelKind
from local.receiver.inbox import Inbox, Received

_HERE: Final = Path(__file__).parent
_NAMES: Final = {
    ChannelKind.MAIL: "Mail",
    ChannelKind.SLACK: "Slack",
    ChannelKind.TEAMS: "Teams",
    ChannelKind.SNS: "SNS",
}
_HEADERS: Final = {
    # Nothing is loaded from elsewhere, and nothing that arrived can load or run anything.
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; "
    "frame-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
_HEADERS_OF_MAIL: Final = _HEADERS | {
    # As mail programs do: the looks that it brings, no script, and links that open beside it.
    "Content-Security-Policy": "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; "
    "style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'",
}
_LINKS_OPEN_BESIDE: Final = '<base target="_blank">'


class Pages:
    """What people read, and the same as JSON.

    Args:
        inbox: what arrived.
        owners: the names of all owners.
    """

    def __init__(self, inbox: Inbox, owners: Sequence[str]) -> None:
        self._inbox = inbox
        self._templates = Environment(
            loader=FileSystemLoader(_HERE / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
        )
        self._templates.globals |= {"owners": tuple(owners), "names": _NAMES}

    def routes(self) -> Sequence[BaseRoute]:
        """One for each page."""
        return (
            Route("/", self._list),
            Route("/messages.json", self._json),
            Route("/messages/{message_id}", self._message),
            Route("/messages/{message_id}/mail", self._mail),
            Route("/count", self._count),
            Mount("/static", StaticFiles(directory=_HERE / "static")),
        )

    async def _list(self, request: Request) -> Response:
        owner = request.query_params.get("owner")
        messages = self._inbox.messages(owner)
        return self._draw("list.html", messages=messages, owner=owner, count=len(self._inbox.messages()))

    async def _message(self, request: Request) -> Response:
        message = self._find(request)
        return _NOT_THERE if message is None else self._draw("message.html", message=message)

    async def _mail(self, request: Request) -> Response:
        message = self._find(request)
        if message is None or message.html is None:
            return _NOT_THERE
        return HTMLResponse(_LINKS_OPEN_BESIDE + message.html, headers=_HEADERS_OF_MAIL)

    async def _json(self, request: Request) -> Response:
        messages = self._inbox.messages(request.query_params.get("owner"))
        return JSONResponse([_dump(message) for message in messages], headers=_HEADERS)

    async def _count(self, _: Request) -> Response:
        return PlainTextResponse(str(len(self._inbox.messages())), headers=_HEADERS)

    def _find(self, request: Request) -> Received | None:
        return self._inbox.find(request.path_params["message_id"])

    def _draw(self, template: str, **content: Any) -> Response:
        return HTMLResponse(self._templates.get_template(template).render(content), headers=_HEADERS)


_NOT_THERE: Final = PlainTextResponse("There is no such message.", 404)


def _dump(message: Received) -> dict[str, Any]:
    return {
        "message_id": message.message_id,
        "at": message.at.isoformat(),
        "kind": message.kind,
        "target": message.target,
        "owners": message.owners,
        "subject": message.subject,
        "text": message.text,
        "facts": dict(message.facts),
        "problem": message.problem,
    }
