"""The addresses that messages are posted to, each answering as the service in whose place it is."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final
from uuid import uuid4

import httpx
from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from contract.owners.model import ChannelKind
from local.receiver.inbox import Inbox, Received
from local.receiver.notifications import Envelope, EnvelopeType, read_notification
from local.receiver.pieces import wrap
from local.receiver.readers import Readers
from local.receiver.refusals import RefusedError
from local.receiver.slack import TAKEN, read_slack
from local.receiver.teams import read_teams

SNS_PATH: Final = "/sns"


def webhook_path(kind: ChannelKind, name: str) -> str:
    """Where the webhook of a name is."""
    return f"/{kind}/{name}"


class Hooks:
    """What takes messages in.

    Args:
        inbox: where they go.
        readers: whose they are.
        endpoint_url: the emulator's, where subscriptions are confirmed.
    """

    def __init__(self, inbox: Inbox, readers: Readers, endpoint_url: str) -> None:
        self._inbox = inbox
        self._readers = readers
        self._endpoint_url = endpoint_url

    def routes(self) -> Sequence[Route]:
        """One for each service."""
        return (
            Route(webhook_path(ChannelKind.SLACK, "{webhook}"), self._slack, methods=["POST"]),
            Route(webhook_path(ChannelKind.TEAMS, "{webhook}"), self._teams, methods=["POST"]),
            Route(SNS_PATH, self._sns, methods=["POST"]),
        )

    async def _slack(self, request: Request) -> Response:
        body, webhook = await request.body(), request.path_params["webhook"]
        try:
            self._inbox.add(read_slack(body, webhook, datetime.now(UTC), self._readers))
        except RefusedError as refused:
            self._inbox.add(self._refused(body, ChannelKind.SLACK, webhook, str(refused)))
            return PlainTextResponse(str(refused), 400)
        return PlainTextResponse(TAKEN)

    async def _teams(self, request: Request) -> Response:
        body, webhook = await request.body(), request.path_params["webhook"]
        try:
            self._inbox.add(read_teams(body, webhook, datetime.now(UTC), self._readers))
        except RefusedError as refused:
            self._inbox.add(self._refused(body, ChannelKind.TEAMS, webhook, str(refused)))
        # A workflow says so before it posts anything, also of what Teams will not show.
        return Response(status_code=202)

    async def _sns(self, request: Request) -> Response:
        try:
            envelope = Envelope.model_validate_json(await request.body())
        except ValidationError:
            return PlainTextResponse("This is no message of SNS.", 400)
        match envelope.type:
            case EnvelopeType.CONFIRMATION:
                await self._confirm(envelope)
            case EnvelopeType.NOTIFICATION:
                self._inbox.add(read_notification(envelope, datetime.now(UTC), self._readers))
        return Response()

    async def _confirm(self, envelope: Envelope) -> None:
        wanted = {"Action": "ConfirmSubscription", "TopicArn": envelope.topic_arn, "Token": envelope.token}
        async with httpx.AsyncClient(trust_env=False) as client:
            await client.get(self._endpoint_url, params=wanted)

    def _refused(self, body: bytes, kind: ChannelKind, webhook: str, problem: str) -> Received:
        text = body.decode(errors="replace")
        return Received(
            message_id=str(uuid4()),
            at=datetime.now(UTC),
            kind=kind,
            target=webhook,
            owners=self._readers.of(kind, webhook),
            subject=f"Not shown: {problem}",
            text=text,
            shown=wrap("pre", text, css="plain"),
            problem=problem,
        )
