"""Deliveries: what each medium sends, what answers and errors mean, and that no address leaks."""

import json
import logging
import socket
import traceback
from datetime import timedelta
from typing import Any

import pytest
import urllib3
from botocore.exceptions import ConnectTimeoutError
from botocore.session import Session
from botocore.stub import ANY, Stubber

from contract.owners.model import Channel
from contract.words import NotificationKind
from handlers.notifications import delivery
from handlers.notifications.delivery import ADDRESSES_KEPT_SECONDS, ChannelError, DeliveryError, Webhooks
from tests.unit.handlers.notifications.samples import MAIL, SLACK, TEAMS, TOPIC, context, single
from tests.unit.handlers.notifications.webhook_server import (
    OWNER_TOPICS,
    FakeClient,
    Scripted,
    make_media,
    refused,
    serving,
)  # fmt: skip


def deliver(address: str, channel: Channel = SLACK) -> None:
    notification = single(NotificationKind.NEW, channel)
    make_media({channel.targets[0]: address}).deliver(notification, context(*notification.notices))


@pytest.mark.parametrize("status", [500, 502, 503, 504, 408, 429, 413])
def test_what_may_succeed_later_is_retried(status: int) -> None:
    with serving(Scripted(status)) as server, pytest.raises(DeliveryError, match=str(status)) as caught:
        deliver(server.address)
    # A gateway that got no answer may have handed the message on.
    assert caught.value.in_doubt is (status in (502, 504))


def azure(code: str) -> str:
    return json.dumps({"error": {"code": code, "message": "see https://secret.example.com/sig"}})


@pytest.mark.parametrize(
    ("channel", "status", "body", "error", "problem"),
    [
        *((SLACK, status, "ok", ChannelError, r"webhooks\.orders.*pulumi up") for status in
          (301, 302, 307, 401, 403, 404, 405, 410)),
        (SLACK, 404, "no_service", ChannelError, "404 no_service: the webhook orders was removed"),
        (TEAMS, 400, azure("WorkflowTriggerIsNotEnabled"), ChannelError, "WorkflowTriggerIsNotEnabled"),
        (TEAMS, 400, azure("TriggerInputSchemaMismatch"), DeliveryError, "TriggerInputSchemaMismatch"),
        (SLACK, 500, "x" * 1_000_000, DeliveryError, "^Slack answered 500$"),
    ],
)  # fmt: skip
def test_what_no_retry_fixes_says_how_to_fix_it(
    channel: Channel, status: int, body: str, error: type[Exception], problem: str
) -> None:
    with serving(Scripted(status, body, {"Location": "http://127.0.0.1:1/elsewhere"})) as server:
        with pytest.raises(error, match=problem) as caught:
            deliver(server.address, channel)
        # A redirect is not followed.
        assert len(server.bodies) == 1
    assert "secret.example" not in str(caught.value)


def test_blocks_that_slack_rejects_are_sent_as_plain_text_and_that_is_retried() -> None:
    with serving(Scripted(400, "invalid_blocks"), Scripted(200)) as server:
        deliver(server.address)
        first, second = server.payloads
    assert "attachments" in first
    assert "attachments" not in second
    assert "D:\\Inbound\\Orders on FILES01" in second["text"]
    with serving(Scripted(400, "invalid_payload")) as server:
        with pytest.raises(DeliveryError, match="400 invalid_payload"):
            deliver(server.address)
        assert len(server.bodies) == 2


@pytest.mark.parametrize(
    ("shown", "wait"),
    [("30", timedelta(seconds=30)), ("999999", timedelta(hours=1)), ("9" * 40, None),
     ("Thu, 26 Nov 2026 09:00:00 GMT", None), ("-1", None), ("", None)],
)  # fmt: skip
def test_a_service_says_how_long_to_wait(shown: str, wait: timedelta | None) -> None:
    answer = Scripted(429, "rate_limited", {"Retry-After": shown})
    with serving(answer) as server, pytest.raises(DeliveryError) as caught:
        deliver(server.address)
    assert caught.value.retry_after == wait


def test_a_webhook_that_hangs_is_given_up_and_one_that_is_gone_may_come_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(delivery, "_TIMEOUT", urllib3.Timeout(connect=3, read=0.2))
    with serving() as server:
        server.hangs = True
        with pytest.raises(DeliveryError, match="did not answer in time") as caught:
            deliver(server.address)
    assert caught.value.in_doubt
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        with pytest.raises(DeliveryError, match="could not be reached") as caught:
            deliver(f"http://127.0.0.1:{free.getsockname()[1]}/services/T0SECRET")
    assert not caught.value.in_doubt


