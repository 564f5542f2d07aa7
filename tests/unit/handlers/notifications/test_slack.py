"""A message to Slack: names stand where Slack obeys nothing, and every kind says what and where."""

import json
from collections.abc import Iterator
from html import unescape
from typing import Any

import pytest
from hypothesis import given

from contract.words import MessageKind
from handlers.notifications.delivery import encode_body
from handlers.notifications.document import RenderContext
from handlers.notifications.situation import Notification
from handlers.notifications.slack import MAX_BLOCKS_CHARACTERS, SlackChannel, render_plainly, render_slack
from handlers.notifications.writing import write_document, write_what_fits
from tests.unit.handlers.notifications.hostile import notifications
from tests.unit.handlers.notifications.samples import DASHBOARD, DOCS, SLACK, context, digest, single
from tests.unit.handlers.notifications.test_mail import list_phrases


def walk(value: Any) -> Iterator[dict[str, Any]]:
    """Every object of a payload."""
    if isinstance(value, dict):
        yield value
        value = list(value.values())
    if isinstance(value, list):
        for one in value:
            yield from walk(one)


@given(notifications(channel=SLACK))
def test_names_stand_where_nothing_is_obeyed(told: tuple[Notification, RenderContext]) -> None:
    part, document = write_what_fits(*told, SlackChannel.fits)
    payload = json.loads(encode_body(render_slack(document)))
    objects = list(walk(payload["blocks"]))
    assert not any(one.get("type") == "mrkdwn" for one in objects)
    (header,) = (one for one in objects if one.get("type") == "plain_text")
    assert header["emoji"] is False
    names = [one["text"] for one in objects if one.get("type") == "text" and one.get("style", {}).get("code")]
    assert sorted(names) == sorted(list_phrases(document))
    assert not any(name in header["text"] for name in names if len(name) > 20)
    links = [one["url"] for one in objects if one.get("type") == "link"]
    assert all(link.startswith((DASHBOARD, DOCS)) for link in links)
    assert len(part.notices) >= 1


@given(notifications(channel=SLACK))
def test_the_fallback_reads_as_the_subject(told: tuple[Notification, RenderContext]) -> None:
    document = write_document(*told)
    payload = render_slack(document)
    # Links and mentions are written with these.
    assert "<" not in payload["text"]
    assert "://" not in payload["text"]
    assert payload["mrkdwn"] is False
    assert unescape(payload["text"]).replace("\u2060", "") == document.subject.replace("\u2060", "")


@given(notifications(channel=SLACK))
def test_the_plain_message_mentions_and_links_nobody(told: tuple[Notification, RenderContext]) -> None:
    text = render_plainly(write_document(*told))["text"]
    assert "<" not in text
    assert ">" not in text
    assert len(text) <= 20_000


@given(notifications(most=1, channel=SLACK))
def test_one_line_always_fits(told: tuple[Notification, RenderContext]) -> None:
    blocks = render_slack(write_document(*told))["blocks"]
    assert len(encode_body(blocks).decode()) <= MAX_BLOCKS_CHARACTERS


@pytest.mark.parametrize("kind", MessageKind)
def test_every_kind_says_what_and_where(kind: MessageKind) -> None:
    told = single(kind, SLACK)
    document = write_document(told, context(*told.notices))
    payload = render_slack(document)
    assert payload["text"] == document.subject
    assert payload["blocks"][0]["text"]["text"] == f"{document.sign} {document.headline}"


def test_a_digest_links_each_of_its_incidents() -> None:
    told = digest(SLACK)
    payload = render_slack(write_document(told, context(*told.notices)))
    links = [one["url"] for one in walk(payload) if one.get("type") == "link"]
    assert [f"{DASHBOARD}/?incident=b{number}" in links for number in range(1, 6)] == [True] * 5
