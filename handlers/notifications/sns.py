"""Notifications to topics of Amazon SNS: as plain text, and in one SMS."""

import json
from functools import partial
from typing import Any, Final

from contract.owners.model import ChannelKind, name_mail_topic
from contract.text import to_ascii
from handlers.notifications.delivery import call_aws
from handlers.notifications.document import Document, render_text, unlink
from store.notifications import Recipient

MAX_TOPIC_BYTES: Final = 60_000
"""Bytes of text: Amazon SNS takes 256 KB and bills each 64 KB of it as a message."""
MAX_SUBJECT: Final = 99
"""Characters: fewer than 100, of ASCII without controls (API reference, `Publish`)."""
MAX_SMS: Final = 160
"""Characters of one SMS in the GSM alphabet, in which some take two places (3GPP TS 23.038)."""
MAX_WIDE_SMS: Final = 70
"""The same of any letters, as UTF-16."""
_TWO_PLACES: Final = frozenset("[\\]^{|}~")
_FATAL: Final = (
    "AuthorizationError", "EndpointDisabled", "KMSAccessDenied", "KMSDisabled", "KMSInvalidState",
    "KMSNotFound", "KMSOptInRequired", "NotFound",
)  # fmt: skip


def fits(document: Document) -> bool:
    """Whether one message holds it."""
    return len(render_text(document).encode()) <= MAX_TOPIC_BYTES


def send(client: Any, owner_topics_prefix: str, recipient: Recipient, document: Document) -> None:
    """Publishes a document as text, with a client of SNS. A subscription by mail shows its subject as such.

    Mail goes to topics of the owner, whose ARNs begin with the prefix. For what it raises, see `call_aws`.
    """
    arn = recipient.channel.targets[0]
    if recipient.channel.kind is not ChannelKind.SNS:
        arn = owner_topics_prefix + name_mail_topic(recipient.owner.name, recipient.after)
    incident = document.about.incident if document.about else None
    attributes = {
        "kind": document.kind,
        "reason": document.reason,
        "owner": recipient.owner.name,
        "incident": incident.incident_id if incident else "",
        "severity": document.tone.severity,
    }
    texts = {"default": render_text(document), "sms": render_sms(document)}
    request = partial(
        client.publish,
        TopicArn=arn,
        Subject=to_ascii(document.subject)[:MAX_SUBJECT].rstrip(),
        Message=json.dumps(texts, ensure_ascii=False),
        MessageStructure="json",
        MessageAttributes={
            name: {"DataType": "String", "StringValue": value} for name, value in attributes.items() if value
        },
    )
    call_aws(
        "Amazon SNS", request, _FATAL, f"does {arn} exist in this region, and may the function publish to it?"
    )


def render_sms(document: Document) -> str:
    """As much of the subject and the first line as one SMS holds, in ASCII where that can spell it."""
    text = f"{document.subject}. {''.join(span.text for span in document.first_line)}"
    most, two_places = MAX_WIDE_SMS, frozenset[str]()
    if to_ascii(document.subject).count("?") == document.subject.count("?"):
        text, most, two_places = to_ascii(text), MAX_SMS, _TWO_PLACES
    text, places = unlink(text.replace("`", "'"), parting=" "), 0
    for index, letter in enumerate(text):
        places += 1 + (letter in two_places or ord(letter) > 0xFFFF)
        if places > most:
            return text[:index]
    return text
