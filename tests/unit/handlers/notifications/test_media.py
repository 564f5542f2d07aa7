"""Slack, Teams, PagerDuty and webhooks: each takes what is rendered for it, and obeys no name in it.

Judged by software of others: the models of Slack's own library, the schema of Adaptive Cards, what PagerDuty
publishes, and the library of the Standard Webhooks specification.
"""

import base64
import json
from html import unescape
from importlib.resources import files
from typing import Any, Final

import pytest
from hypothesis import given
from jsonschema import Draft6Validator, Draft202012Validator, FormatChecker
from slack_sdk.errors import SlackObjectFormationError
from slack_sdk.models.blocks import Block
from standardwebhooks import Webhook, WebhookVerificationError

from contract.names import ROOT
from contract.owners.model import Channel
from contract.words import ENDS, NotificationKind
from handlers.notifications import slack, teams
from handlers.notifications.delivery import ChannelError, encode_body
from handlers.notifications.document import RenderContext
from handlers.notifications.pagerduty import MAX_KEY, MAX_SUMMARY, render_pagerduty
from handlers.notifications.plan import MOST_EVENTS, Notification, plan, record_delivery
from handlers.notifications.situation import Situation
from handlers.notifications.webhook import render_webhook
from handlers.notifications.writing import write_document, write_what_fits
from local.receiver.inbox import PAGERDUTY_EVENT
from store.notifications import RecipientState
from tests.oracles.notifications.fixtures import MINUTE, START, an_incident
from tests.unit.handlers.notifications.hostile import notifications
from tests.unit.handlers.notifications.samples import (
    DASHBOARD,
    DOCS,
    MAIL,
    PAGERDUTY,
    SLACK,
    TEAMS,
    TOPIC,
    WEBHOOK,
    context,
    list_phrases,
    recipient,
    single,
    walk,
)  # fmt: skip
from tests.unit.handlers.notifications.webhook_server import FakeClient, make_media, serving

CARD: Final = Draft6Validator(
    json.loads((files("adaptive_cards") / "schemas" / "schema-1.4.json").read_text())
)
SCHEMA: Final = Draft202012Validator(
    json.loads((ROOT / "docs" / "webhook.schema.json").read_text()), format_checker=FormatChecker()
)
EVENT: Final = Draft202012Validator(PAGERDUTY_EVENT)
OLD, NEW = (f"whsec_{base64.b64encode(letter * 24).decode()}" for letter in (b"a", b"b"))
ROUTING_KEY: Final = "0123456789abcdef0123456789abcdef"


def of_kind(kind: NotificationKind, channel: Channel) -> tuple[Notification, RenderContext]:
    sent = single(kind, channel)
    return sent, context(*sent.notices)


@given(notifications(channel=SLACK))
def test_slack_takes_any_names_and_obeys_none(sent: tuple[Notification, RenderContext]) -> None:
    document = write_what_fits(*sent, slack.fits)
    payload = json.loads(encode_body(slack.render_slack(document)))
    [attachment] = payload["attachments"]
    assert len(attachment["blocks"]) <= slack.MAX_BLOCKS
    for block in attachment["blocks"]:
        try:
            parsed = Block.parse(block)
            assert parsed is not None
            assert parsed.to_dict() == block, "all of it is known"
        except SlackObjectFormationError as error:
            pytest.fail(f"{error}: {block}")
    objects = list(walk(attachment["blocks"]))
    assert not any(one.get("type") in ("mrkdwn", "plain_text") for one in objects)
    names = [one["text"] for one in objects if one.get("type") == "text" and one.get("style", {}).get("code")]
    assert sorted(names) == sorted(list_phrases(document))
    links = [one["url"] for one in objects if one.get("type") == "link"]
    assert all(link.startswith((DASHBOARD, DOCS)) for link in links)
    # The texts beside the blocks mention and link nobody: that is written with these.
    plain = slack.render_plainly(document)["text"]
    assert not {"<", ">"} & {*payload["text"], *plain}
    assert "://" not in payload["text"]
    assert (payload["mrkdwn"], attachment["color"]) == (False, document.tone.colour)
    first = unescape(payload["text"]).replace("\u2060", "").partition("\n")[0]
    assert first == f"{document.sign} {document.subject}".replace("\u2060", "")
    assert len(plain) <= 20_000


@given(notifications(channel=TEAMS))
def test_teams_shows_any_names_and_obeys_none(sent: tuple[Notification, RenderContext]) -> None:
    document = write_what_fits(*sent, teams.fits)
    payload = json.loads(encode_body(teams.render_teams(document)))
    assert payload["type"] == "message"
    [attachment] = payload["attachments"]
    card = attachment["content"]
    objects = [one for one in walk(card) if "type" in one]
    # Teams documents this property; it belongs to Teams and not to Adaptive Cards.
    assert card.pop("msteams") == {"width": "Full"}
    assert (card["version"], attachment["contentType"]) == ("1.4", "application/vnd.microsoft.card.adaptive")
    assert [error.message for error in CARD.iter_errors(card)] == []
    names = [one["text"] for one in objects if one.get("fontType") == "Monospace"]
    assert sorted(names) == sorted(list_phrases(document))
    links = [one["url"] for one in objects if one["type"] == "Action.OpenUrl"]
    assert all(link.startswith((DASHBOARD, DOCS)) for link in links)
    assert all(name not in card["fallbackText"] for name in names if len(name) > 20)


