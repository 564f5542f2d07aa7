"""What is sent by SES and SNS, and what their errors mean."""

import traceback
from email import message_from_bytes
from email.policy import default

import pytest
from botocore.exceptions import ConnectTimeoutError
from botocore.session import Session
from botocore.stub import ANY, Stubber

from contract.words import MessageKind
from handlers.messages.channels.errors import ChannelError, DeliveryError
from tests.unit.handlers.messages.channels.sending import OWNER_TOPICS, FakeClient, make_channels, refused
from tests.unit.handlers.messages.samples import MAIL, TOPIC, context, digest, single


def test_a_mail_goes_to_all_addresses_of_its_channel() -> None:
    client, message = FakeClient(), single(MessageKind.BEGIN)
    assert make_channels(mail=client).deliver(message, context(*message.lines)) == message
    (call,) = client.calls
    assert call["FromEmailAddress"] == "file-sla <sla@example.com>"
    assert call["Destination"] == {"ToAddresses": list(MAIL.targets)}
    mail = message_from_bytes(call["Content"]["Raw"]["Data"], policy=default)
    assert mail["Subject"] == "12 files stuck in D:\\Inbound\\Orders on FILES01, oldest 3 h 10 min"


def test_mail_goes_to_the_owners_topic_where_ses_is_not_used() -> None:
    client, message = FakeClient(), single(MessageKind.CLEARED)
    make_channels(topics=client, mail_from="").deliver(message, context())
    (call,) = client.calls
    assert call["TopicArn"] == f"{OWNER_TOPICS}orders"
    assert call["Subject"] == "Cleared: D:\\Inbound\\Orders on FILES01 after 2 h 49 min"
    assert call["Message"].startswith("✓ Cleared after 2 h 49 min\nD:\\Inbound\\Orders on FILES01\n")


def test_a_topic_gets_what_its_channel_names() -> None:
    client = FakeClient()
    make_channels(topics=client).deliver(digest(TOPIC), context())
    assert [call["TopicArn"] for call in client.calls] == list(TOPIC.targets)


def test_both_services_know_what_they_are_asked() -> None:
    """By the models that botocore has of them."""
    session = Session()
    session.set_credentials("testing", "testing")
    mail = session.create_client("sesv2", region_name="eu-central-1")
    topics = session.create_client("sns", region_name="eu-central-1")
    channels = make_channels()
    channels._connect_mail, channels._connect_topics = lambda: mail, lambda: topics
    with Stubber(mail) as mails, Stubber(topics) as published:
        mails.add_response(
            "send_email", {}, {"FromEmailAddress": ANY, "Destination": ANY, "Content": {"Raw": {"Data": ANY}}}
        )
        published.add_response("publish", {}, {"TopicArn": TOPIC.targets[0], "Subject": ANY, "Message": ANY})
        channels.deliver(single(MessageKind.BEGIN), context())
        channels.deliver(single(MessageKind.BEGIN, TOPIC), context())
        mails.assert_no_pending_responses()
        published.assert_no_pending_responses()


def test_a_client_is_made_once_and_not_before_it_is_wanted() -> None:
    made = list[str]()
    channels = make_channels()
    channels._connect_mail = lambda: made.append("mail") or FakeClient()  # type: ignore[func-returns-value]
    channels._connect_topics = lambda: made.append("topics") or FakeClient()  # type: ignore[func-returns-value]
    assert made == []
    for _ in range(2):
        channels.deliver(single(MessageKind.BEGIN), context())
    assert made == ["mail"]


@pytest.mark.parametrize(
    "code",
    [
        "MessageRejected",
        "MailFromDomainNotVerifiedException",
        "AccessDeniedException",
        "AccountSuspendedException",
    ],
)
def test_what_ses_never_takes_is_permanent(code: str) -> None:
    channels = make_channels(mail=FakeClient(error=refused(code)))
    with pytest.raises(ChannelError, match=rf"{code}.*verified") as caught:
        channels.deliver(single(MessageKind.BEGIN), context())
    assert "orders@example.com" not in "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize(
    "code",
    ["TooManyRequestsException", "LimitExceededException", "SendingPausedException", "InternalFailure"],
)
def test_what_ses_takes_later_may_pass(code: str) -> None:
    channels = make_channels(mail=FakeClient(error=refused(code)))
    with pytest.raises(DeliveryError, match=code) as caught:
        channels.deliver(single(MessageKind.BEGIN), context())
    assert "orders@example.com" not in "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize("code", ["NotFound", "AuthorizationError", "InvalidParameter", "KMSAccessDenied"])
def test_a_topic_that_is_not_there_or_not_ours_is_permanent(code: str) -> None:
    channels = make_channels(topics=FakeClient(error=refused(code)))
    with pytest.raises(ChannelError, match=rf"{code}.*{TOPIC.targets[0]}"):
        channels.deliver(single(MessageKind.BEGIN, TOPIC), context())


@pytest.mark.parametrize("code", ["Throttled", "InternalError", "KMSThrottling"])
def test_a_topic_that_is_throttled_may_pass(code: str) -> None:
    channels = make_channels(topics=FakeClient(error=refused(code)))
    with pytest.raises(DeliveryError, match=code):
        channels.deliver(single(MessageKind.BEGIN, TOPIC), context())


@pytest.mark.parametrize("channel", [MAIL, TOPIC], ids=["mail", "topic"])
def test_a_service_that_does_not_answer_may_pass(channel: object) -> None:
    error = ConnectTimeoutError(endpoint_url="https://email.example.com")
    channels = make_channels(mail=FakeClient(error=error), topics=FakeClient(error=error))
    kind = MAIL if channel is MAIL else TOPIC
    with pytest.raises(DeliveryError, match="could not be reached"):
        channels.deliver(single(MessageKind.BEGIN, kind), context())
