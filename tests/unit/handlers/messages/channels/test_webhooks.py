"""What is sent to Slack and Teams, and what their answers mean."""

import json
import re
import socket
from datetime import timedelta

import pytest
import urllib3

from contract.owners.model import Channel
from contract.words import MessageKind
from handlers.messages.channels import posting, slack
from handlers.messages.channels.errors import ChannelError, DeliveryError
from handlers.messages.channels.posting import Poster
from handlers.messages.channels.slack import SlackChannel
from handlers.messages.channels.webhooks import KEPT_SECONDS, Webhooks
from handlers.messages.rendering.writing import write_document
from tests.unit.handlers.messages.channels.sending import make_channels
from tests.unit.handlers.messages.channels.webhook_server import Scripted, WebhookServer, serving
from tests.unit.handlers.messages.samples import SLACK, TEAMS, context, digest, recipient, single

BOTH = pytest.mark.parametrize("channel", [SLACK, TEAMS], ids=["slack", "teams"])


def send(server: WebhookServer, channel: Channel, kind: MessageKind = MessageKind.BEGIN) -> None:
    message = single(kind, channel)
    channels = make_channels({channel.targets[0]: server.address})
    assert channels.deliver(message, context(*message.lines)) == message


@pytest.fixture(autouse=True)
def _no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slack, "_SECONDS_APART", 0.0)


@BOTH
@pytest.mark.parametrize("kind", MessageKind)
def test_every_kind_arrives_as_json(channel: Channel, kind: MessageKind) -> None:
    with serving(Scripted(202)) as server:
        send(server, channel, kind)
        (payload,) = server.payloads
    assert ("blocks" in payload) is (channel is SLACK)
    assert ("attachments" in payload) is (channel is TEAMS)


@BOTH
@pytest.mark.parametrize("status", [500, 502, 503, 504, 408, 429, 413])
def test_what_may_pass_is_tried_again(channel: Channel, status: int) -> None:
    with serving(Scripted(status)) as server, pytest.raises(DeliveryError, match=str(status)) as caught:
        send(server, channel)
    # A gateway that got no answer may have handed the message on.
    assert caught.value.in_doubt is (status in (502, 504))


@BOTH
@pytest.mark.parametrize("status", [301, 302, 307, 401, 403, 404, 405, 410])
def test_what_no_retry_mends_says_how_to_mend_it(channel: Channel, status: int) -> None:
    answer = Scripted(status, headers={"Location": "http://127.0.0.1:1/elsewhere"})
    with serving(answer) as server:
        with pytest.raises(ChannelError, match=rf"{status}.*webhooks\.{channel.targets[0]}.*pulumi up"):
            send(server, channel)
        # A redirect is not followed.
        assert len(server.bodies) == 1


@pytest.mark.parametrize(
    ("status", "body"), [(404, "no_service"), (410, "channel_is_archived"), (403, "action_prohibited")]
)
def test_slacks_own_word_is_told(status: int, body: str) -> None:
    with serving(Scripted(status, body)) as server, pytest.raises(ChannelError, match=body):
        send(server, SLACK)


@pytest.mark.parametrize("code", ["WorkflowTriggerIsNotEnabled", "DirectApiAuthorizationRequired"])
def test_a_workflow_that_is_switched_off_is_permanent(code: str) -> None:
    body = json.dumps({"error": {"code": code, "message": "see https://secret.example.com/sig"}})
    with serving(Scripted(400, body)) as server, pytest.raises(ChannelError, match=code) as caught:
        send(server, TEAMS)
    assert "secret.example" not in str(caught.value)


def test_another_400_of_teams_may_pass() -> None:
    body = json.dumps({"error": {"code": "TriggerInputSchemaMismatch"}})
    with serving(Scripted(400, body)) as server, pytest.raises(DeliveryError, match="InputSchemaMismatch"):
        send(server, TEAMS)


def test_blocks_that_slack_does_not_take_are_sent_as_plain_text() -> None:
    with serving(Scripted(400, "invalid_blocks"), Scripted(200)) as server:
        send(server, SLACK)
        first, second = server.payloads
    assert "blocks" in first
    assert "blocks" not in second
    assert "D:\\Inbound\\Orders on FILES01" in second["text"]


def test_plain_text_that_slack_does_not_take_either_may_pass() -> None:
    with serving(Scripted(400, "invalid_payload")) as server:
        with pytest.raises(DeliveryError, match="400 invalid_payload"):
            send(server, SLACK)
        assert len(server.bodies) == 2


