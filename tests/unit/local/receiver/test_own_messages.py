"""Every kind of message that the service sends is shown, and nothing of it is refused."""

from pathlib import Path
from typing import Any

import pytest

from contract.messages import MessageKind
from handlers.messages.message import Message
from handlers.messages.rendering.document import Document
from handlers.messages.rendering.mail import render_mail
from handlers.messages.rendering.slack import render_plainly, render_slack
from handlers.messages.rendering.teams import render_teams
from handlers.messages.rendering.writing import write_document
from tests.unit.handlers.messages.samples import MAIL, context, digest, recipient, single
from tests.unit.local.receiver.conftest import Client

MESSAGES = {**{str(kind): single(kind) for kind in MessageKind}, "digest": digest()}


@pytest.fixture(params=MESSAGES)
def document(request: pytest.FixtureRequest) -> Document:
    message: Message = MESSAGES[request.param]
    return write_document(message, context(*message.lines))


def _arrived(client: Client) -> dict[str, Any]:
    (message,) = client.get("/messages.json").json()
    assert client.get(f"/messages/{message['message_id']}").status_code == 200
    return dict(message)


def _says_it(message: dict[str, Any], document: Document) -> None:
    assert message["problem"] is None
    for fact in document.facts:
        assert fact.label in message["text"]
    for place in (part.text for part in document.place):
        assert place in message["text"]


def test_in_slack(client: Client, document: Document) -> None:
    assert client.post("/slack/orders", json=render_slack(document)).text == "ok"
    message = _arrived(client)
    _says_it(message, document)
    assert message["subject"] == document.subject


def test_in_slack_without_blocks(client: Client, document: Document) -> None:
    assert client.post("/slack/orders", json=render_plainly(document)).text == "ok"
    _says_it(_arrived(client), document)


def test_in_teams(client: Client, document: Document) -> None:
    client.post("/teams/duty", json=render_teams(document))
    _says_it(_arrived(client), document)


def test_by_mail(client: Client, mails: Path, document: Document) -> None:
    mail = render_mail(document, recipient(MAIL), "sla@example.com")
    (mails / "1.eml").write_bytes(b"Delivered-To: team@example.com\n" + mail.as_bytes())
    message = _arrived(client)
    _says_it(message, document)
    assert message["subject"] == document.subject
    assert "<html" in client.get("/messages/1/mail").text
