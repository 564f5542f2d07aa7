"""Notifications to topics of Amazon SNS, as plain text."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from contract.owners.model import ChannelKind, name_mail_topic
from handlers.notifications.delivery import call_aws
from handlers.notifications.document import Document, render_text
from store.notifications import Recipient

MAX_TOPIC_BYTES: Final = 60_000
"""Bytes of text: Amazon SNS takes 256 KB and bills each 64 KB of it as a message."""
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


@dataclass(frozen=True)
class TopicChannel:
    """Publishes to topics. Threads may share it."""

    connect: Callable[[], Any]
    """Gives a client of SNS."""
    owner_topics_prefix: str
    """The ARN of each owner's own topics begins with it. Mail goes there where SES is not used."""

    @staticmethod
    def fits(document: Document) -> bool:
        """Whether one message holds it."""
        return len(render_text(document).encode()) <= MAX_TOPIC_BYTES

    def send(self, recipient: Recipient, document: Document) -> None:
        """Publishes a document as text. A subscription by mail shows its subject as such.

        For what it raises, see `Medium`.
        """
        arn = recipient.channel.targets[0]
        if recipient.channel.kind is not ChannelKind.SNS:
            arn = self.owner_topics_prefix + name_mail_topic(recipient.owner.name, recipient.after)
        client, text = self.connect(), render_text(document)
        call_aws(
            "Amazon SNS",
            lambda: client.publish(TopicArn=arn, Subject=document.subject, Message=text),
            _FATAL,
            f"does {arn} exist in this region, and may the function publish to it?",
        )