def test_proxies_of_the_environment_are_not_used_and_nothing_is_logged(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    for variable in ("http_proxy", "HTTP_PROXY", "all_proxy", "https_proxy"):
        monkeypatch.setenv(variable, "http://127.0.0.1:1")
    with serving() as server:
        deliver(server.address)
        assert len(server.bodies) == 1
    assert "SECRET" not in caplog.text


def test_addresses_are_read_again_after_some_minutes() -> None:
    now, secrets = [0.0], iter(['{"orders": "https://one.example"}', '{"orders": "https://two.example"}'])
    webhooks = Webhooks(lambda: next(secrets), clock=lambda: now[0])
    assert webhooks.find("orders") == webhooks.find("orders") == "https://one.example"
    now[0] = ADDRESSES_KEPT_SECONDS
    assert webhooks.find("orders") == "https://two.example"


@pytest.mark.parametrize("secret", ["{SECRET", "[]", "null", '"https://hooks.example.com/SECRET"', None])
def test_a_secret_that_cannot_be_read_is_retried_and_not_repeated(secret: str | None) -> None:
    def read() -> str:
        if secret is None:
            raise RuntimeError("SECRET")
        return secret

    with pytest.raises(DeliveryError, match="cannot be read") as caught:
        Webhooks(read).find("orders")
    assert "SECRET" not in str(caught.value)
    assert caught.value.__context__ is None


@pytest.mark.parametrize("secret", ["", '{"bank": "https://example.com"}'])
def test_a_webhook_without_an_address_is_refused_by_name(secret: str) -> None:
    with pytest.raises(ChannelError, match=r"webhook orders .*'webhooks\.orders'"):
        Webhooks(lambda: secret).find("orders")


FAILURES: tuple[Exception, ...] = (
    urllib3.exceptions.LocationParseError("http://127.0.0.1/T0SECRET"),
    urllib3.exceptions.ReadTimeoutError(None, "http://127.0.0.1/T0SECRET", "T0SECRET"),  # type: ignore[arg-type]
    urllib3.exceptions.ProtocolError("T0SECRET"),
    ValueError("T0SECRET"),
)


def fail(address: str) -> str:
    """All that a failure shows to whoever prints it in full."""
    with pytest.raises((ChannelError, DeliveryError)) as caught:
        deliver(address)
    errors: list[BaseException | None] = [caught.value]
    while errors[-1] is not None:
        errors.append(errors[-1].__cause__ or errors[-1].__context__)
    shown = [*(repr(error) for error in errors), repr(vars(caught.value))]
    return "\n".join([*shown, *traceback.format_exception(caught.value)])


@pytest.mark.parametrize("status", [302, 400, 404, 429, 500])
def test_no_answer_brings_the_address_into_an_error_or_a_log(
    status: int, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with serving() as server:
        server.answers = [Scripted(status, f"{server.address} T0SECRET", {"Location": server.address})]
        assert "SECRET" not in fail(server.address)
    assert "SECRET" not in caplog.text


@pytest.mark.parametrize("failure", FAILURES, ids=lambda failure: type(failure).__name__)
def test_no_failure_brings_it_there(
    failure: Exception, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def request(*_: Any, **__: Any) -> None:
        raise failure

    monkeypatch.setattr(urllib3.PoolManager, "request", request)
    caplog.set_level(logging.DEBUG)
    assert "SECRET" not in fail("https://hooks.example.com/T0SECRET")
    assert "SECRET" not in caplog.text


@pytest.mark.parametrize(
    "address", ["T0SECRET", "https://", "https://[T0SECRET", "gopher://127.0.0.1/T0SECRET"]
)
def test_no_wrong_address_is_repeated(address: str) -> None:
    assert "SECRET" not in fail(address)


def test_mail_goes_to_the_owners_topic_where_ses_is_not_used() -> None:
    client, notification = FakeClient(), single(NotificationKind.CLEARED)
    make_media(topics=client, mail_from="").deliver(notification, context())
    (call,) = client.calls
    assert call["TopicArn"] == f"{OWNER_TOPICS}orders"
    assert call["Subject"] == "Cleared: D:\\Inbound\\Orders on FILES01 after 2 h 49 min"
    texts = json.loads(call["Message"])
    assert call["MessageStructure"] == "json"
    assert texts["default"].startswith("✓ Cleared after 2 h 49 min\nD:\\Inbound\\Orders on FILES01\n")
    assert texts["sms"] == f"{call['Subject']}. SLA 20 min, since 06:30, until 09:19"
    assert {name: one["StringValue"] for name, one in call["MessageAttributes"].items()} == {
        "kind": "ended", "reason": "cleared", "owner": "orders", "incident": "a1", "severity": "info",
    }  # fmt: skip


def test_both_services_know_what_they_are_asked() -> None:
    """By the models that botocore has of them."""
    session = Session()
    session.set_credentials("testing", "testing")
    mail = session.create_client("sesv2", region_name="eu-central-1")
    topics = session.create_client("sns", region_name="eu-central-1")
    media = make_media(mail=mail, topics=topics)
    asked = dict.fromkeys(("Subject", "Message", "MessageStructure", "MessageAttributes"), ANY)
    with Stubber(mail) as mails, Stubber(topics) as published:
        to = {"ToAddresses": list(MAIL.targets)}
        sent = {"FromEmailAddress": "file-sla <sla@example.com>", "Destination": to}
        mails.add_response("send_email", {}, {**sent, "Content": {"Raw": {"Data": ANY}}})
        published.add_response("publish", {}, {"TopicArn": TOPIC.targets[0], **asked})
        for channel in (MAIL, TOPIC):
            media.deliver(single(NotificationKind.NEW, channel), context())
        mails.assert_no_pending_responses()
        published.assert_no_pending_responses()


@pytest.mark.parametrize(
    ("channel", "error", "remedy", "codes"),
    [
        (MAIL, ChannelError, "verified", ("MessageRejected", "AccessDeniedException")),
        (MAIL, DeliveryError, "", ("LimitExceededException", "SendingPausedException", "InternalFailure")),
        (TOPIC, ChannelError, TOPIC.targets[0], ("NotFound", "AuthorizationError", "KMSAccessDenied")),
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
    client = FakeClient(error=ConnectTimeoutError(endpoint_url="https://email.example.com"))
    with pytest.raises(DeliveryError, match="could not be reached"):
        make_media(mail=client, topics=client).deliver(single(NotificationKind.NEW, channel), context())
