"""Deliveries: what each medium sends, what answers and errors mean, and that no address leaks."""

import json
import logging
import re
import socket
import traceback
from datetime import timedelta
from email import message_from_bytes
from email.policy import default
from typing import Any

import pytest
import urllib3
from botocore.exceptions import ConnectTimeoutError
from botocore.session import Session
from botocore.stub import ANY, Stubber

from contract.owners.model import Channel
from contract.words import NotificationKind
from handlers.notifications import delivery, slack
from handlers.notifications.delivery import (
    ADDRESSES_KEPT_SECONDS,
    ChannelError,
    DeliveryError,
    Webhooks,
)
from handlers.notifications.writing import write_document
from tests.unit.handlers.notifications.samples import (
    MAIL,
    SLACK,
    TEAMS,
    TOPIC,
    context,
    digest,
    recipient,
    single,
)
from tests.unit.handlers.notifications.webhook_server import (
    OWNER_TOPICS,
    FakeClient,
    Scripted,
    WebhookServer,
    make_media,
    refused,
    serving,
)

BOTH = pytest.mark.parametrize("channel", [SLACK, TEAMS], ids=["slack", "teams"])


def send(server: WebhookServer, channel: Channel, kind: NotificationKind = NotificationKind.NEW) -> None:
    notification = single(kind, channel)
    media = make_media({channel.targets[0]: server.address})
    media.deliver(notification, context(*notification.notices))


@pytest.fixture(autouse=True)
def _no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slack, "SECONDS_APART", 0.0)


@BOTH
@pytest.mark.parametrize("kind", NotificationKind)
def test_every_kind_arrives_as_json(channel: Channel, kind: NotificationKind) -> None:
    with serving(Scripted(202)) as server:
        send(server, channel, kind)
        (payload,) = server.payloads
    assert ("unfurl_links" in payload) is (channel is SLACK)
    assert ("summary" in payload) is (channel is TEAMS)


@BOTH
@pytest.mark.parametrize("status", [500, 502, 503, 504, 408, 429, 413])
def test_what_may_succeed_later_is_retried(channel: Channel, status: int) -> None:
    with serving(Scripted(status)) as server, pytest.raises(DeliveryError, match=str(status)) as caught:
        send(server, channel)
    # A gateway that got no answer may have handed the message on.
    assert caught.value.in_doubt is (status in (502, 504))


@BOTH
@pytest.mark.parametrize("status", [301, 302, 307, 401, 403, 404, 405, 410])
def test_what_no_retry_fixes_says_how_to_fix_it(channel: Channel, status: int) -> None:
    answer = Scripted(status, headers={"Location": "http://127.0.0.1:1/elsewhere"})
    with serving(answer) as server:
        with pytest.raises(ChannelError, match=rf"{status}.*webhooks\.{channel.targets[0]}.*pulumi up"):
            send(server, channel)
        # A redirect is not followed.
        assert len(server.bodies) == 1


@pytest.mark.parametrize(
    ("status", "body"), [(404, "no_service"), (410, "channel_is_archived"), (403, "action_prohibited")]
)
def test_slacks_own_error_is_repeated(status: int, body: str) -> None:
    with serving(Scripted(status, body)) as server, pytest.raises(ChannelError, match=body):
        send(server, SLACK)


@pytest.mark.parametrize("code", ["WorkflowTriggerIsNotEnabled", "DirectApiAuthorizationRequired"])
def test_a_workflow_that_is_switched_off_is_permanent(code: str) -> None:
    body = json.dumps({"error": {"code": code, "message": "see https://secret.example.com/sig"}})
    with serving(Scripted(400, body)) as server, pytest.raises(ChannelError, match=code) as caught:
        send(server, TEAMS)
    assert "secret.example" not in str(caught.value)


def test_another_400_of_teams_is_retried() -> None:
    body = json.dumps({"error": {"code": "TriggerInputSchemaMismatch"}})
    with serving(Scripted(400, body)) as server, pytest.raises(DeliveryError, match="InputSchemaMismatch"):
        send(server, TEAMS)


