"""Mail through Amazon SES: a document as text and as HTML.

The HTML loads nothing from elsewhere: no image, font or script. Its style stands in the head, which the mail
programs that people use read; one that does not shows the same text. It is legible in light and in dark.
"""

import hashlib
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import parseaddr
from html import escape
from typing import Any, Final

from handlers.notifications.delivery import call_aws
from handlers.notifications.document import (
    Document,
    Files,
    Link,
    ListItem,
    ListSection,
    Phrase,
    Span,
    count_more,
    render_text,
)
from store.notifications import Recipient

MAX_HTML_BYTES: Final = 90_000
"""Gmail cuts a mail off at 102 KB of HTML, and hides the rest behind a link."""
MAX_TEXT_BYTES: Final = 90_000
_POLICY: Final = SMTP.clone(max_line_length=120)
"""No subject is folded: phones and filters look at it."""
_NO_LABEL: Final = re.compile(r"[^a-z0-9]+")
"""What a label of a host name cannot hold; the id of a list is made like one (RFC 2919)."""
_FATAL: Final = frozenset(
    {
        "AccessDeniedException",
        "AccountSuspendedException",
        "BadRequestException",
        "MailFromDomainNotVerifiedException",
        "MessageRejected",
        "NotFoundException",
    }
)
"""Without `SendingPausedException` and `LimitExceededException`, which somebody or the next day ends."""
_REMEDY: Final = (
    "is mailFrom or mailIdentity verified in SES in this region, are the owner's addresses well-formed, and, "
    "in the sandbox, verified too? See mail.md"
)


_STYLE: Final = """
:root{color-scheme:light dark}
body{margin:0;padding:16px;background:#fff;color:#1f2328;
font:15px/1.5 -apple-system,"Segoe UI",Roboto,Arial,sans-serif}
main{display:block;max-width:640px;margin:0 auto}
header{border-left:5px solid #b3261e;padding:2px 0 2px 14px}
header.unsure{border-color:#9a6700}
header.good{border-color:#1a7f37}
h1{margin:0;text-wrap:balance;font-size:21px;line-height:1.3}
h2{margin:22px 0 6px;font-size:15px}
p{margin:10px 0}
header p{margin:4px 0 0}
code{font:14px/1.45 Consolas,Menlo,monospace;white-space:pre-wrap;overflow-wrap:anywhere}
table{border-collapse:collapse}
th{padding:2px 16px 2px 0;font-weight:400;color:#59636e;text-align:left;vertical-align:top;white-space:nowrap}
td{padding:2px 0;vertical-align:top;overflow-wrap:anywhere}
ul{margin:0;padding:0;list-style:none}
li{margin:0;padding:6px 0;border-top:1px solid #d1d9e0}
small,footer{font-size:13px;color:#59636e}
a{color:#0a58ca}
footer{margin-top:22px;padding-top:10px;border-top:1px solid #d1d9e0}
footer p{margin:4px 0}
main>p>.way{font-weight:600}
li a{font-size:13px}
@media (max-width:480px){.file small{display:block}}
@media (prefers-color-scheme:dark){
body{background:#16181c;color:#e6e8eb}
header{border-color:#f2877f}header.unsure{border-color:#e0b04b}header.good{border-color:#63c07c}
th,small,footer{color:#a3adb8}
li,footer{border-color:#3a3f46}
a{color:#7cb7ff}
}
""".replace("\n", "")
_BREAK: Final = re.compile(r"(?<=[\\/._-])(?=.)")
"""Where a long name may be broken into lines. It also keeps mail programs from making a link of a name that
looks like an address, such as `orders.zip`."""


@dataclass(frozen=True)
class MailChannel:
    """Sends mails. Threads may share it."""

    connect: Callable[[], Any]
    sender: str

    @staticmethod
    def fits(document: Document) -> bool:
        """Whether it can be read as one mail."""
        html, text = render_html(document), render_text(document)
        return len(html.encode()) <= MAX_HTML_BYTES and len(text.encode()) <= MAX_TEXT_BYTES

    def send(self, recipient: Recipient, document: Document) -> None:
        """Sends one mail to all addresses of the recipient's channel. For what it raises, see `Medium`."""
        mail = render_mail(document, recipient, self.sender).as_bytes()
        client, addresses = self.connect(), list(recipient.channel.targets)
        call_aws(
            "Amazon SES",
            lambda: client.send_email(
                FromEmailAddress=self.sender,
                Destination={"ToAddresses": addresses},
                Content={"Raw": {"Data": mail}},
            ),
            _FATAL,
            _REMEDY,
        )


