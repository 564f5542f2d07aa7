"""The receiver's routes: webhooks and topics post to it, people read its page, tests read its JSON."""

from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Final

import httpx
from jinja2 import StrictUndefined, Template
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from contract.owners.model import NAMED_CHANNELS, ChannelKind
from local.receiver.inbox import Inbox

SNS_PATH: Final = "/sns"
_HERE: Final = Path(__file__).parent
_NAMES: Final = {
    ChannelKind.MAIL: "Mail",
    ChannelKind.SLACK: "Slack",
    ChannelKind.TEAMS: "Teams",
    ChannelKind.SNS: "SNS",
    ChannelKind.PAGERDUTY: "PagerDuty",
    ChannelKind.WEBHOOK: "Webhook",
}
_HEADERS: Final = {
    # Nothing is loaded from elsewhere, and nothing that arrived can load or run anything.
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
_HEADERS_OF_MAIL: Final = _HEADERS | {
    # As in mail programs: styles, but no scripts and nothing from elsewhere.
    "Content-Security-Policy": "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; "
    "style-src 'unsafe-inline'; img-src data:"
}


def webhook_path(kind: ChannelKind, name: str) -> str:
    """The path of the address that an owner's channel names."""
    return f"/{kind}/{name}"


def make_app(inbox: Inbox, endpoint_url: str) -> Starlette:
    """The receiver.

    Args:
        inbox: where notifications go, and are listed from.
        endpoint_url: URL of the emulator, where subscriptions to topics are confirmed.
    """
    routes = _Routes(inbox, endpoint_url)
    return Starlette(
        routes=[
            *(
                Route(webhook_path(kind, "{webhook}"), partial(routes.take, kind), methods=["POST"])
                for kind in NAMED_CHANNELS
            ),
            Route(SNS_PATH, routes.take_sns, methods=["POST"]),
            Route("/", routes.show_page),
            Route("/messages.json", routes.list_json),
            Route("/messages/{message_id}/mail", routes.show_mail),
            Route("/count", routes.count),
            Mount("/static", StaticFiles(directory=_HERE / "static")),
        ],
        # Another site whose name resolves to this machine reads nothing.
        middleware=[Middleware(TrustedHostMiddleware, allowed_hosts=["127.0.0.1", "localhost"])],
    )


class _Routes:
    def __init__(self, inbox: Inbox, endpoint_url: str) -> None:
        self._inbox = inbox
        self._endpoint_url = endpoint_url
        self._page = Template(
            (_HERE / "page.html").read_text(), autoescape=True, undefined=StrictUndefined, trim_blocks=True
        )

    async def take(self, kind: ChannelKind, request: Request) -> Response:
        body, webhook = await request.body(), request.path_params["webhook"]
        try:
            problem = self._inbox.add_post(kind, webhook, body, request.headers)
        except ValueError:
            problem = "The body is not JSON."
        if problem:
            return JSONResponse({"status": "invalid event", "message": problem}, 400)
        return PlainTextResponse("ok", 200 if kind is ChannelKind.SLACK else 202)

    async def take_sns(self, request: Request) -> Response:
        match await request.json():
            case {"Type": "SubscriptionConfirmation", "TopicArn": topic, "Token": token}:
                confirmation = {"Action": "ConfirmSubscription", "TopicArn": topic, "Token": token}
                async with httpx.AsyncClient(trust_env=False) as client:
                    await client.get(self._endpoint_url, params=confirmation)
            case {"Type": "Notification"} as envelope:
                self._inbox.add_publication(envelope)
            case _:
                return PlainTextResponse("This is no message from SNS.", 400)
        return Response()

    async def show_page(self, request: Request) -> Response:
        owner = request.query_params.get("owner")
        page = self._page.render(
            messages=self._inbox.list_newest_first(owner),
            owner=owner,
            owners=self._inbox.owners,
            count=len(self._inbox.list_newest_first()),
            names=_NAMES,
        )
        return HTMLResponse(page, headers=_HEADERS)

    async def list_json(self, request: Request) -> Response:
        found = self._inbox.list_newest_first(request.query_params.get("owner"))
        listed = [{**asdict(one), "at": one.at.isoformat()} for one in found]
        return JSONResponse(listed, headers=_HEADERS)

    async def show_mail(self, request: Request) -> Response:
        wanted = request.path_params["message_id"]
        html = next((one.html for one in self._inbox.list_newest_first() if one.message_id == wanted), None)
        if html is None:
            return PlainTextResponse("There is no such mail.", 404)
        return HTMLResponse(html, headers=_HEADERS_OF_MAIL)

    async def count(self, _: Request) -> Response:
        return PlainTextResponse(str(len(self._inbox.list_newest_first())), headers=_HEADERS)
