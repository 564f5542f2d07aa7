"""PagerDuty and webhooks: requests by the published schema and the specification's own library."""

import base64
import json
from dataclasses import replace
from typing import Any, Final

import pytest
from hypothesis import given
from jsonschema import Draft202012Validator, FormatChecker
from standardwebhooks import Webhook, WebhookVerificationError

from contract.names import ROOT
from contract.owners.model import Channel
from contract.words import ENDS, NotificationKind
from handlers.notifications.delivery import ChannelError
from handlers.notifications.document import RenderContext
from handlers.notifications.pagerduty import MAX_KEY, MAX_SUMMARY, render_pagerduty
from handlers.notifications.plan import MOST_EVENTS, plan, record_delivery
from handlers.notifications.situation import Notification, Situation
from handlers.notifications.webhook import render_webhook
from handlers.notifications.writing import write_document
from local.receiver.inbox import PAGERDUTY_EVENT
from store.notifications import RecipientState
from tests.oracles.notifications.fixtures import MINUTE, START, an_incident
from tests.unit.handlers.notifications.hostile import notifications
from tests.unit.handlers.notifications.samples import (
    MAIL,
    PAGERDUTY,
    SLACK,
    TEAMS,
    TOPIC,
    WEBHOOK,
    context,
    recipient,
    single,
)
from tests.unit.handlers.notifications.webhook_server import FakeClient, make_media, serving

SCHEMA: Final = Draft202012Validator(
    json.loads((ROOT / "docs" / "webhook.schema.json").read_text()), format_checker=FormatChecker()
)
EVENT: Final = Draft202012Validator(PAGERDUTY_EVENT)
OLD, NEW = (f"whsec_{base64.b64encode(letter * 24).decode()}" for letter in (b"a", b"b"))
ROUTING_KEY: Final = "0123456789abcdef0123456789abcdef"


def as_event(sent: Notification, known: RenderContext) -> dict[str, Any]:
    return render_pagerduty(write_document(sent, known), sent.recipient, ROUTING_KEY)


@given(notifications(most=1))
def test_any_event_is_as_pagerduty_publishes_it(sent: tuple[Notification, RenderContext]) -> None:
    event = as_event(*sent)
    assert list(EVENT.iter_errors(event)) == []
    assert len(event["dedup_key"]) <= MAX_KEY
    assert len(event["payload"]["summary"]) <= MAX_SUMMARY


@given(notifications(most=1))
def test_any_document_is_as_the_schema_says(sent: tuple[Notification, RenderContext]) -> None:
    document = render_webhook(write_document(*sent), sent[0].recipient)
    assert list(SCHEMA.iter_errors(json.loads(json.dumps(document)))) == []


@pytest.mark.parametrize("kind", NotificationKind)
def test_what_begins_triggers_and_what_ends_resolves_the_same_alert(kind: NotificationKind) -> None:
    sent = single(kind, PAGERDUTY)
    event = as_event(sent, context(*sent.notices))
    over = ENDS | {NotificationKind.BACK, NotificationKind.READABLE}
    actions = {NotificationKind.ACKNOWLEDGED: "acknowledge"} | dict.fromkeys(over, "resolve")
    assert event["event_action"] == actions.get(kind, "trigger")
    assert (event["payload"]["severity"] == "critical") is (kind is NotificationKind.ESCALATED)
    if sent.notices[0].incident:
        assert event["dedup_key"] == "incident#a1"
        assert event["links"][0]["href"].endswith("/?incident=a1")
        assert event["payload"]["custom_details"]["SLA"] == "20 min"


def test_a_server_and_its_unreadable_folder_are_two_alerts() -> None:
    kinds = (NotificationKind.SILENT, NotificationKind.UNREADABLE)
    assert len({as_event(single(kind), context())["dedup_key"] for kind in kinds}) == 2


def test_pagerduty_gets_the_key_in_the_body_and_not_in_the_address() -> None:
    sent = single(NotificationKind.NEW, PAGERDUTY)
    with serving() as server:
        make_media({"on-call": f"{server.address}#{ROUTING_KEY}"}).deliver(sent, context())
        [event] = server.payloads
    assert event["routing_key"] == ROUTING_KEY


@pytest.mark.parametrize("secrets", [NEW, f"{NEW},{OLD}"])
def test_a_webhook_is_signed_with_each_secret(secrets: str) -> None:
    sent = replace(single(NotificationKind.NEW, WEBHOOK), event_id="event-1")
    with serving() as server:
        make_media({"tickets": f"{server.address}#{secrets}"}).deliver(sent, context())
        [body], [headers] = server.bodies, server.headers
    assert Webhook(NEW).verify(body, headers)["type"] == "file_sla.new"
    if OLD in secrets:
        assert Webhook(OLD).verify(body, headers)
    else:
        with pytest.raises(WebhookVerificationError):
            Webhook(OLD).verify(body, headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(NEW).verify(body + b" ", headers)


@pytest.mark.parametrize("fragment", ["", "#", "#whsec_?"])
def test_a_webhook_without_a_secret_is_disabled(fragment: str) -> None:
    with pytest.raises(ChannelError, match="tickets"):
        make_media({"tickets": f"https://example.com/{fragment}"}).deliver(
            single(NotificationKind.NEW, WEBHOOK), context()
        )


@pytest.mark.parametrize("channel", [PAGERDUTY, WEBHOOK])
def test_they_get_single_events_of_a_storm_each_with_an_id_that_stays(channel: Any) -> None:
    to = recipient(channel)
    incidents = {str(one): an_incident(str(one)) for one in range(150)}

    def at(minute: int) -> Situation:
        return Situation(now=START + minute * MINUTE, incidents=incidents)

    state = plan(to, RecipientState(), at(0)).state
    first = plan(to, state, at(2))
    assert [len(one.notices) for one in first.notifications] == [1] * MOST_EVENTS
    ids = [one.event_id for one in first.notifications]
    assert [one.event_id for one in plan(to, first.state, at(3)).notifications] == ids
    state = first.state
    for one in first.notifications:
        state = record_delivery(state, one, at(2).now)
    rest = plan(to, state, at(3)).notifications
    assert len(rest) == 50
    assert len({*ids, *(one.event_id for one in rest)}) == 150


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
    if channel is WEBHOOK:
        assert list(SCHEMA.iter_errors(sent)) == []
    if channel is PAGERDUTY:
        assert list(EVENT.iter_errors(sent)) == []
        assert (sent["event_action"], sent["payload"]["severity"]) == ("trigger", "info")


def test_a_test_that_fails_says_why() -> None:
    assert "has no address" in make_media().test(recipient(SLACK), context())