def test_blocks_that_slack_rejects_are_sent_as_plain_text() -> None:
    with serving(Scripted(400, "invalid_blocks"), Scripted(200)) as server:
        send(server, SLACK)
        first, second = server.payloads
    assert "attachments" in first
    assert "attachments" not in second
    assert "D:\\Inbound\\Orders on FILES01" in second["text"]


def test_plain_text_that_slack_rejects_too_is_retried() -> None:
    with serving(Scripted(400, "invalid_payload")) as server:
        with pytest.raises(DeliveryError, match="400 invalid_payload"):
            send(server, SLACK)
        assert len(server.bodies) == 2


@BOTH
@pytest.mark.parametrize(
    ("shown", "wait"),
    [
        ("30", timedelta(seconds=30)),
        ("999999", timedelta(hours=1)),
        ("9" * 40, None),
        ("Thu, 26 Nov 2026 09:00:00 GMT", None),
        ("-1", None),
        ("", None),
    ],
)
def test_a_service_says_how_long_to_wait(channel: Channel, shown: str, wait: timedelta | None) -> None:
    with (
        serving(Scripted(429, "rate_limited", {"Retry-After": shown})) as server,
        pytest.raises(DeliveryError) as caught,
    ):
        send(server, channel)
    assert caught.value.retry_after == wait


@BOTH
def test_a_webhook_that_hangs_is_given_up(channel: Channel, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delivery, "_TIMEOUT", urllib3.Timeout(connect=3, read=0.2))
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
        notification = single(NotificationKind.NEW, channel)
        with pytest.raises(DeliveryError, match="could not be reached") as caught:
            make_media({channel.targets[0]: address}).deliver(notification, context())
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
    monkeypatch.setattr(slack, "SECONDS_APART", 1.0)
    now, slept = [100.0], list[float]()
    addresses = {"orders": "", "bank": ""}
    with serving() as server:
        webhooks = Webhooks(
            lambda: json.dumps(dict.fromkeys(addresses, server.address)), lambda: now[0], slept.append
        )
        notification = single(NotificationKind.NEW, SLACK)
        document = write_document(notification, context())
        slack.send(webhooks, notification.recipient, document)
        slack.send(webhooks, notification.recipient, document)
        now[0] += 0.5
        slack.send(webhooks, notification.recipient, document)
        slack.send(webhooks, recipient(Channel(kind=SLACK.kind, targets=("bank",))), document)
        now[0] += 60
        slack.send(webhooks, notification.recipient, document)
    assert slept == [1.0, 1.5]


def test_addresses_are_read_again_after_some_minutes() -> None:
    now, secrets = (
        [0.0],
        iter(['{"orders": "https://one.example.com"}', '{"orders": "https://two.example.com"}']),
    )
    webhooks = Webhooks(lambda: next(secrets), clock=lambda: now[0])
    assert webhooks.find("orders") == webhooks.find("orders") == "https://one.example.com"
    now[0] = ADDRESSES_KEPT_SECONDS
    assert webhooks.find("orders") == "https://two.example.com"


@pytest.mark.parametrize("secret", ["{", "[]", "null", '"https://hooks.example.com/secret"'])
def test_a_secret_that_is_no_json_is_retried_and_not_repeated(secret: str) -> None:
    with pytest.raises(DeliveryError) as caught:
        Webhooks(lambda: secret).find("orders")
    assert not re.search(r"hooks\.|/secret", str(caught.value))
    assert caught.value.__context__ is None


@pytest.mark.parametrize("secret", ["", '{"bank": "https://example.com"}'])
def test_a_webhook_without_an_address_is_refused_by_name(secret: str) -> None:
    with pytest.raises(ChannelError, match=r"webhook orders .*'webhooks\.orders'"):
        Webhooks(lambda: secret).find("orders")


