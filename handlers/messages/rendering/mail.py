"""A document as a whole mail: MIME, with text and HTML."""

import hashlib
import re
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import parseaddr
from typing import Final

from handlers.messages.message import Recipient
from handlers.messages.rendering.document import Document
from handlers.messages.rendering.mail_html import render_html
from handlers.messages.rendering.plain_text import render_text

MAX_HTML_BYTES: Final = 90_000
"""Gmail cuts a mail off at 102 KB of HTML, and hides the rest behind a link."""
MAX_TEXT_BYTES: Final = 90_000
_POLICY: Final = SMTP.clone(max_line_length=120)
"""No subject is folded: it is what phones and filters look at."""
_NO_LABEL: Final = re.compile(r"[^a-z0-9]+")
"""What has no place in a label of a host name, as which a list's id is made (RFC 2919)."""


def fits_mail(document: Document) -> bool:
    """Whether it can be read as one mail."""
    html, text = render_html(document), render_text(document)
    return len(html.encode()) <= MAX_HTML_BYTES and len(text.encode()) <= MAX_TEXT_BYTES


def render_mail(document: Document, recipient: Recipient, sender: str) -> EmailMessage:
    """The mail, but for what SES writes itself: `Message-ID` and `Date`, whatever they were before.

    Since nobody knows the id that SES gave the first mail of an incident, each of them names one that no mail
    has, made from the incident: programs that thread by `References` put those together that share it.

    Args:
        document: what it says.
        recipient: of a channel of mail.
        sender: an address, alone or after a name.
    """
    domain = f"file-sla.{parseaddr(sender)[1].rpartition('@')[2]}"
    mail = EmailMessage(policy=_POLICY)
    mail["From"] = sender
    mail["To"] = ", ".join(recipient.channel.targets)
    mail["Subject"] = document.subject
    mail["Auto-Submitted"] = "auto-generated"
    # Exchange asks for this one: no answers by machines, such as those of people on holiday.
    mail["X-Auto-Response-Suppress"] = "All"
    mail["List-Id"] = f"<{_NO_LABEL.sub('-', recipient.owner.name.lower())}.{domain}>"
    if document.thread:
        root = f"<{hashlib.sha256(document.thread.encode()).hexdigest()[:32]}@{domain}>"
        mail["References"] = root
        mail["In-Reply-To"] = root
    mail.set_content(render_text(document), cte="quoted-printable")
    mail.add_alternative(render_html(document), subtype="html", cte="quoted-printable")
    return mail
