"""Moments as an owner reads them, and names in which no program sees a link."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from linkify_it import LinkifyIt

from contract.words import NotificationKind
from handlers.notifications.document import (
    Document,
    NamedFile,
    RenderContext,
    format_short,
    format_time,
    render_text,
    to_ascii,
)
from handlers.notifications.situation import Notification
from handlers.notifications.sns import render_sms
from handlers.notifications.writing import write_document
from tests.unit.handlers.notifications.hostile import names, notifications
from tests.unit.handlers.notifications.samples import (
    DASHBOARD,
    DOCS,
    NOW,
    TOPIC,
    context,
    incident,
    notice,
    notification,
)

LINKIFY = LinkifyIt().tlds("zip", keep_old=True)


def list_texts(document: Document) -> list[str]:
    """What a mail program makes links of: the text part, and what a topic is sent."""
    return [render_text(document), render_sms(document)]


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


def test_in_a_list_the_zone_is_named_once() -> None:
    moment, zone = datetime(2026, 11, 26, 8, 0, tzinfo=UTC), ZoneInfo("Europe/Berlin")
    assert format_short(moment, zone) == "26 Nov 2026, 09:00"
    assert format_time(moment, zone, named=False) == "Thu 26 Nov 2026, 09:00"


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
    for links in map(LINKIFY.match, list_texts(document)):
        assert all(link.url.startswith((DASHBOARD, DOCS)) for link in links or ())
    sms = render_sms(document)
    assert sms.isascii()
    assert len(sms) + sum(letter in "[\\]^{|}~" for letter in sms) <= 160
    assert "`" not in sms


@pytest.mark.parametrize("name", ["www.evil.example.com", "orders.zip", "joe@evil.com", "https://evil.com/x"])
def test_what_looks_like_an_address_is_none(name: str) -> None:
    assert LINKIFY.test(name)
    about = incident(
        folder=name, sender_name=name, acknowledged_by=name, acknowledged_until=NOW + timedelta(hours=1)
    )
    document = write_document(
        notification(notice(NotificationKind.NEW, about), channel=TOPIC),
        context(files={"a1": [NamedFile(name=name, created=NOW)]}, dashboard_url="", docs_url=""),
    )
    assert not any(LINKIFY.test(text) for text in list_texts(document))
