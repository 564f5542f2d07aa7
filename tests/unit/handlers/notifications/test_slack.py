"""A notification in Slack: Slack takes it, and obeys no name in it.

Slack publishes no schema; the models of its own library know each block with its limits.
"""

import json
from html import unescape
from typing import Any

import pytest
from hypothesis import given
from slack_sdk.errors import SlackObjectFormationError
from slack_sdk.models.blocks import Block

from contract.words import NotificationKind
from handlers.notifications.delivery import encode_body
from handlers.notifications.document import RenderContext
from handlers.notifications.situation import Notification
from handlers.notifications.slack import MAX_BLOCKS, fits, render_plainly, render_slack
from handlers.notifications.writing import write_document, write_what_fits
from tests.unit.handlers.notifications.hostile import notifications
from tests.unit.handlers.notifications.samples import (
    DASHBOARD,
    DOCS,
    SLACK,
    context,
    digest,
    list_phrases,
    single,
    walk,
)


def find_faults(blocks: list[dict[str, Any]]) -> list[str]:
    """What Slack's library does not know, drops, or finds too long."""
    if len(blocks) > MAX_BLOCKS:
        return [f"{len(blocks)} blocks"]
    faults = []
    for block in blocks:
        try:
            parsed = Block.parse(block)
            if parsed is None or parsed.to_dict() != block:
                faults.append(f"not all of it is known: {block}")
        except SlackObjectFormationError as error:
            faults.append(f"{error}: {block}")
    return faults


@given(notifications(channel=SLACK))
def test_slack_takes_any_names_and_obeys_none(sent: tuple[Notification, RenderContext]) -> None:
    document = write_what_fits(*sent, fits)
    [attachment] = json.loads(encode_body(render_slack(document)))["attachments"]
    assert find_faults(attachment["blocks"]) == []
    objects = list(walk(attachment["blocks"]))
    assert not any(one.get("type") in ("mrkdwn", "plain_text") for one in objects)
    names = [one["text"] for one in objects if one.get("type") == "text" and one.get("style", {}).get("code")]
    assert sorted(names) == sorted(list_phrases(document))
    links = [one["url"] for one in objects if one.get("type") == "link"]
    assert all(link.startswith((DASHBOARD, DOCS)) for link in links)


@given(notifications(channel=SLACK))
def test_the_texts_beside_the_blocks_mention_and_link_nobody(
    sent: tuple[Notification, RenderContext],
) -> None:
    document = write_document(*sent)
    fallback, plain = render_slack(document), render_plainly(document)["text"]
    # Links and mentions are written with these.
    assert not {"<", ">"} & {*fallback["text"], *plain}
    assert "://" not in fallback["text"]
    assert fallback["mrkdwn"] is False
    first = unescape(fallback["text"]).replace("\u2060", "").partition("\n")[0]
    assert first == f"{document.sign} {document.subject}".replace("\u2060", "")
    assert len(plain) <= 20_000


@pytest.mark.parametrize("kind", [*NotificationKind, None])
def test_every_kind_has_its_subject_and_headline(kind: NotificationKind | None) -> None:
    sent = single(kind, SLACK) if kind else digest(SLACK)
    document = write_document(sent, context(*sent.notices))
    payload = render_slack(document)
    assert payload["text"].startswith(f"{document.sign} {document.subject}\n")
    [attachment] = payload["attachments"]
    assert attachment["color"] in ("#b3261e", "#9a6700", "#1a7f37")
    assert find_faults(attachment["blocks"]) == []
