"""A mail, parsed back: its headers, its text and its HTML."""

import re
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP, default
from html.parser import HTMLParser
from typing import Any

import html5lib
import pytest
from hypothesis import given

from contract.words import NotificationKind
from handlers.notifications.document import Document, RenderContext, render_text
from handlers.notifications.mail import render_html, render_mail
from handlers.notifications.situation import Notification
from handlers.notifications.writing import write_document
from tests.unit.handlers.notifications.hostile import notifications
from tests.unit.handlers.notifications.samples import (
    DASHBOARD,
    DOCS,
    context,
    digest,
    list_phrases,
    recipient,
    single,
)

ATTRIBUTES = {"lang", "charset", "name", "content", "class", "href", "scope", "style", "role"}
SENDER = "file-sla <sla@example.com>"
TAGS = {
    "html", "head", "meta", "title", "style", "body", "div", "span", "h1", "h2", "p", "a",
    "table", "tbody", "tr", "th", "td", "code", "bdi", "wbr", "br",
}  # fmt: skip


class Page(HTMLParser):
    """What a page has."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags, self.links, self.attributes, self.names = set[str](), list[str](), set[str](), list[str]()
        self.text = ""
        self._within = list[str]()
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.links += [value or "" for name, value in attrs if name in ("href", "src", "action")]
        if tag == "bdi":
            self.names.append("")
        if tag not in ("meta", "br", "wbr"):
            self._within.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._within.pop() == tag

    def handle_data(self, data: str) -> None:
        if "bdi" in self._within:
            self.names[-1] += data
        if "style" not in self._within:
            self.text += data


def render(sent: Notification, known: RenderContext) -> tuple[EmailMessage, Document]:
    document = write_document(sent, known)
    written = render_mail(document, sent.recipient, SENDER).as_bytes()
    assert all(len(line) <= 76 for line in written.partition(b"\r\n\r\n")[2].split(b"\r\n"))
    parsed = message_from_bytes(written, policy=default)
    assert isinstance(parsed, EmailMessage)
    return parsed, document


def read_part(mail: EmailMessage, kind: str) -> str:
    part: Any = mail.get_body((kind,))
    content: str = part.get_content()
    return content.replace("\r\n", "\n")


@given(notifications())
def test_a_mail_is_what_it_should_be_whatever_the_names(sent: tuple[Notification, RenderContext]) -> None:
    mail, document = render(*sent)
    headers = [
        "From",
        "To",
        "Subject",
        "Auto-Submitted",
        "X-Auto-Response-Suppress",
        "List-Id",
        "List-Unsubscribe",
    ]
    threads = ["References", "In-Reply-To"] if len(sent[0].notices) == 1 else []
    assert list(mail.keys()) == [*headers, *threads, "MIME-Version", "Content-Type"]
    assert mail["Subject"] == document.subject.replace("=?", "= ?")
    assert mail["List-Unsubscribe"] == f"<{DOCS}/notifications.md#how-to-get-fewer>"
    assert mail["To"] == "orders@example.com, duty@example.com"
    assert mail["From"] == SENDER
    assert not mail.defects
    assert all(len(line) <= 998 for line in mail.as_bytes(policy=SMTP).split(b"\r\n"))
    text = read_part(mail, "plain")
    assert text == render_text(document)
    # Names add no line and no character that cannot be seen.
    assert text.splitlines() == text.split("\n")[:-1]
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b\u202a-\u202e]", text)
    html = read_part(mail, "html")
    assert html == render_html(document)
    page = Page(html)
    assert page.tags <= TAGS
    assert page.attributes <= ATTRIBUTES
    assert all(link.startswith((DASHBOARD, DOCS)) for link in page.links)
    assert sorted(page.names) == sorted(list_phrases(document, first_line=True))
    # By another parser, and without a piece that a mail program makes a link of.
    parser = html5lib.HTMLParser(strict=True)
    parser.parse(html)
    assert not parser.errors
    for piece in re.findall(r"<bdi>(.*?)</bdi>", html):
        assert not any(re.search(r"\w[.@]\w|://", part) for part in re.split("<[^>]*>", piece))


def test_mails_of_one_incident_lie_together_and_others_apart() -> None:
    mails = {kind: render(single(kind), context())[0] for kind in NotificationKind}
    begin, cleared, silent = (
        mails[kind] for kind in (NotificationKind.NEW, NotificationKind.CLEARED, NotificationKind.SILENT)
    )
    assert begin["References"] == begin["In-Reply-To"] == cleared["References"] != silent["References"]
    assert re.fullmatch(r"<[0-9a-f]{32}@file-sla\.example\.com>", begin["References"])
    assert render(digest(), context())[0]["References"] is None


def test_machines_are_asked_not_to_answer_and_lists_can_be_sorted() -> None:
    sent = single(NotificationKind.NEW)
    mail = render_mail(write_document(sent, context()), recipient(name="Bank_EU"), "sla@mail.example.com")
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["List-Id"] == "<bank-eu.file-sla.mail.example.com>"


def test_without_a_dashboard_there_are_no_links() -> None:
    sent = single(NotificationKind.NEW)
    document = write_document(sent, context(*sent.notices, dashboard_url="", docs_url=""))
    assert Page(render_html(document)).links == []
    assert "http" not in render_text(document)


LIVE = {
    NotificationKind.NEW, NotificationKind.ESCALATED, NotificationKind.WORSE, NotificationKind.STILL_OPEN,
    NotificationKind.REOPENED, NotificationKind.STILL_STUCK, NotificationKind.UNKNOWN,
    NotificationKind.ACKNOWLEDGED,
}  # fmt: skip


@pytest.mark.parametrize("kind", NotificationKind)
def test_links_lead_to_what_it_is_about_and_what_is_live_can_be_acted_on(kind: NotificationKind) -> None:
    sent = single(kind)
    html = render_html(write_document(sent, context(*sent.notices)))
    *actions, page, help_page = Page(html).links
    pages = ("?incident=a1", "senders?sender=sub-1%2Ffiles01", "maintenance")
    assert page in [f"{DASHBOARD}/{page}" for page in pages]
    acts = ("acknowledge", "snooze-4h") if kind in LIVE else ()
    assert actions == [f"{DASHBOARD}/?incident=a1&action={act}" for act in acts]
    assert help_page == f"{DOCS}/notifications.md#how-to-get-fewer"
    # Nothing is loaded, and little is sent.
    assert not re.search(r"src=|url\(|@import|<img|<script|<link", html)
    assert len(html) < 10_000
