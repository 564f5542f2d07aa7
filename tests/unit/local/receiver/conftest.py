"""A receiver, and somebody who posts to it."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from contract.owners.model import Channel, ChannelKind, Escalation, Owner, Owners
from local.receiver.app import make_app
from local.receiver.inbox import Inbox
from local.receiver.mails import MailFolder
from local.receiver.readers import Readers
from tests.own_loop import run_in_own_loop

OWNERS = Owners(
    owners={
        "orders": Owner(
            name="orders",
            channels=(
                Channel(kind=ChannelKind.MAIL, targets=("orders@example.com", "team@example.com")),
                Channel(kind=ChannelKind.SLACK, targets=("orders",)),
            ),
            escalations=(
                Escalation(
                    after=timedelta(hours=1), channels=(Channel(kind=ChannelKind.TEAMS, targets=("duty",)),)
                ),
            ),
        ),
        "bank": Owner(
            name="bank",
            channels=(
                Channel(kind=ChannelKind.TEAMS, targets=("duty",)),
                Channel(kind=ChannelKind.SNS, targets=("arn:aws:sns:eu-central-1:000000000000:pager",)),
            ),
        ),
    },
    default="orders",
)


@pytest.fixture
def mails(tmp_path: Path) -> Path:
    """The folder that mails arrive in."""
    return tmp_path


class Client:
    """Posts to a receiver, and reads what arrived."""

    def __init__(self, app: Starlette) -> None:
        self._transport = httpx.ASGITransport(app)

    def get(self, path: str, **options: Any) -> httpx.Response:
        return self._ask("GET", path, options)

    def post(self, path: str, **options: Any) -> httpx.Response:
        return self._ask("POST", path, options)

    def _ask(self, method: str, path: str, options: dict[str, Any]) -> httpx.Response:
        async def ask() -> httpx.Response:
            async with httpx.AsyncClient(transport=self._transport, base_url="http://127.0.0.1") as client:
                return await client.request(method, path, **options)

        return run_in_own_loop(ask)


@pytest.fixture
def client(mails: Path) -> Client:
    readers = Readers(OWNERS)
    return Client(make_app(Inbox(MailFolder(mails, readers).messages), readers, "http://127.0.0.1:1"))
