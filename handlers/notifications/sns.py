"""Notifications to topics of Amazon SNS: as plain text, and in one SMS."""

import json
import re
import unicodedata
from functools import partial
from typing import Any, Final

from contract.owners.model import ChannelKind, name_mail_topic
from contract.text import reveal
from handlers.notifications.delivery import call_aws
from handlers.notifications.document import Document, render_text, unlink
from store.notifications import Recipient

MAX_TOPIC_BYTES: Final = 60_000
"""Bytes of text: Amazon SNS takes 256 KB and bills each 64 KB of it as a message."""
MAX_SUBJECT: Final = 99
"""Characters: fewer than 100, of ASCII without controls (API reference, `Publish`)."""
MAX_SMS: Final = 160
"""Characters of one SMS in the GSM alphabet, in which some take two places (3GPP TS 23.038)."""
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
    """As much of the subject and the first line as one SMS holds."""
    first_line = "".join(span.text for span in document.first_line)
    text = unlink(to_ascii(f"{document.subject}. {first_line}").replace("`", "'"), parting=" ")
    places = 0
    for index, letter in enumerate(text):
        places += 1 + (letter in _TWO_PLACES)
        if places > MAX_SMS:
            return text[:index]
    return text


_SPELT: Final = str.maketrans(
    {
        "ß": "ss", "æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L",
        "đ": "d", "Đ": "D", "ð": "d", "Ð": "D", "þ": "th", "Þ": "Th", "\u0131": "i",
        "\u2010": "-", "\u2011": "-", "\u2012": "-", "\u2013": "-", "\u2014": "-", "\u2212": "-",
        "\u2192": "->", "\u2018": "'", "\u2019": "'", "\u201c": '"', "\u201d": '"', "\u201e": '"', "€": "EUR",
    }
)  # fmt: skip
"""Letters that cannot be taken apart into an ASCII letter and its mark."""
_OTHER: Final = re.compile(r"[^ -~]+")
"""Characters without anything like them in ASCII become a `?`, which no name on Windows has."""


def to_ascii(text: str) -> str:
    r"""The nearest printable ASCII.

    >>> to_ascii("D:\\Aufträge\\数据\\in")
    'D:\\Auftrage\\?\\in'
    """
    if not (text.isascii() and text.isprintable()):
        apart = unicodedata.normalize("NFKD", reveal(text).translate(_SPELT))
        without_marks = "".join(letter for letter in apart if not unicodedata.combining(letter))
        text = _OTHER.sub("?", without_marks)
    # In the header of a mail, `=?` begins a word in another character set (RFC 2047).
    return text.replace("=?", "= ?").strip() or "?"
