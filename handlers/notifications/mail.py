"""Mail through Amazon SES: a document as text and as HTML.

The HTML loads nothing from elsewhere: no image, font or script. Its layout is what Outlook and Gmail keep
(caniemail.com): inline styles, and tables, for Outlook knows borders and padding of cells alone, and no width
but that of a table.
"""

import hashlib
import re
from collections.abc import Iterable
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import parseaddr
from functools import partial
from html import escape
from typing import Any, Final

from handlers.notifications.delivery import call_aws
from handlers.notifications.document import Document, Link, ListSection, Phrase, Span, count_more, render_text
from store.notifications import Recipient

MAX_BYTES: Final = 90_000
"""Of the text and of the HTML: Gmail cuts a mail off at 102 KB, and hides the rest behind a link."""
_POLICY: Final = SMTP.clone(max_line_length=76)
"""Quoted-printable has no longer line (RFC 2045)."""
_HEAD: Final = SMTP.clone(max_line_length=120)
"""No subject in ASCII is folded: filters look at it."""
_FATAL: Final = (
    "AccessDeniedException", "AccountSuspendedException", "BadRequestException",
    "MailFromDomainNotVerifiedException", "MessageRejected", "NotFoundException",
)  # fmt: skip
"""Without `SendingPausedException` and `LimitExceededException`, which somebody or the next day ends."""
_REMEDY: Final = (
    "is mailFrom or mailIdentity verified in SES in this region, are the owner's addresses well-formed, and, "
    "in the sandbox, verified too? See mail.md"
)
_FONT: Final = "font:15px/1.5 'Segoe UI',Roboto,Arial,sans-serif"
_SMALL: Final = "font-size:13px;color:#59636e"
_NAME: Final = "font:14px/1.45 Consolas,Menlo,monospace;white-space:pre-wrap;word-break:break-word"
_RULE: Final = "border-top:1px solid #d1d9e0"
_ROW: Final = f'<tr><td style="padding:6px 0;{_RULE}">'
_TABLE: Final = '<table role="presentation" width="100%" style="border-collapse:collapse"><tbody>'
_OUTLOOK: Final = (
    '<!--[if mso]><table width="640"><tr><td><![endif]-->',
    "<!--[if mso]></td></tr></table><![endif]-->",
)
_HIDDEN: Final = "display:none;max-height:0;overflow:hidden;font-size:1px;line-height:1px;mso-hide:all"
# Only for programs that read a style in the head: Word's cells, which inherit no font, and dark screens.
_STYLE: Final = (
    f"td{{{_FONT}}}:root{{color-scheme:light dark}}@media (prefers-color-scheme:dark){{"
    "body,.text{background:#16181c!important;color:#e6e8eb!important}"
    ".small{color:#a3adb8!important}a{color:#7cb7ff!important}}"
)
_BREAK: Final = re.compile(r"(?<=[\\/_-])(?=.)")
"""Where a long name may be broken into lines."""
_DOT: Final = re.compile(r"[.@:]")
"""In an element of its own, so that programs make no link of `orders.zip`, and it copies as it is."""


def fits(document: Document) -> bool:
    """Whether it can be read as one mail."""
    return all(len(part(document).encode()) <= MAX_BYTES for part in (render_html, render_text))


def send(client: Any, sender: str, recipient: Recipient, document: Document) -> None:
    """Sends one mail to all addresses of the recipient's channel, with a client of SES, version 2.

    For what it raises, see `call_aws`.
    """
    request = partial(
        client.send_email,
        FromEmailAddress=sender,
        Destination={"ToAddresses": list(recipient.channel.targets)},
        Content={"Raw": {"Data": render_mail(document, recipient, sender).as_bytes()}},
    )
    call_aws("Amazon SES", request, _FATAL, _REMEDY)


def render_mail(document: Document, recipient: Recipient, sender: str) -> EmailMessage:
    """The mail, without `Message-ID` and `Date`, which SES writes.

    Nobody knows the id that SES gave the first mail of an incident. So each refers to an id made from the
    incident, which no mail has: programs that thread by `References` put those together that share one.
    """
    domain = f"file-sla.{parseaddr(sender)[1].rpartition('@')[2]}"
    mail = EmailMessage(policy=_POLICY)
    mail["From"] = sender
    mail["To"] = ", ".join(recipient.channel.targets)
    # `=?` begins a word in another character set (RFC 2047).
    mail["Subject"] = document.subject.replace("=?", "= ?")
    mail["Auto-Submitted"] = "auto-generated"
    # Exchange wants this one to send no automatic replies.
    mail["X-Auto-Response-Suppress"] = "All"
    # Like the name of a host (RFC 2919), as the name of an owner is.
    mail["List-Id"] = f"<{recipient.owner.name.lower()}.{domain}>"
    if document.help:
        mail["List-Unsubscribe"] = f"<{document.help.url}>"
    if document.about:
        # A digest has none: it would tie the threads of all its subjects into one.
        root = f"<{hashlib.sha256(document.about.subject.encode()).hexdigest()[:32]}@{domain}>"
        mail["References"] = root
        mail["In-Reply-To"] = root
    mail.set_content(render_text(document), cte="quoted-printable")
    mail.add_alternative(render_html(document), subtype="html", cte="quoted-printable")
    mail.policy = _HEAD
    return mail


