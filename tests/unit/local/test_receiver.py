"""The local receiver lists what is sent to it under its owner, and nothing sent becomes part of a page."""

import json
import os
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from contract.owners.model import Channel, ChannelKind, Escalation, Owner, Owners
from contract.words import NotificationKind
from handlers.notifications.pagerduty import render_pagerduty
from handlers.notifications.webhook import render_webhook
from handlers.notifications.writing import write_document
from local.receiver.inbox import KEYS, Inbox
from local.receiver.pages import make_app
from tests.stands.own_loop import run_in_own_loop
from tests.unit.handlers.notifications.samples import PAGERDUTY, context, single

PAGER = "arn:aws:sns:eu-central-1:000000000000:pager"
DUTY = Channel(kind=ChannelKind.TEAMS, targets=("duty",))
MAIL = Channel(kind=ChannelKind.MAIL, targets=("orders@example.com", "team@example.com"))
SLACK = Channel(kind=ChannelKind.SLACK, targets=("orders",))
TO_DUTY = Escalation(after=timedelta(hours=1), channels=(DUTY,))
ORDERS = Owner(name="orders", channels=(MAIL, SLACK), escalations=(TO_DUTY,))
BANK = Owner(name="bank", channels=(DUTY, Channel(kind=ChannelKind.SNS, targets=(PAGER,))))
OWNERS = Owners(owners={"orders": ORDERS, "bank": BANK}, default="orders")
HOSTILE = "<img src=x onerror=alert(1)> & </pre>"
MAIL_FILE = """\
Delivered-To: team@example.com
Delivered-To: orders@example.com
Subject: =?utf-8?q?3_files_stuck_in_=C3=9Cbergabe?=
References: <story@example.com>
MIME-Version: 1.0
Content-Type: multipart/alternative; boundary="="

--=
Content-Type: text/plain; charset="utf-8"

3 files <b>stuck</b>
--=
Content-Type: text/html; charset="utf-8"

<p>3 files <b>stuck</b><script>alert(1)</script></p>
--=--
"""


class Client:
    """Posts to a receiver, and reads what arrived."""

    def __init__(self, app: Starlette) -> None:
        self._transport = httpx.ASGITransport(app)
        self.get, self.post = partial(self._ask, "GET"), partial(self._ask, "POST")

    def _ask(self, method: str, path: str, **options: Any) -> httpx.Response:
        async def ask() -> httpx.Response:
            async with httpx.AsyncClient(transport=self._transport, base_url="http://127.0.0.1") as client:
                return await client.request(method, path, **options)

        return run_in_own_loop(ask)

    def arrived(self, **query: str) -> list[dict[str, Any]]:
        return list(self.get("/messages.json", params=query).json())


@pytest.fixture
def client(tmp_path: Path) -> Client:
    return Client(make_app(Inbox(OWNERS, tmp_path), "http://127.0.0.1:1"))


def _card(text: str) -> dict[str, Any]:
    block = {"type": "RichTextBlock", "inlines": [{"type": "TextRun", "text": text}]}
    return {"type": "message", "attachments": [{"content": {"type": "AdaptiveCard", "body": [block]}}]}


def test_each_owner_has_a_list_with_the_newest_first(client: Client, tmp_path: Path) -> None:
    client.post("/slack/orders", json={"text": "first"})
    (tmp_path / "old.eml").write_text(MAIL_FILE)
    os.utime(tmp_path / "old.eml", (1_000_000_000, 1_000_000_000))
    client.post("/teams/duty", json=_card("second"))
    assert [one["subject"] for one in client.arrived()] == ["second", "first", "3 files stuck in Übergabe"]
    # The same channel notifies one owner at once, and the other when it escalates.
    assert client.arrived()[0]["owners"] == ["orders", "bank"]
    assert [one["subject"] for one in client.arrived(owner="bank")] == ["second"]
    page = client.get("/", params={"owner": "bank"}).text
    assert "<strong>second</strong>" in page
    assert "<strong>first</strong>" not in page
    assert client.get("/count").text == "3"
    assert "No notifications to nobody yet." in client.get("/", params={"owner": "nobody"}).text


def test_a_topic_is_its_owners(client: Client) -> None:
    for topic in (PAGER, "arn:aws:sns:eu-central-1:000000000000:file-sla-dev-owner-orders"):
        envelope = {"Type": "Notification", "MessageId": f"of-{topic}", "TopicArn": topic}
        # SNS posts its JSON as text.
        body = json.dumps(envelope | {"Subject": "3 files stuck", "Message": "one\ntwo"})
        headers = {"Content-Type": "text/plain; charset=UTF-8"}
        assert client.post("/sns", content=body, headers=headers).status_code == 200
    (of_stack,) = client.arrived(owner="orders")
    (of_pager,) = client.arrived(owner="bank")
    assert (of_pager["subject"], of_stack["text"]) == ("3 files stuck", "one\ntwo")


def test_a_mail_can_be_read_as_text_and_as_html_that_runs_nothing(client: Client, tmp_path: Path) -> None:
    (tmp_path / "mail-1.eml").write_text(MAIL_FILE)
    (tmp_path / "mail-2.new").write_text("half of a")
    (mail,) = client.arrived(owner="orders")
    assert mail["text"] == "3 files <b>stuck</b>"
    assert "References: <story@example.com>" in mail["source"]
    page = client.get("/").text
    assert "3 files &lt;b&gt;stuck&lt;/b&gt;" in page
    assert "/messages/mail-1/mail" in page
    html = client.get("/messages/mail-1/mail")
    assert "<b>stuck</b>" in html.text
    policy = html.headers["Content-Security-Policy"]
    assert policy.startswith("sandbox ")
    assert "default-src 'none'" in policy
    assert "allow-scripts" not in policy


def test_nothing_that_arrives_becomes_part_of_the_page(client: Client) -> None:
    client.post("/slack/orders", json={"text": HOSTILE.replace("&", "&amp;").replace("<", "&lt;")})
    client.post("/teams/duty", json=_card(HOSTILE))
    assert {one["subject"] for one in client.arrived()} == {HOSTILE}
    answer = client.get("/")
    assert "<img" not in answer.text
    assert answer.text.count("</pre>") == 4
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    # Nor does a page from elsewhere read it.
    assert client.get("/", headers={"Host": "evil.example.com"}).status_code == 400


@pytest.mark.parametrize("kind", [NotificationKind.NEW, NotificationKind.ACKNOWLEDGED, NotificationKind.BACK])
def test_on_call_services_refuse_what_is_wrong(client: Client, kind: NotificationKind) -> None:
    sent = single(kind, PAGERDUTY)
    document = write_document(sent, context())
    event = render_pagerduty(document, sent.recipient, KEYS[ChannelKind.PAGERDUTY])
    assert client.post("/pagerduty/on-call", json=event).status_code == 202
    wrong: Any
    for wrong in ({**event, "routing_key": "0" * 32}, {**event, "event_action": "open"}, []):
        assert client.post("/pagerduty/on-call", json=wrong).status_code == 400
    signed = client.post("/webhook/tickets", json=render_webhook(document, sent.recipient))
    assert (signed.status_code, signed.json()["message"]) == (400, "Missing required headers")
    [arrived] = client.arrived()
    assert arrived["subject"].startswith(document.subject)