def render_mail(document: Document, recipient: Recipient, sender: str) -> EmailMessage:
    """The mail, without `Message-ID` and `Date`, which SES writes.

    Nobody knows the id that SES gave the first mail of an incident. So each refers to an id made from the
    incident, which no mail has: programs that thread by `References` put those together that share one.
    """
    domain = f"file-sla.{parseaddr(sender)[1].rpartition('@')[2]}"
    mail = EmailMessage(policy=_POLICY)
    mail["From"] = sender
    mail["To"] = ", ".join(recipient.channel.targets)
    mail["Subject"] = document.subject
    mail["Auto-Submitted"] = "auto-generated"
    # Exchange wants this one to send no automatic replies.
    mail["X-Auto-Response-Suppress"] = "All"
    mail["List-Id"] = f"<{_NO_LABEL.sub('-', recipient.owner.name.lower())}.{domain}>"
    if document.thread:
        root = f"<{hashlib.sha256(document.thread.encode()).hexdigest()[:32]}@{domain}>"
        mail["References"] = root
        mail["In-Reply-To"] = root
    mail.set_content(render_text(document), cte="quoted-printable")
    mail.add_alternative(render_html(document), subtype="html", cte="quoted-printable")
    return mail


def render_html(document: Document) -> str:
    """A whole page."""
    return "".join(
        [
            '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width,initial-scale=1">',
            '<meta name="color-scheme" content="light dark">',
            '<meta name="format-detection" content="telephone=no,date=no,address=no,email=no,url=no">',
            f"<title>{escape(document.subject)}</title><style>{_STYLE}</style></head><body><main>",
            *_render_head(document),
            *_render_facts(document),
            *(part for section in document.sections for part in _render_section(section)),
            *(_render_files(document.files) if document.files else ()),
            "<footer>",
            *(f"<p>{_render(note)}</p>" for note in document.notes),
            _render_link(document.help),
            "</footer></main></body></html>\n",
        ]
    )


def _render_head(document: Document) -> Iterable[str]:
    yield f'<header class="{document.tone}"><h1>{escape(f"{document.sign} {document.headline}")}</h1>'
    if document.place:
        yield f"<p>{_render(document.place)}</p>"
    yield "</header>"
    if document.lead:
        yield f"<p>{_render(document.lead)}</p>"
    yield _render_link(document.link)


def _render_facts(document: Document) -> Iterable[str]:
    if document.facts:
        yield "<table><tbody>"
        for fact in document.facts:
            yield f'<tr><th scope="row">{escape(fact.label)}</th><td>{_render(fact.value)}</td></tr>'
        yield "</tbody></table>"


def _render_section(section: ListSection) -> Iterable[str]:
    yield f"<h2>{escape(section.title)}</h2><ul>"
    for item in section.items:
        yield _render_item(item)
    if section.more:
        yield f"<li>{count_more(section.more)}</li>"
    yield "</ul>"


def _render_item(item: ListItem) -> str:
    way = f' <a href="{escape(item.url)}">Open</a>' if item.url else ""
    return f"<li>{escape(item.sign)} {_render(item.place)}<br><small>{_render(item.said)}</small>{way}</li>"


def _render_files(files: Files) -> Iterable[str]:
    if not files.rows:
        yield f"<p><small>{escape(files.title)}</small></p>"
        return
    yield f"<h2>{escape(files.title)}</h2><ul>"
    for row in files.rows:
        yield f'<li class="file">{_render(row.name)} <small>{_render(row.said)}</small></li>'
    if files.more:
        yield f"<li>{count_more(files.more)}</li>"
    yield "</ul>"


def _render_link(link: Link | None) -> str:
    if link is None:
        return ""
    return f'<p><a class="way" href="{escape(link.url)}">{escape(link.text)}</a></p>'


def _render(phrase: Phrase) -> str:
    return "".join(_render_name(part) if part.name else escape(part.text) for part in phrase)


def _render_name(part: Span) -> str:
    pieces = "<wbr>".join(escape(piece) for piece in _BREAK.split(part.text))
    return f"<code><bdi>{pieces}</bdi></code>"
