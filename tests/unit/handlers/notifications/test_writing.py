"""What notifications say, what a phone shows of them, and how much of a storm each medium takes.

Subjects of every kind are held to those in docs/notifications.md (`tests/unit/docs/test_guides.py`).
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given

from contract.owners.model import Owners, Rule
from contract.words import EXPLANATIONS, REASONS, Clearing, IncidentStatus, UnknownReason
from contract.words import NotificationKind as K
from handlers.notifications import mail, slack, sns, teams, writing
from handlers.notifications.document import Document, Link, RenderContext, Tone, read_phrase, render_text
from handlers.notifications.plan import Notification, Storm, _arrange
from handlers.notifications.rules import Notice
from handlers.notifications.situation import NamedFile
from handlers.notifications.wording import MAX_SUBJECT
from handlers.notifications.writing import GONE, MOST_LISTED, list_shared_names, write_document
from store.senders import UnreadableFolder
from tests.unit.handlers.notifications.hostile import notifications
from tests.unit.handlers.notifications.samples import (
    DASHBOARD,
    LINES,
    NOW,
    ago,
    context,
    digest,
    ended,
    incident,
    notice,
    notification,
    recipient,
    sender,
    single,
    unknown,
    walk,
)  # fmt: skip


def read(sent: Notification, known: RenderContext | None = None) -> str:
    return render_text(write_document(sent, known or context(*sent.notices)))


def say(kind: K, about: Any) -> str:
    return read(notification(notice(kind, about)))


def test_a_beginning_says_all_that_its_reader_needs() -> None:
    text = read(single(K.NEW))
    for sent in (
        "▲ 12 files stuck, oldest 3 h 10 min\nD:\\Inbound\\Orders on FILES01\n",
        "Stuck: 12 files, seen 5 min ago\n",
        "Snooze 4 h: https://sla.example.com/?incident=a1&action=snooze-4h\n",
        "Open the incident: https://sla.example.com/?incident=a1\n",
        "Sender: files-01/FILES01\n",
        "SLA: 20 min\n",
        "In breach since: Thu 26 Nov 2026, 06:30 (2 h 50 min)\n",
        "Oldest file: waiting 3 h 10 min, 2 h 50 min over the SLA, created Thu 26 Nov 2026, 06:10\n",
        "Status: open: in the latest report\n",
        "Acknowledged: not yet\n",
        "Time zone: Europe/Berlin\n",
        "- order_4711.\u2060xml, 3 h 10 min old, created 26 Nov 2026, 06:10\n",
        "  and 2 more\n",
        "You get this by mail because it belongs to orders in owners.yaml.\n",
        "To get fewer: acknowledge or snooze incidents in the dashboard; set quiet hours",
        "How to get fewer: https://docs.example.com/docs/notifications.md#how-to-get-fewer\n",
    ):
        assert sent in text
    assert text.count("order_47") == 10


def test_every_kind_has_its_words_and_only_a_confirmed_end_is_good_news() -> None:
    documents = {kind: write_document(single(kind), context()) for kind in K}
    leads = {one.lead for one in documents.values()}
    assert all(leads)
    assert len(leads) == len(K)
    assert not any("{" in span.text for lead in leads for span in lead)
    good = {kind for kind, one in documents.items() if one.tone is Tone.GOOD}
    assert good == {K.CLEARED, K.READABLE, K.BACK}


@pytest.mark.parametrize("reason", UnknownReason)
def test_unknown_has_its_reason_as_on_the_screen(reason: UnknownReason) -> None:
    text = say(K.UNKNOWN, unknown(reason))
    assert text.startswith(f"? Status unknown: {REASONS[reason]}\n")
    assert f"Status: unknown: {REASONS[reason]}: {EXPLANATIONS[reason]}\n" in text


ON_IT = incident(acknowledged_by="ana", acknowledged_until=NOW + timedelta(hours=8))
SNOOZED = incident(snoozed_until=NOW + timedelta(hours=1))
BETWEEN = ended(IncidentStatus.CLEARED, cleared_by=Clearing.EMPTY, between=True, acknowledged_by="ana")
MANY = tuple(unknown(UnknownReason.SILENT, f"u{number}", folder=f"D:\\{number}") for number in range(100))


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        (single(K.NOT_REPORTED), "No longer reported since Thu 26 Nov 2026, 08:20 Europe/Berlin: this"),
        (single(K.NOT_REPORTED), "script reports problems only. You will be notified if a report shows"),
        (single(K.NOT_REPORTED), "Last seen stuck: Thu 26 Nov 2026, 08:20, 12 files"),
        (single(K.STILL_STUCK), "after the report of Thu 26 Nov 2026, 07:20 Europe/Berlin"),
        (notification(notice(K.CLEARED, BETWEEN)), "Ended: Thu 26 Nov 2026, 09:19 (after 2 h 49 min)\n"),
        (notification(notice(K.CLEARED, BETWEEN)),
         "a later report says that nothing is stuck; it ended at some time after it was last seen\n"),
        (notification(notice(K.CLEARED, BETWEEN)), "Acknowledged: by ana\n"),
        (notification(notice(K.NEW, ON_IT)), "Acknowledged: by ana, until Thu 26 Nov 2026, 17:20\n"),
        (notification(notice(K.WORSE, ON_IT), LINES[K.CLEARED]),
         "in breach since 26 Nov 2026, 06:30, acknowledged by ana\n"),
        (single(K.WORSE), "Acknowledged: by ana, ended Thu 26 Nov 2026, 08:50\n"),
        (single(K.ESCALATED), "Nobody has acknowledged it for 1 h, so you are notified too."),
        (notification(notice(K.NEW, SNOOZED)), "Snoozed: until Thu 26 Nov 2026, 10:20\n"),
        (single(K.SILENT), "because some of its folders belong to orders in owners.yaml"),
        (notification(LINES[K.BACK], name="operations"), "because it belongs to operations in owners.yaml"),
        (single(K.NOT_EXPECTED), "Somebody set another interval for it: no report of it is missing now."),
        (single(K.SILENT), "? Server silent: 3 folders unknown\nFILES01\n"),
        (single(K.SILENT), "No report since Thu 26 Nov 2026, 08:35 Europe/Berlin; one is expected every"),
        (single(K.SILENT), "? D:\\Inbound\\Orders\n  1 file when last seen\n"),
        (notification(replace(LINES[K.SILENT], unknown=MANY)), "? Server silent: 100 folders unknown\n"),
        (notification(replace(LINES[K.SILENT], unknown=MANY)), "  and 80 more\n"),
        (notification(LINES[K.NEW], zone="America/New_York"),
         "In breach since: Thu 26 Nov 2026, 00:30 (2 h 50 min)\n"),
        (notification(LINES[K.NEW], zone="America/New_York"), "Time zone: America/New_York\n"),
    ],
)  # fmt: skip
def test_it_says_since_when_who_until_when_and_why(sent: Notification, words: str) -> None:
    assert words in read(sent)


def test_what_is_over_or_not_so_is_not_said() -> None:
    assert "leared" not in read(single(K.NOT_REPORTED))
    assert "order_" not in say(K.CLEARED, BETWEEN)
    assert "Snoozed" not in say(K.NEW, incident(snoozed_until=ago(hours=1)))


def test_servers_of_one_name_in_two_accounts_are_told_apart() -> None:
    accounts = [sender(), sender(key="sub-9/files01", name="intruder/files01"), sender(key="c/x", name="c/x")]
    shared = list_shared_names(accounts)
    assert shared == {"files01"}
    named = (incident(str(n), sender_name=one.name) for n, one in enumerate(accounts))
    sent = notification(*(notice(K.NEW, one) for one in named))
    text = read(sent, context(shared=shared))
    for name in ("files-01/FILES01", "intruder/files01", "x"):
        assert f"D:\\Inbound\\Orders on {name}\n" in text
    assert " on FILES01" in read(sent, context())
    only = read(single(K.SILENT), context(shared=shared))
    assert only.startswith("? Server silent: 3 folders unknown\nfiles-01/FILES01\n")


def test_a_flood_hides_nothing_of_another_sender_or_account_whatever_dates_it_sends() -> None:
    keys = ("bad/a", "bad/a", "bad/b", "good/x", "good/x")
    notices = [
        notice(K.NEW, incident(str(n), sender=key, breached_since=ago(days=9 - n)))
        for n, key in enumerate(keys)
    ]
    arranged = [one.sender_key for one in _arrange(reversed(notices))]
    assert arranged == ["bad/a", "good/x", "bad/b", "good/x", "bad/a"]


def test_the_rule_of_a_folder_says_what_to_do() -> None:
    rule = Rule(owner="orders", folder="d:\\inbound\\*", instructions="Call 4711", line=1)
    owners = Owners(owners={"orders": recipient().owner}, rules=(rule,), default="orders")
    assert "What to do: Call 4711\n" in read(single(K.NEW), context(owners=owners))
    assert "acknowledged. Call 4711" in read_phrase(
        write_document(single(K.NEW), context(owners=owners)).first_line
    )
    assert "What to do" not in read(single(K.CLEARED), context(owners=owners))


def test_files_have_their_age_where_it_is_known() -> None:
    files = [NamedFile(name="old", created=ago(days=1)), NamedFile(name="odd"),
             NamedFile(name="ahead", created=NOW + timedelta(hours=2))]  # fmt: skip
    text = read(single(K.NEW), context(files={"a1": files}))
    assert (
        "- old, 1 d old, created 25 Nov 2026, 09:20\n- odd, age unknown\n- ahead, 0 min old, created" in text
    )
    assert "  and 9 more\n" in text
    assert GONE in read(single(K.NEW), context(files={"a1": []}))
    assert GONE not in read(single(K.NEW), context())


def test_a_digest_names_every_folder_and_the_first_ten_files() -> None:
    sent = digest()
    text = read(sent)
    for one in sent.notices:
        if one.incident is not None:
            assert f"{one.incident.folder} on FILES01\n" in text
    assert "Server silent: 3 folders unknown: D:\\Inbound\\Orders, D:\\Inbound\\Returns, E:\\Exchange" in text
    assert "Folder unreadable: Access to the path is denied." in text
    assert text.count("- order_") == 10
    # 7 + 14 + 21 + 28 + 35, less these ten.
    assert "  and 95 more\n" in text
    head = "▲ Files stuck in 5 folders, 1 server silent, 1 folder unreadable, 1 cleared, oldest 3 h 10 min\n"
    assert text.startswith(f"{head}Worst: D:\\Inbound\\Orders on FILES01\n")


def test_a_digests_files_are_the_oldest_of_all_its_folders() -> None:
    named = (incident(f"b{hours}", folder=f"D:\\{hours}", file_count=2) for hours in (1, 3, 2))
    files = {f"b{hours}": [NamedFile(name=f"f{hours}", created=ago(hours=hours))] for hours in (1, 3, 2)}
    text = read(notification(*(notice(K.NEW, one) for one in named)), context(files=files))
    listed = re.findall(r"^- (f\d), .*, in (.*)$", text, re.MULTILINE)
    assert listed == [("f3", "D:\\3"), ("f2", "D:\\2"), ("f1", "D:\\1")]
    assert "  and 3 more\n" in text


OVER = [incident(f"c{n}", status=IncidentStatus.CLEARED, ended_at=ago(hours=1)) for n in range(6)]
LONG = incident(folder="D:\\Transfer\\Partners of ours\\Northwind Traders\\Inbound\\Orders")
CROWDED = incident(folder="D:\\" + "Inbound\\" * 9 + "in", sender_name="FILES" * 5, file_count=12345)
SILENT = [sender(name=f"files-{number}") for number in range(6)]


@pytest.mark.parametrize(
    ("sent", "written"),
    [
        (digest().notices,
         "Files stuck in 5 folders, ..., oldest 3 h 10 min, worst D:\\Inbound\\Orders on FILES01"),
        ([notice(K.CLEARED, one) for one in OVER], "6 cleared, among them D:\\Inbound\\Orders on FILES01"),
        ([notice(K.SILENT, sender=one) for one in SILENT], "6 servers silent"),
        # A long path is cut in the middle, and the server stays.
        ([notice(K.NEW, LONG)],
         "12 files stuck in D:\\...\\Northwind Traders\\Inbound\\Orders on FILES01, oldest 3 h 10 min"),
        # What has no room is left out before the path.
        ([notice(K.ESCALATED, CROWDED)],
         "Not acknowledged: 12,345 files stuck in D:\\...\\Inbound\\Inbound\\in on FILESF...FILESFILESFILES"),
        ([notice(K.NEW, incident(oldest_creation=None, sender_name="f"))],
         "12 files stuck in D:\\Inbound\\Orders on f"),
        ([notice(K.NEW, incident(file_count=1, folder="D:\\Aufträge\\数据"))],
         "1 file stuck in D:\\Aufträge\\数据 on FILES01, oldest 3 h 10 min"),
    ],
)  # fmt: skip
def test_a_subject_counts_and_cuts(sent: Sequence[Notice], written: str) -> None:
    assert write_document(notification(*sent), context()).subject == written


@given(notifications())
def test_any_subject_is_short_and_printable(sent: tuple[Notification, RenderContext]) -> None:
    written = write_document(*sent).subject
    assert 0 < len(written) <= MAX_SUBJECT
    assert not re.search(r"[\x00-\x1f\x7f-\x9f\u200b\u202a-\u202e\ud800-\udfff]", written)


BY_MEDIUM = pytest.mark.parametrize("fits", [mail.fits, slack.fits, teams.fits, sns.fits])


def storm(number: int) -> list[Notice]:
    """As the plan has it: four of five are stuck, the others cleared."""
    return [
        notice(
            K.CLEARED if index % 5 == 0 else K.NEW,
            incident(
                f"i{index}",
                folder=f"D:\\Transfer\\Partners\\Partner {index:04}\\Inbound",
                breached_since=ago(minutes=index),
                **({"status": IncidentStatus.CLEARED, "ended_at": ago(minutes=1)} if index % 5 == 0 else {}),
            ),
        )
        for index in sorted(range(number), key=lambda index: index % 5 == 0)
    ]


@BY_MEDIUM
def test_a_storm_is_one_message_that_counts_all_and_names_the_worst(fits: Callable[[Document], bool]) -> None:
    notices = storm(200)
    document = writing.write_what_fits(notification(*notices), context(*notices), fits)
    assert fits(document)
    assert document.headline == "Files stuck in 160 folders, 40 cleared, oldest 3 h 10 min"
    stuck_now, cleared, _ = document.sections
    assert len(stuck_now.items) + len(cleared.items) == MOST_LISTED
    assert (len(stuck_now.items) + stuck_now.more, len(cleared.items) + cleared.more) == (160, 40)
    assert document.links == (Link(text="Open the list", url=f"{DASHBOARD}/?owner=orders"),)


@pytest.mark.parametrize(
    ("notices", "of", "subject"),
    [
        (storm(50)[:40], Storm(total=200, over=0),
         "Files stuck in 200 folders, 40 of them new, oldest 3 h 10 min, worst D:\\...\\Inbound on FILES01"),
        (storm(900)[-180:], Storm(total=200, over=180, how=K.CLEARED), "180 of 200 cleared; 20 remain"),
        (storm(50)[-10:], Storm(total=11, over=10), "10 of 11 over; 1 remains"),
        (storm(50)[-10:], Storm(total=200, over=200, how=K.NOT_REPORTED), "All 200 no longer reported"),
    ],
)  # fmt: skip
def test_a_part_of_a_storm_says_what_became_of_all_of_it(
    notices: list[Notice], of: Storm, subject: str
) -> None:
    document = write_document(replace(notification(*notices), storm=of), context())
    assert document.subject == subject
    assert subject.startswith(document.headline.partition(", oldest")[0])


def test_the_first_line_of_a_digest_says_what_its_subject_does_not() -> None:
    said = read_phrase(write_document(digest(), context()).first_line)
    assert said.startswith(
        "1 server silent, 1 folder unreadable, 1 cleared. Since 07:40 on 1 server, none ack"
    )
    of = Storm(total=200, over=199, remaining=(incident(),))
    document = write_document(replace(notification(*storm(900)[-180:]), storm=of), context())
    assert read_phrase(document.first_line) == "Remaining: D:\\Inbound\\Orders"


@BY_MEDIUM
@pytest.mark.parametrize("name", ["\\" * 1024, "🚀" * 1024, "\u0301" * 1024, "<" * 1024, "\0" * 1024])
def test_one_line_fits_whatever_it_names(fits: Callable[[Document], bool], name: str) -> None:
    crowd = tuple(replace(incident(f"u{index}"), folder=name) for index in range(100))
    files = {"a1": [NamedFile(name=name, created=ago(hours=index)) for index in range(10)]}
    for known in LINES.values():
        about, server = known.incident, known.sender
        one = replace(
            known,
            incident=about and replace(about, folder=name, sender_name=name, acknowledged_by=name),
            sender=server and replace(server, name=name, key=name[:129]),
            folder=known.folder and UnreadableFolder(folder=name, owner="orders", error=name),
            unknown=crowd if known.unknown else (),
        )
        assert fits(write_document(notification(one), context(files=files)))


def test_a_digest_lists_what_the_medium_takes() -> None:
    def fits(document: Document) -> bool:
        return sum(len(section.items) for section in document.sections) <= 4

    document = writing.write_what_fits(notification(*storm(30)), context(), fits)
    assert [(len(one.items), one.more) for one in document.sections] == [(2, 22), (1, 5)]


@pytest.mark.parametrize(
    ("render", "link"), [(slack.render_slack, "link"), (teams.render_teams, "Action.OpenUrl")]
)
def test_a_digest_links_each_of_its_incidents(render: Callable[[Document], object], link: str) -> None:
    sent = digest()
    payload = render(write_document(sent, context(*sent.notices)))
    links = {one["url"] for one in walk(payload) if one.get("type") == link}
    assert {f"{DASHBOARD}/?incident=b{number}" for number in range(1, 6)} <= links