@BOTH
@pytest.mark.parametrize(
    ("told", "wait"),
    [
        ("30", timedelta(seconds=30)),
        ("999999", timedelta(hours=1)),
        ("9" * 40, None),
        ("Thu, 26 Nov 2026 09:00:00 GMT", None),
        ("-1", None),
        ("", None),
    ],
)
def test_it_is_told_for_how_long_to_wait(channel: Channel, told: str, wait: timedelta | None) -> None:
    with (
        serving(Scripted(429, "rate_limited", {"Retry-After": told})) as server,
        pytest.raises(DeliveryError) as caught,
    ):
        send(server, channel)
    assert caught.value.retry_after == wait


@BOTH
def test_a_webhook_that_hangs_is_given_up(channel: Channel, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(posting, "_TIMEOUT", urllib3.Timeout(connect=3, read=0.2))
    with serving() as server:
        server.hangs = True
        with pytest.raises(DeliveryError, match="did not answer in time") as caught:
            send(server, channel)
    assert caught.value.in_doubt


@BOTH
def test_a_webhook_that_is_not_there_may_come_back(channel: Channel) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{free.getsockname()[1]}/services/T0SECRET"
        message = single(MessageKind.BEGIN, channel)
        with pytest.raises(DeliveryError, match="could not be reached") as caught:
            make_channels({channel.targets[0]: address}).deliver(message, context())
        assert not caught.value.in_doubt


def test_proxies_of_the_environment_are_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("http_proxy", "HTTP_PROXY", "all_proxy", "https_proxy"):
        monkeypatch.setenv(variable, "http://127.0.0.1:1")
    with serving() as server:
        send(server, SLACK)
        assert len(server.bodies) == 1


def test_an_answer_without_end_is_not_read_to_its_end() -> None:
    with serving(Scripted(500, "x" * 1_000_000)) as server, pytest.raises(DeliveryError) as caught:
        send(server, SLACK)
    assert len(str(caught.value)) < 200


def test_slack_is_sent_one_message_a_second_by_webhook(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slack, "_SECONDS_APART", 1.0)
    now, slept = [100.0], list[float]()
    addresses = {"orders": "", "bank": ""}
    with serving() as server:
        webhooks = Webhooks(lambda: json.dumps(dict.fromkeys(addresses, server.address)))
        channel = SlackChannel(webhooks, Poster(), clock=lambda: now[0], sleep=slept.append)
        message = single(MessageKind.BEGIN, SLACK)
        document = write_document(message, context())
        channel.send(message.recipient, document)
        channel.send(message.recipient, document)
        now[0] += 0.5
        channel.send(message.recipient, document)
        channel.send(recipient(Channel(kind=SLACK.kind, targets=("bank",))), document)
        now[0] += 60
        channel.send(message.recipient, document)
    assert slept == [1.0, 1.5]


def test_a_digest_says_what_of_it_was_delivered() -> None:
    whole = digest(SLACK)
    with serving() as server:
        part = make_channels({"orders": server.address}).deliver(whole, context(*whole.lines))
    assert set(part.lines) == set(whole.lines)
    assert part.recipient == whole.recipient


def test_a_webhook_without_an_address_is_refused_by_name() -> None:
    with pytest.raises(ChannelError, match=r"webhook orders .*'webhooks\.orders'"):
        make_channels({"bank": "https://example.com"}).deliver(single(MessageKind.BEGIN, SLACK), context())


def test_addresses_are_read_again_after_some_minutes() -> None:
    now, secrets = (
        [0.0],
        iter(['{"orders": "https://one.example.com"}', '{"orders": "https://two.example.com"}']),
    )
    webhooks = Webhooks(lambda: next(secrets), clock=lambda: now[0])
    assert webhooks.find("orders") == webhooks.find("orders") == "https://one.example.com"
    now[0] = KEPT_SECONDS
    assert webhooks.find("orders") == "https://two.example.com"


@pytest.mark.parametrize("secret", ["{", "[]", "null", '"https://hooks.example.com/secret"'])
def test_a_secret_that_is_none_may_be_mended_and_is_not_told(secret: str) -> None:
    with pytest.raises(DeliveryError) as caught:
        Webhooks(lambda: secret).find("orders")
    assert not re.search(r"hooks\.|/secret", str(caught.value))
    assert caught.value.__context__ is None


def test_a_stack_without_webhooks_has_an_empty_secret() -> None:
    with pytest.raises(ChannelError):
        Webhooks(lambda: "").find("orders")