def render_html(document: Document) -> str:
    """A whole page."""
    preview = _render(document.first_line)
    return "".join(
        [
            '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width,initial-scale=1">',
            '<meta name="color-scheme" content="light dark">',
            '<meta name="format-detection" content="telephone=no,date=no,address=no,email=no,url=no">',
            f"<title>{escape(document.subject)}</title><style>{_STYLE}</style></head>",
            '<body style="margin:0;padding:16px;background:#fff">',
            # What a phone shows; the blanks keep the text below out of it.
            f'<div style="{_HIDDEN}">{preview}{"&#847; " * 40}</div>',
            f'{_OUTLOOK[0]}<div class="text" style="max-width:640px;margin:0 auto;color:#1f2328;{_FONT}">',
            *_render_head(document),
            *_render_facts(document),
            *(part for section in document.sections for part in _render_section(section)),
            f'<br>{_TABLE}<tr><td class="small" style="padding:10px 0 0;{_RULE};{_SMALL}">',
            *(f'<p style="margin:4px 0">{_render(note)}</p>' for note in document.notes),
            *([_render_links([document.help], "font-size:13px")] if document.help else ()),
            f"</td></tr></tbody></table></div>{_OUTLOOK[1]}</body></html>\n",
        ]
    )


def _render_head(document: Document) -> Iterable[str]:
    bar = f"border-left:5px solid {document.tone.colour};padding:2px 0 2px 14px"
    yield f'<table role="presentation" style="border-collapse:collapse"><tbody><tr><td style="{bar}">'
    headline = escape(f"{document.sign} {document.headline}")
    yield f'<h1 style="margin:0;font-size:21px;line-height:1.3">{headline}</h1>'
    if document.place:
        yield f'<p style="margin:4px 0 0">{_render(document.place)}</p>'
    yield "</td></tr></tbody></table>"
    if document.lead:
        yield f'<p style="margin:10px 0">{_render(document.lead)}</p>'
    if document.links:
        yield _render_links(document.links, "font-weight:bold")


def _render_facts(document: Document) -> Iterable[str]:
    if document.facts:
        style = f"padding:2px 16px 2px 0;font-weight:normal;text-align:left;vertical-align:top;{_SMALL}"
        yield '<table style="border-collapse:collapse"><tbody>'
        for label, value in document.facts.items():
            yield f'<tr><th class="small" scope="row" style="{style}">{escape(label)}</th>'
            yield f'<td style="padding:2px 0;vertical-align:top">{_render(value)}</td></tr>'
        yield "</tbody></table>"


def _render_section(section: ListSection) -> Iterable[str]:
    if not section.items:
        yield f'<p class="small" style="{_SMALL}">{escape(section.title)}</p>'
        return
    yield f'<h2 style="margin:22px 0 6px;font-size:15px">{escape(section.title)}</h2>'
    yield _TABLE
    for item in section.items:
        link = f' <a href="{escape(item.url)}" style="font-size:13px">Open</a>' if item.url else ""
        said = f'<span class="small" style="{_SMALL}">{_render(item.said)}</span>{link}'
        joint = " " if section.files else "<br>"
        yield f"{_ROW}{escape(f'{item.sign} '.lstrip())}{_render(item.name)}{joint}{said}</td></tr>"
    if section.more:
        yield f"{_ROW}{count_more(section.more)}</td></tr>"
    yield "</tbody></table>"


def _render_links(links: Iterable[Link], style: str) -> str:
    shown = (f'<a href="{escape(link.url)}" style="{style}">{escape(link.text)}</a>' for link in links)
    return f'<p style="margin:10px 0">{" &nbsp; ".join(shown)}</p>'


def _render(phrase: Phrase) -> str:
    return "".join(_render_name(part) if part.name else escape(part.text) for part in phrase)


def _render_name(part: Span) -> str:
    pieces = "<wbr>".join(_DOT.sub(r"<span>\g<0></span>", escape(piece)) for piece in _BREAK.split(part.text))
    return f'<code style="{_NAME}"><bdi>{pieces}</bdi></code>'
