"""A card for Teams: names stand where Teams obeys nothing, and every kind is a card."""

import json
from typing import Any

import pytest
from hypothesis import given

from contract.words import MessageKind
from handlers.notifications.delivery import encode_body
from handlers.notifications.document import RenderContext
from handlers.notifications.situation import Notification
from handlers.notifications.teams import MAX_CARD_BYTES, TeamsChannel, render_teams
from handlers.notifications.writing import write_document, write_what_fits
from tests.unit.handlers.notifications.hostile import notifications
from tests.unit.handlers.notifications.samples import DASHBOARD, DOCS, TEAMS, context, digest, single
from tests.unit.handlers.notifications.test_mail import list_phrases
from tests.unit.handlers.notifications.test_slack import walk


def read_card(payload: dict[str, Any]) -> dict[str, Any]:
    (attachment,) = payload["attachments"]
    card: dict[str, Any] = attachment["content"]
    return card


@given(notifications(channel=TEAMS))
def test_names_stand_where_nothing_is_obeyed(told: tuple[Notification, RenderContext]) -> None:
    _, document = write_what_fits(*told, TeamsChannel.fits)
    card = read_card(json.loads(encode_body(render_teams(document))))
    objects = [one for one in walk(card) if "type" in one]
    names = [one["text"] for one in objects if one.get("fontType") == "Monospace"]
    assert sorted(names) == sorted(list_phrases(document))
    links = [one["url"] for one in objects if one["type"] == "Action.OpenUrl"]
    assert all(link.startswith((DASHBOARD, DOCS)) for link in links)
    assert all(name not in card["fallbackText"] for name in names if len(name) > 20)


@given(notifications(most=1, channel=TEAMS))
def test_one_line_always_fits(told: tuple[Notification, RenderContext]) -> None:
    assert len(encode_body(render_teams(write_document(*told)))) <= MAX_CARD_BYTES


@pytest.mark.parametrize("kind", MessageKind)
def test_every_kind_is_a_card_that_workflows_show(kind: MessageKind) -> None:
    told = single(kind, TEAMS)
    payload = render_teams(write_document(told, context(*told.notices)))
    assert read_card(payload)["version"] == "1.4"
    assert payload["type"] == "message"


def test_a_digest_links_each_of_its_incidents() -> None:
    told = digest(TEAMS)
    payload = render_teams(write_document(told, context(*told.notices)))
    links = [one["url"] for one in walk(payload) if one.get("type") == "Action.OpenUrl"]
    assert [f"{DASHBOARD}/?incident=b{number}" in links for number in range(1, 6)] == [True] * 5
