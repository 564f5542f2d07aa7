"""What is posted to the receiver arrives there, is somebody's, and can be read."""

import json
import os
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.unit.local.receiver.conftest import Client
from tests.unit.local.receiver.payloads import BLOCKS, CARD, MAIL, in_envelope


def _arrived(client: Client, **query: str) -> list[dict[str, Any]]:
    return list(client.get("/messages.json", params=query).json())


def _page(client: Client, message: dict[str, Any]) -> str:
    answer = client.get(f"/messages/{message['message_id']}")
    assert answer.status_code == 200
    return answer.text


def _publish(client: Client, topic: str, subject: str = "3 files stuck") -> httpx.Response:
    envelope = {"Type": "Notification", "MessageId": f"of-{topic}", "TopicArn": topic, "Message": "one\ntwo"}
    body = json.dumps(envelope | {"Subject": subject})
    # As SNS posts it: as text.
    return client.post("/sns", content=body, headers={"Content-Type": "text/plain; charset=UTF-8"})


def test_blocks_are_shown_as_slack_shows_them(client: Client) -> None:
    answer = client.post("/slack/orders", json={"text": "3 files stuck in Inbound", "blocks": BLOCKS})
    assert (answer.status_code, answer.text) == (200, "ok")
    (message,) = _arrived(client)
    assert message["kind"] == "slack"
    assert message["owners"] == ["orders"]
    assert message["subject"] == "3 files stuck in Inbound"
    assert message["problem"] is None
    page = _page(client, message)
    assert "<strong>Inbound</strong> on <code>FILES-02</code>" in page
    assert 'href="https://sla.example.com/?incident=1"' in page
    assert "<pre>*ORD-1*.xml</pre>" in page
    assert "<li><strong>a</strong></li>" in page
    assert "get <em>fewer</em> of these" in page
    assert message["text"].splitlines()[:3] == ["3 files stuck", "Inbound on FILES-02", "Look"]


def _header(text: str) -> bytes:
    block = {"type": "header", "text": {"type": "plain_text", "text": text}}
    return json.dumps({"blocks": [block]}).encode()


@pytest.mark.parametrize(
    ("body", "answer"),
    [
        (b"no JSON", "invalid_payload"),
        (b"[]", "invalid_payload"),
        (b"{}", "no_text"),
        (json.dumps({"blocks": [{"type": "divider"}] * 51}).encode(), "invalid_blocks"),
        (json.dumps({"blocks": [{"type": "divider", "color": "red"}]}).encode(), "invalid_blocks"),
        (json.dumps({"blocks": [{"type": "unknown"}]}).encode(), "invalid_blocks"),
        (_header("a" * 151), "invalid_blocks"),
        (json.dumps({"blocks": [{"type": "section"}]}).encode(), "invalid_blocks"),
    ],
)
def test_what_slack_refuses_is_refused_and_can_be_looked_at(client: Client, body: bytes, answer: str) -> None:
    refused = client.post("/slack/orders", content=body)
    assert (refused.status_code, refused.text) == (400, answer)
    (message,) = _arrived(client, owner="orders")
    assert message["problem"] == answer
    assert "would not show this" in _page(client, message)
    assert "not shown by Slack" in client.get("/").text


def test_a_card_is_shown_as_teams_shows_it(client: Client) -> None:
    assert client.post("/teams/duty", json=in_envelope(CARD)).status_code == 202
    (message,) = _arrived(client)
    assert message["kind"] == "teams"
    # It is where one of them is told at once, and the other when nobody looks after it.
    assert message["owners"] == ["orders", "bank"]
    assert message["subject"] == "3 files stuck"
    page = _page(client, message)
    assert "3 files <strong>stuck</strong>" in page
    assert '<span class="font-monospace">*ORD-1*.xml</span>' in page
    assert "<dt>SLA</dt><dd>30 min</dd>" in page
    assert 'class="style-attention"' in page
    assert ">Open</a>" in page


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        (b"no JSON", "not JSON"),
        (json.dumps(CARD).encode(), "type"),
        (json.dumps(in_envelope({**CARD, "version": "1.6"})).encode(), "version"),
        (json.dumps(in_envelope({**CARD, "body": [{"type": "Unknown"}]})).encode(), "body.0"),
        (json.dumps(in_envelope({**CARD, "fallbackText": "a" * 28 * 1024})).encode(), "28,672"),
    ],
)
def test_what_teams_does_not_show_is_taken_and_marked(client: Client, body: bytes, problem: str) -> None:
    assert client.post("/teams/duty", content=body).status_code == 202
    (message,) = _arrived(client)
    assert problem in message["problem"]
    assert "would not show this" in _page(client, message)


