"""Messages to topics of Amazon SNS."""

from typing import Any, Final

from contract.owners.model import ChannelKind, name_mail_topic
from handlers.notifications.delivery import send_by
from handlers.notifications.document import Document, render_text
from handlers.notifications.situation import Recipient

_FATAL: Final = frozenset(
    {
        "AuthorizationError",
        "EndpointDisabled",
        "InvalidParameter",
        "KMSAccessDenied",
        "KMSDisabled",
        "KMSInvalidState",
        "KMSNotFound",
        "KMSOptInRequired",
        "NotFound",
    }
)


class TopicChannel:
    """Publishes to topics. Threads may share it.

    Args:
        client: of SNS.
        owner_topics_prefix: what the ARN of each owner's own topics begins with, to which mail goes where SES
            is not used.
    """

    def __init__(self, client: Any, owner_topics_prefix: str) -> None:
        self._client = client
        self._owner_topics_prefix = owner_topics_prefix

    def fits(self, document: Document) -> bool:
        """Whether one message holds it."""
        return fits_topic(document)

    def send(self, recipient: Recipient, document: Document) -> None:
        """Publishes a document as text, with its subject, which a subscription by mail shows as such.

        For what it raises, see `Medium`.
        """
        arn = self._find_topic(recipient)
        remedy = f"is {arn} there, in this region, and may the function publish to it?"
        text = render_text(document)
        send_by(
            "Amazon SNS",
            lambda: self._client.publish(TopicArn=arn, Subject=document.subject, Message=text),
            _FATAL,
            remedy,
        )

    def _find_topic(self, recipient: Recipient) -> str:
        if recipient.channel.kind is ChannelKind.SNS:
            return recipient.channel.targets[0]
        return self._owner_topics_prefix + name_mail_topic(recipient.owner.name, recipient.after)


MAX_TOPIC_BYTES: Final = 60_000
"""Bytes of text: Amazon SNS takes 256 KB and bills each 64 KB of it as a message."""


def fits_topic(document: Document) -> bool:
    """Whether it can be sent as one message."""
    return len(render_text(document).encode()) <= MAX_TOPIC_BYTES
