"""Notifications of SNS: what comes to its subscribers over HTTP."""

from datetime import datetime
from enum import StrEnum

from pydantic import BaseModel, Field

from contract.owners.model import ChannelKind
from local.receiver.inbox import Received
from local.receiver.pieces import wrap
from local.receiver.readers import Readers


class EnvelopeType(StrEnum):
    """What SNS posts."""

    NOTIFICATION = "Notification"
    CONFIRMATION = "SubscriptionConfirmation"


class Envelope(BaseModel):
    """The body that SNS posts, of which these are of use."""

    type: EnvelopeType = Field(alias="Type")
    message_id: str = Field(alias="MessageId")
    topic_arn: str = Field(alias="TopicArn")
    message: str = Field(alias="Message")
    subject: str = Field(default="", alias="Subject")
    token: str = Field(default="", alias="Token")
    """With which a subscription is confirmed."""


def read_notification(envelope: Envelope, at: datetime, readers: Readers) -> Received:
    """A notification, as a mail program shows it: a subject, and text alone."""
    topic = envelope.topic_arn.rpartition(":")[2]
    return Received(
        message_id=envelope.message_id,
        at=at,
        kind=ChannelKind.SNS,
        target=topic,
        owners=readers.of_topic(topic),
        subject=envelope.subject or envelope.message.partition("\n")[0],
        text=envelope.message,
        shown=wrap("pre", envelope.message, css="plain"),
        facts=(("Topic", envelope.topic_arn), ("Subject", envelope.subject)),
    )