FAILURES: tuple[Exception, ...] = (
    urllib3.exceptions.LocationParseError("http://127.0.0.1/T0SECRET"),
    urllib3.exceptions.NewConnectionError(None, "http://127.0.0.1/T0SECRET"),  # type: ignore[arg-type]
    urllib3.exceptions.ReadTimeoutError(None, "http://127.0.0.1/T0SECRET", "T0SECRET"),  # type: ignore[arg-type]
    urllib3.exceptions.ProtocolError("T0SECRET"),
    urllib3.exceptions.SSLError("T0SECRET"),
    ValueError("T0SECRET"),
)


def fail(channel: Channel, address: str) -> str:
    """All that a failure shows to whoever prints it in full."""
    notification = single(NotificationKind.NEW, channel)
    media = make_media({channel.targets[0]: address})
    with pytest.raises((ChannelError, DeliveryError)) as caught:
        media.deliver(notification, context())
    errors: list[BaseException | None] = [caught.value]
    while errors[-1] is not None:
        errors.append(errors[-1].__cause__ or errors[-1].__context__)
    shown = [*(repr(error) for error in errors), repr(vars(caught.value)), repr(media)]
    return "\n".join([*shown, *traceback.format_exception(caught.value)])


@BOTH
@pytest.mark.parametrize("status", [302, 400, 403, 404, 410, 429, 500])
def test_no_answer_brings_the_address_into_an_error_or_a_log(
    channel: Channel, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with serving(Scripted(status, "", {"Location": "/T0SECRET"})) as server:
        server.answers = [Scripted(status, f"{server.address} T0SECRET", {"Location": server.address})]
        shown = fail(channel, server.address)
    assert "SECRET" not in shown
    assert "SECRET" not in caplog.text


@BOTH
@pytest.mark.parametrize("failure", FAILURES, ids=lambda failure: type(failure).__name__)
def test_no_failure_brings_it_there(
    channel: Channel, failure: Exception, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def request(*_: Any, **__: Any) -> None:
        raise failure

    monkeypatch.setattr(urllib3.PoolManager, "request", request)
    caplog.set_level(logging.DEBUG)
    assert "SECRET" not in fail(channel, "https://hooks.example.com/T0SECRET")
    assert "SECRET" not in caplog.text


@BOTH
@pytest.mark.parametrize(
    "address",
    [
        "T0SECRET",
        "https://",
        "https://[T0SECRET",
        "gopher://127.0.0.1/T0SECRET",
        "http://127.0.0.1:1/T0SECRET",
    ],
)
def test_no_wrong_address_is_repeated(channel: Channel, address: str) -> None:
    assert "SECRET" not in fail(channel, address)


def test_what_was_sent_well_is_logged_nowhere(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with serving() as server:
        notification = single(NotificationKind.NEW, SLACK)
        make_media({"orders": server.address}).deliver(notification, context())
    assert "SECRET" not in caplog.text


def test_a_secret_that_cannot_be_read_is_not_repeated() -> None:
    def read() -> str:
        raise RuntimeError(json.dumps({"orders": "https://hooks.example.com/T0SECRET"}))

    webhooks = Webhooks(read)
    with pytest.raises(DeliveryError, match="RuntimeError") as caught:
        webhooks.find("orders")
    assert "SECRET" not in "".join(traceback.format_exception(caught.value))
    assert caught.value.__context__ is None


def test_a_mail_goes_to_all_addresses_of_its_channel() -> None:
    client, notification = FakeClient(), single(NotificationKind.NEW)
    make_media(mail=client).deliver(notification, context(*notification.notices))
    (call,) = client.calls
    assert call["FromEmailAddress"] == "file-sla <sla@example.com>"
    assert call["Destination"] == {"ToAddresses": list(MAIL.targets)}
    mail = message_from_bytes(call["Content"]["Raw"]["Data"], policy=default)
    assert mail["Subject"] == "12 files stuck in D:\\Inbound\\Orders on FILES01, oldest 3 h 10 min"


def test_mail_goes_to_the_owners_topic_where_ses_is_not_used() -> None:
    client, notification = FakeClient(), single(NotificationKind.CLEARED)
    make_media(topics=client, mail_from="").deliver(notification, context())
    (call,) = client.calls
    assert call["TopicArn"] == f"{OWNER_TOPICS}orders"
    assert call["Subject"] == "Cleared: D:\\Inbound\\Orders on FILES01 after 2 h 49 min"
    texts = json.loads(call["Message"])
    assert call["MessageStructure"] == "json"
    assert texts["default"].startswith("✓ Cleared after 2 h 49 min\nD:\\Inbound\\Orders on FILES01\n")
    assert (
        texts["sms"]
        == "Cleared: D:\\Inbound\\Orders on FILES01 after 2 h 49 min. SLA 20 min, since 06:30, until 09:19"
    )
    attributes = {name: one["StringValue"] for name, one in call["MessageAttributes"].items()}
    assert attributes == {
        "kind": "ended",
        "reason": "cleared",
        "owner": "orders",
        "incident": "a1",
        "severity": "info",
    }


def test_a_topic_gets_what_its_channel_names() -> None:
    client = FakeClient()
    make_media(topics=client).deliver(digest(TOPIC), context())
    assert [call["TopicArn"] for call in client.calls] == list(TOPIC.targets)


def test_both_services_know_what_they_are_asked() -> None:
    """By the models that botocore has of them."""
    session = Session()
    session.set_credentials("testing", "testing")
    mail = session.create_client("sesv2", region_name="eu-central-1")
    topics = session.create_client("sns", region_name="eu-central-1")
    media = make_media(mail=mail, topics=topics)
    with Stubber(mail) as mails, Stubber(topics) as published:
        mails.add_response(
            "send_email", {}, {"FromEmailAddress": ANY, "Destination": ANY, "Content": {"Raw": {"Data": ANY}}}
        )
        published.add_response(
            "publish",
            {},
            dict.fromkeys(("TopicArn", "Subject", "Message", "MessageStructure", "MessageAttributes"), ANY),
        )
        media.deliver(single(NotificationKind.NEW), context())
        media.deliver(single(NotificationKind.NEW, TOPIC), context())
        mails.assert_no_pending_responses()
        published.assert_no_pending_responses()


@pytest.mark.parametrize(
    ("channel", "error", "remedy", "codes"),
    [
        (MAIL, ChannelError, "verified", (
            "MessageRejected", "MailFromDomainNotVerifiedException", "AccessDeniedException",
            "AccountSuspendedException",
        )),
        (MAIL, DeliveryError, "", (
            "TooManyRequestsException", "LimitExceededException", "SendingPausedException", "InternalFailure",
        )),
        (TOPIC, ChannelError, TOPIC.targets[0], (
            "NotFound", "AuthorizationError", "KMSAccessDenied",
        )),
        (TOPIC, DeliveryError, "", ("Throttled", "InternalError", "KMSThrottling", "InvalidParameter")),
    ],
)  # fmt: skip
def test_an_error_of_aws_disables_the_channel_or_is_retried(
    channel: Channel, error: type[Exception], remedy: str, codes: tuple[str, ...]
) -> None:
    for code in codes:
        client = FakeClient(error=refused(code))
        with pytest.raises(error, match=f"{code}.*{remedy}") as caught:
            make_media(mail=client, topics=client).deliver(single(NotificationKind.NEW, channel), context())
        assert "orders@example.com" not in "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize("channel", [MAIL, TOPIC], ids=["mail", "topic"])
def test_a_service_that_does_not_answer_is_tried_again(channel: Channel) -> None:
    client = FakeClient(error=ConnectTimeoutError(endpoint_url="https://email.example.com"))
    with pytest.raises(DeliveryError, match="could not be reached"):
        make_media(mail=client, topics=client).deliver(single(NotificationKind.NEW, channel), context())
