"""A mail, parsed back: its headers, its text and its HTML; moments as an owner reads them, text and SMS."""

import re
from datetime import datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP, default
from html.parser import HTMLParser
from typing import Any
from zoneinfo import ZoneInfo

import html5lib
import pytest
from hypothesis import given
from linkify_it import LinkifyIt

from contract.text import to_ascii
from contract.words import NotificationKind
from handlers.notifications.document import Document, RenderContext, format_time, render_text
from handlers.notifications.mail import render_html, render_mail
from handlers.notifications.plan import Notification
from handlers.notifications.sns import render_sms
from handlers.notifications.writing import write_document
from tests.unit.handlers.notifications.hostile import names, notifications
from tests.unit.handlers.notifications.samples import (
    DASHBOARD,
    DOCS,
    TOPIC,
    context,
    digest,
    incident,
    list_phrases,
    notice,
    notification,
    single,
)  # fmt: skip

ATTRIBUTES = {"lang", "charset", "name", "content", "class", "href", "scope", "style", "role", "width"}
SENDER = "file-sla <sla@example.com>"
LINKIFY = LinkifyIt().tlds("zip", keep_old=True)
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
    assert mail["List-Id"] == "<orders.file-sla.example.com>"
    assert mail["Auto-Submitted"] == "auto-generated"
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


@pytest.mark.parametrize(
    ("moment", "zone", "shown"),
    [
        ("2026-11-26T08:00Z", "Europe/Berlin", "Thu 26 Nov 2026, 09:00 Europe/Berlin"),
        ("2026-11-26T23:30Z", "Asia/Kolkata", "Fri 27 Nov 2026, 05:00 Asia/Kolkata"),
        ("2026-01-01T01:00Z", "America/Sao_Paulo", "Wed 31 Dec 2025, 22:00 America/Sao_Paulo"),
        ("2026-03-01T00:00Z", "UTC", "Sun 1 Mar 2026, 00:00 UTC"),
        # The hour that comes twice.
        ("2026-10-25T00:30Z", "Europe/Berlin", "Sun 25 Oct 2026, 02:30 CEST Europe/Berlin"),
        ("2026-10-25T01:30Z", "Europe/Berlin", "Sun 25 Oct 2026, 02:30 CET Europe/Berlin"),
        ("2026-10-25T02:00Z", "Europe/Berlin", "Sun 25 Oct 2026, 03:00 Europe/Berlin"),
    ],
)
def test_a_moment_has_its_date_and_its_zone(moment: str, zone: str, shown: str) -> None:
    assert format_time(datetime.fromisoformat(moment), ZoneInfo(zone)) == shown


@given(names)
def test_ascii_is_printable_ascii(name: str) -> None:
    shown = to_ascii(name)
    assert shown.isascii()
    assert shown.isprintable()
    assert shown == shown.strip() != ""


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Größe_Ærø_Łódź", "Grosse_AEro_Lodz"),
        ("Żółć \u2013 “x”", 'Zolc - "x"'),
        ("D:\\数据\\in", "D:\\?\\in"),
        ("ﬁles²", "files2"),
        ("\u202egnp", "[U+202E]gnp"),
        ("a\nb", "a[U+000A]b"),
        ("=?utf-8?q?evil?=", "= ?utf-8?q?evil?="),
        ("ö=?utf-8?q?evil?=", "o= ?utf-8?q?evil?="),
    ],
)
def test_letters_become_the_nearest_in_ascii(name: str, shown: str) -> None:
    assert to_ascii(name) == shown


@given(notifications(channel=TOPIC))
def test_no_name_becomes_a_link_in_text_and_an_sms_is_one(sent: tuple[Notification, RenderContext]) -> None:
    """By the rules of linkify-it, which links bare addresses, as mail programs do."""
    document = write_document(*sent)
    for links in map(LINKIFY.match, (render_text(document), render_sms(document))):
        assert all(link.url.startswith((DASHBOARD, DOCS)) for link in links or ())
    sms = render_sms(document)
    places = len(sms) + sum(letter in "[\\]^{|}~" for letter in sms)
    assert places <= 160 if sms.isascii() else len(sms.encode("utf-16-le")) <= 140
    assert "`" not in sms


def test_an_sms_spells_a_place_in_its_own_letters() -> None:
    about = notice(NotificationKind.NEW, incident(folder="D:\\データ\\受信", sender_name="東京-01"))
    sms = render_sms(write_document(notification(about, channel=TOPIC), context()))
    assert sms.startswith("12 files stuck in D:\\データ\\受信 on 東京-01, oldest 3 h 10 min. ")