def as_event(sent: Notification, known: RenderContext) -> dict[str, Any]:
    return render_pagerduty(write_document(sent, known), sent.recipient, ROUTING_KEY)


@given(notifications(most=1))
def test_any_event_is_as_pagerduty_and_the_schema_say(sent: tuple[Notification, RenderContext]) -> None:
    event = as_event(*sent)
    assert list(EVENT.iter_errors(event)) == []
    assert len(event["dedup_key"]) <= MAX_KEY
    assert len(event["payload"]["summary"]) <= MAX_SUMMARY
    document = render_webhook(write_document(*sent), sent[0].recipient)
    assert list(SCHEMA.iter_errors(json.loads(json.dumps(document)))) == []


@pytest.mark.parametrize("kind", NotificationKind)
def test_what_begins_triggers_and_what_ends_resolves_the_same_alert(kind: NotificationKind) -> None:
    sent, known = of_kind(kind, PAGERDUTY)
    event = as_event(sent, known)
    over = ENDS | {NotificationKind.BACK, NotificationKind.READABLE, NotificationKind.NOT_EXPECTED}
    actions = {NotificationKind.ACKNOWLEDGED: "acknowledge"} | dict.fromkeys(over, "resolve")
    assert event["event_action"] == actions.get(kind, "trigger")
    assert (event["payload"]["severity"] == "critical") is (kind is NotificationKind.ESCALATED)
    if sent.notices[0].incident:
        assert event["dedup_key"] == "incident#a1"
        assert event["client_url"].endswith("/?incident=a1")
        assert event["payload"]["custom_details"]["SLA"] == "20 min"


def test_a_server_and_its_unreadable_folder_are_two_alerts() -> None:
    kinds = (NotificationKind.SILENT, NotificationKind.UNREADABLE)
    assert len({as_event(single(kind), context())["dedup_key"] for kind in kinds}) == 2


def test_pagerduty_gets_the_key_in_the_body_and_not_in_the_address() -> None:
    with serving() as server:
        media = make_media({"on-call": f"{server.address}#{ROUTING_KEY}"})
        media.deliver(*of_kind(NotificationKind.NEW, PAGERDUTY))
        [event] = server.payloads
    assert event["routing_key"] == ROUTING_KEY


@pytest.mark.parametrize("secrets", [NEW, f"{NEW},{OLD}"])
def test_a_webhook_is_signed_with_each_secret(secrets: str) -> None:
    with serving() as server:
        media = make_media({"tickets": f"{server.address}#{secrets}"})
        media.deliver(*of_kind(NotificationKind.NEW, WEBHOOK))
        [body], [headers] = server.bodies, server.headers
    for secret in (OLD, NEW):
        if secret in secrets:
            assert Webhook(secret).verify(body, headers)["type"] == "file_sla.new"
        for content in (body, body + b" ") if secret not in secrets else (body + b" ",):
            with pytest.raises(WebhookVerificationError):
                Webhook(secret).verify(content, headers)


@pytest.mark.parametrize("fragment", ["", "#", "#whsec_?"])
def test_a_webhook_without_a_secret_is_disabled(fragment: str) -> None:
    media = make_media({"tickets": f"https://example.com/{fragment}"})
    with pytest.raises(ChannelError, match="tickets"):
        media.deliver(*of_kind(NotificationKind.NEW, WEBHOOK))


def test_they_get_single_events_of_a_storm_each_with_an_id_that_stays() -> None:
    to = recipient(WEBHOOK)
    incidents = {str(one): an_incident(str(one)) for one in range(150)}

    def send(state: RecipientState, minute: int) -> tuple[RecipientState, list[str]]:
        due = plan(to, state, Situation(now=START + minute * MINUTE, incidents=incidents))
        assert all(len(one.notices) == 1 for one in due.notifications)
        with serving() as server:
            media = make_media({"tickets": f"{server.address}#{NEW}"})
            for one in due.notifications:
                media.deliver(one, context())
            return due.state, [headers["webhook-id"] for headers in server.headers]

    state, _ = send(RecipientState(), 0)
    tried, ids = send(state, 2)
    assert len(set(ids)) == MOST_EVENTS
    assert send(tried, 3)[1] == ids
    for one in plan(to, state, Situation(now=START + 2 * MINUTE, incidents=incidents)).notifications:
        tried = record_delivery(tried, one, START + 2 * MINUTE)
    _, rest = send(tried, 3)
    assert len({*ids, *rest}) == 150


@pytest.mark.parametrize("channel", [MAIL, SLACK, TEAMS, TOPIC, PAGERDUTY, WEBHOOK], ids=lambda one: one.kind)
def test_a_test_is_marked_as_one_in_every_medium(channel: Channel) -> None:
    client = FakeClient()
    with serving() as server:
        keys = {PAGERDUTY: f"#{ROUTING_KEY}", WEBHOOK: f"#{NEW}"}
        addresses = {channel.targets[0]: server.address + keys.get(channel, "")}
        media = make_media(addresses, mail=client, topics=client)
        assert media.test(recipient(channel), context()) == ""
        [sent] = server.payloads or client.calls
    assert "TEST: a notification for orders" in str(sent)
    assert channel is not WEBHOOK or list(SCHEMA.iter_errors(sent)) == []
    if channel is PAGERDUTY:
        assert list(EVENT.iter_errors(sent)) == []
        assert (sent["event_action"], sent["payload"]["severity"]) == ("trigger", "info")