def test_a_notification_is_text(client: Client) -> None:
    assert _publish(client, "arn:aws:sns:eu-central-1:000000000000:pager").status_code == 200
    assert (
        _publish(client, "arn:aws:sns:eu-central-1:000000000000:file-sla-dev-owner-orders").status_code == 200
    )
    (of_topic,) = _arrived(client, owner="orders")
    (of_pager,) = _arrived(client, owner="bank")
    assert of_pager["subject"] == "3 files stuck"
    assert of_topic["text"] == "one\ntwo"
    assert "<pre class=\"plain\">one\ntwo</pre>" in _page(client, of_topic)  # fmt: skip


def test_whatever_else_is_posted_as_a_notification_is_refused(client: Client) -> None:
    assert client.post("/sns", content=b"{}").status_code == 400
    assert _arrived(client) == []


def test_a_mail_is_shown_in_a_frame_that_can_do_nothing(client: Client, mails: Path) -> None:
    (mails / "mail-1.eml").write_text(MAIL)
    (mails / "mail-2.new").write_text("half of a")
    (message,) = _arrived(client, owner="orders")
    assert message["kind"] == "mail"
    assert message["subject"] == "3 files stuck in Übergabe"
    assert message["facts"]["References"] == "<story@example.com>"
    assert message["text"] == "3 files <b>stuck</b>"
    page = _page(client, message)
    assert 'sandbox="allow-popups allow-popups-to-escape-sandbox"' in page
    assert "3 files &lt;b&gt;stuck&lt;/b&gt;" in page
    framed = client.get(f"/messages/{message['message_id']}/mail")
    assert "<b>stuck</b>" in framed.text
    policy = framed.headers["Content-Security-Policy"]
    assert policy.startswith("sandbox ")
    assert "allow-scripts" not in policy
    assert "default-src 'none'" in policy


def test_the_newest_is_first_and_each_owner_has_a_list(client: Client, mails: Path) -> None:
    client.post("/slack/orders", json={"text": "first"})
    (mails / "old.eml").write_text(MAIL)
    os.utime(mails / "old.eml", (1_000_000_000, 1_000_000_000))
    client.post("/teams/duty", json=in_envelope(CARD))
    assert [one["subject"] for one in _arrived(client)] == [
        "3 files stuck",
        "first",
        "3 files stuck in Übergabe",
    ]
    assert [one["kind"] for one in _arrived(client, owner="bank")] == ["teams"]
    listed = client.get("/", params={"owner": "bank"}).text
    assert ">3 files stuck</a>" in listed
    assert ">first</a>" not in listed
    assert client.get("/count").text == "3"
    assert "Nothing yet for nobody" in client.get("/", params={"owner": "nobody"}).text


def test_pages_run_nothing_but_their_own_script(client: Client) -> None:
    policy = client.get("/").headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert client.get("/static/follow.js").status_code == 200
    assert client.get("/static/style.css").status_code == 200


def test_a_host_from_elsewhere_reads_nothing(client: Client) -> None:
    assert client.get("/", headers={"Host": "evil.example.com"}).status_code == 400


@pytest.mark.parametrize("path", ["/messages/none", "/messages/none/mail"])
def test_what_is_not_there(client: Client, path: str) -> None:
    assert client.get(path).status_code == 404
