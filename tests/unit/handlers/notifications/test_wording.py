"""What notifications say, and what a phone shows of them."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given

from contract.owners.model import Owners, Rule
from contract.words import EXPLANATIONS, REASONS, Clearing, IncidentStatus, NotificationKind, UnknownReason
from handlers.notifications.document import NamedFile, RenderContext, Tone, render_text
from handlers.notifications.situation import Notice, Notification
from handlers.notifications.sweep import list_shared_names
from handlers.notifications.wording import MAX_SUBJECT, WORDS
from handlers.notifications.writing import GONE, write_document
from tests.unit.handlers.notifications.hostile import notifications
from tests.unit.handlers.notifications.samples import (
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
)


def read(sent: Notification, known: RenderContext | None = None) -> str:
    return render_text(write_document(sent, known or context(*sent.notices)))


def say(one: Notice) -> str:
    return read(notification(one))


def test_a_beginning_says_all_that_its_reader_needs() -> None:
    text = read(single(NotificationKind.NEW))
    for sent in (
        "▲ 12 files stuck, oldest 3 h 10 min\nD:\\Inbound\\Orders on FILES01\n",
        "Stuck: 12 files, seen 5 min ago\n",
        "Open the incident: https://sla.example.com/?incident=a1\n",
        "Sender: files-01/FILES01\n",
        "SLA: 20 min\n",
        "In breach since: Thu 26 Nov 2026, 06:30 (2 h 50 min)\n",
        "Oldest file: 3 h 10 min old, created Thu 26 Nov 2026, 06:10\n",
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


def test_every_kind_has_a_look_and_its_words() -> None:
    assert set(WORDS) == set(NotificationKind)
    leads = {kind: write_document(single(kind), context()).lead for kind in NotificationKind}
    assert all(leads.values())
    assert len(set(leads.values())) == len(leads)


def test_no_longer_reported_is_not_called_cleared() -> None:
    text = read(single(NotificationKind.NOT_REPORTED))
    assert (
        "No longer reported since Thu 26 Nov 2026, 08:20 Europe/Berlin: "
        "this script reports problems only. You will be notified if a report shows" in text
    )
    assert "leared" not in text
    assert "Last seen stuck: Thu 26 Nov 2026, 08:20, 12 files" in text


@pytest.mark.parametrize("reason", UnknownReason)
def test_unknown_has_its_reason_as_on_the_screen(reason: UnknownReason) -> None:
    text = say(notice(NotificationKind.UNKNOWN, unknown(reason)))
    assert text.startswith(f"? Status unknown: {REASONS[reason]}\n")
    assert f"Status: unknown: {REASONS[reason]}: {EXPLANATIONS[reason]}\n" in text


def test_a_clearing_says_when_and_how_it_is_known() -> None:
    between = ended(IncidentStatus.CLEARED, cleared_by=Clearing.EMPTY, between=True, acknowledged_by="ana")
    text = say(notice(NotificationKind.CLEARED, between))
    assert "Ended: Thu 26 Nov 2026, 09:19 (after 2 h 49 min)\n" in text
    assert "a later report says that nothing is stuck; it ended at some time after it was last seen\n" in text
    assert "Acknowledged: by ana\n" in text
    assert "order_" not in text


ON_IT = incident(acknowledged_by="ana", acknowledged_until=NOW + timedelta(hours=8))
SNOOZED = incident(snoozed_until=NOW + timedelta(hours=1))


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        (single(NotificationKind.STILL_STUCK), "after the report of Thu 26 Nov 2026, 07:20 Europe/Berlin"),
        (
            notification(notice(NotificationKind.CLEARED, ON_IT)),
            "Acknowledged: by ana, until Thu 26 Nov 2026, 17:20\n",
        ),
        (single(NotificationKind.WORSE), "Acknowledged: by ana, ended Thu 26 Nov 2026, 08:50\n"),
        (single(NotificationKind.ESCALATED), "Nobody has acknowledged it for 1 h, so you are notified too."),
        (notification(notice(NotificationKind.CLEARED, SNOOZED)), "Snoozed: until Thu 26 Nov 2026, 10:20\n"),
        (single(NotificationKind.SILENT), "because some of its folders belong to orders in owners.yaml"),
        (
            notification(LINES[NotificationKind.BACK], name="operations"),
            "because it belongs to operations in owners.yaml",
        ),
    ],
)
def test_it_says_since_when_who_until_when_and_why(sent: Notification, words: str) -> None:
    assert words in read(sent)


def test_servers_of_one_name_in_two_accounts_are_told_apart() -> None:
    accounts = [sender(), sender(key="sub-9/files01", name="intruder/files01"), sender(key="c/x", name="c/x")]
    shared = list_shared_names(accounts)
    assert shared == {"files01"}
    sent = notification(
        *(
            notice(NotificationKind.NEW, incident(str(n), sender_name=one.name))
            for n, one in enumerate(accounts)
        )
    )
    text = read(sent, context(shared=shared))
    for name in ("files-01/FILES01", "intruder/files01", "x"):
        assert f"D:\\Inbound\\Orders on {name}\n" in text
    assert " on FILES01" in read(sent, context())
    only = read(single(NotificationKind.SILENT), context(shared=shared))
    assert only.startswith("? Server silent: 3 folders unknown\nfiles-01/FILES01\n")


def test_the_rule_of_a_folder_says_what_to_do() -> None:
    owners = Owners(
        owners={"orders": recipient().owner},
        rules=(Rule(owner="orders", folder="d:\\inbound\\*", instructions="Call 4711", line=1),),
        default="orders",
    )
    known = context(owners=owners)
    assert "What to do: Call 4711\n" in read(single(NotificationKind.NEW), known)
    assert "What to do" not in read(single(NotificationKind.CLEARED), known)


def test_a_snooze_that_is_over_is_not_shown() -> None:
    assert "Snoozed" not in say(notice(NotificationKind.NEW, incident(snoozed_until=ago(hours=1))))


def test_a_silent_server_names_what_is_unknown_because_of_it() -> None:
    text = read(single(NotificationKind.SILENT))
    assert text.startswith("? Server silent: 3 folders unknown\nFILES01\n")
    assert "No report since Thu 26 Nov 2026, 08:35 Europe/Berlin; one is expected every 15 min." in text
    assert "? D:\\Inbound\\Orders\n  1 file when last seen\n" in text


def test_of_very_many_unknown_folders_some_are_named_and_all_are_counted() -> None:
    many = tuple(unknown(UnknownReason.SILENT, f"u{number}", folder=f"D:\\{number}") for number in range(100))
    text = say(replace(LINES[NotificationKind.SILENT], unknown=many))
    assert text.startswith("? Server silent: 100 folders unknown\n")
    assert "  and 80 more\n" in text


def test_files_come_the_oldest_first_and_those_of_unknown_age_last() -> None:
    files = [
        NamedFile(name="new", created=ago(minutes=30)),
        NamedFile(name="odd"),
        NamedFile(name="old", created=ago(days=1)),
    ]
    text = read(single(NotificationKind.NEW), context(files={"a1": files}))
    assert "- old, 1 d old, created 25 Nov 2026, 09:20\n- new, 30 min old, created" in text
    assert "- odd, age unknown\n  and 9 more\n" in text


def test_an_incident_whose_records_are_gone_says_so() -> None:
    assert GONE in read(single(NotificationKind.NEW), context(files={"a1": []}))
    assert GONE not in read(single(NotificationKind.NEW), context())


def test_a_file_from_the_future_is_no_age_old() -> None:
    text = read(
        single(NotificationKind.NEW),
        context(files={"a1": [NamedFile(name="x", created=NOW + timedelta(hours=2))]}),
    )
    assert "- x, 0 min old, created 26 Nov 2026, 11:20\n" in text


def test_only_a_confirmed_end_is_good_news() -> None:
    good = {kind for kind in NotificationKind if write_document(single(kind), context()).tone is Tone.GOOD}
    assert good == {NotificationKind.CLEARED, NotificationKind.READABLE, NotificationKind.BACK}


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
    stuck = [
        notice(NotificationKind.NEW, incident(f"b{hours}", folder=f"D:\\{hours}", file_count=2))
        for hours in (1, 3, 2)
    ]
    files = {f"b{hours}": [NamedFile(name=f"f{hours}", created=ago(hours=hours))] for hours in (1, 3, 2)}
    text = read(notification(*stuck), context(files=files))
    assert re.findall(r"^- (f\d), .*, in (.*)$", text, re.MULTILINE) == [
        ("f3", "D:\\3"),
        ("f2", "D:\\2"),
        ("f1", "D:\\1"),
    ]
    assert "  and 3 more\n" in text


def test_a_digest_says_who_acknowledged() -> None:
    on_it = incident(acknowledged_by="ana", acknowledged_until=NOW + timedelta(hours=8))
    text = read(notification(notice(NotificationKind.WORSE, on_it), LINES[NotificationKind.CLEARED]))
    assert "in breach since 26 Nov 2026, 06:30, acknowledged by ana\n" in text


def test_an_owner_reads_times_in_the_owners_zone() -> None:
    text = read(notification(LINES[NotificationKind.NEW], zone="America/New_York"))
    assert "In breach since: Thu 26 Nov 2026, 00:30 (2 h 50 min)\n" in text
    assert "Time zone: America/New_York\n" in text


SUBJECTS = {
    NotificationKind.NEW: "12 files stuck in D:\\Inbound\\Orders on FILES01, oldest 3 h 10 min",
    NotificationKind.ESCALATED: (
        "Not acknowledged: 12 files stuck in D:\\Inbound\\Orders on FILES01, oldest 3 h 10 min"
    ),
    NotificationKind.WORSE: "Worse: 12 → 31 files stuck in D:\\Inbound\\Orders on FILES01, oldest 3 h 10 min",
    NotificationKind.STILL_OPEN: "Still 12 files stuck in D:\\Inbound\\Orders on FILES01, oldest 1 d 2 h",
    NotificationKind.CLEARED: "Cleared: D:\\Inbound\\Orders on FILES01 after 2 h 49 min",
    NotificationKind.REOPENED: "Stuck again: D:\\Inbound\\Orders on FILES01, 1 file, oldest 3 h 10 min",
    NotificationKind.STILL_STUCK: (
        "Still stuck after all: D:\\Inbound\\Orders on FILES01, 12 files, oldest 3 h 10 min"
    ),
    NotificationKind.NOT_REPORTED: (
        "No longer reported: D:\\Inbound\\Orders on FILES01 since 26 Nov 2026, 08:20"
    ),
    NotificationKind.UNKNOWN: "Status unknown: D:\\Inbound\\Orders on FILES01, no longer watched",
    NotificationKind.EXPIRED: "Expired: D:\\Inbound\\Orders on FILES01",
    NotificationKind.CLOSED: "Closed: D:\\Inbound\\Orders on FILES01",
    NotificationKind.ACKNOWLEDGED: "Acknowledged: D:\\Inbound\\Orders on FILES01, until 17:00",
    NotificationKind.UNREADABLE: "Folder unreadable: \\\\nas02\\exchange\\out on FILES01",
    NotificationKind.READABLE: "Folder readable again: \\\\nas02\\exchange\\out on FILES01",
    NotificationKind.SILENT: "Server silent: FILES01, 3 folders unknown",
    NotificationKind.BACK: "Server reports again: FILES01",
    NotificationKind.MAINTENANCE: "Maintenance planned: D:\\Inbound\\* on files-01/*",
}


def subject(sent: Notification) -> str:
    return write_document(sent, context()).subject


@pytest.mark.parametrize("kind", NotificationKind)
def test_it_says_what_and_where(kind: NotificationKind) -> None:
    assert subject(single(kind)) == SUBJECTS[kind]


OVER = [incident(f"c{n}", status=IncidentStatus.CLEARED, ended_at=ago(hours=1)) for n in range(6)]


LONG = incident(folder="D:\\Transfer\\Partners of ours\\Northwind Traders\\Inbound\\Orders")
CROWDED = incident(folder="D:\\" + "Inbound\\" * 9 + "in", sender_name="FILES" * 5, file_count=12345)
SILENT = [sender(name=f"files-{number}") for number in range(6)]


@pytest.mark.parametrize(
    ("sent", "written"),
    [
        (digest().notices,
         "Files stuck in 5 folders, ..., oldest 3 h 10 min, worst D:\\Inbound\\Orders on FILES01"),
        ([notice(NotificationKind.CLEARED, one) for one in OVER],
         "6 cleared, among them D:\\Inbound\\Orders on FILES01"),
        ([notice(NotificationKind.SILENT, sender=one) for one in SILENT], "6 servers silent"),
        # A long path is cut in the middle, and the server stays.
        ([notice(NotificationKind.NEW, LONG)],
         "12 files stuck in D:\\...\\Northwind Traders\\Inbound\\Orders on FILES01, oldest 3 h 10 min"),
        # What has no room is left out before the path.
        ([notice(NotificationKind.ESCALATED, CROWDED)],
         "Not acknowledged: 12,345 files stuck in D:\\...\\Inbound\\Inbound\\in on FILESF...FILESFILESFILES"),
    ],
)  # fmt: skip
def test_a_subject_counts_cuts_and_is_of_the_current_status(sent: Sequence[Notice], written: str) -> None:
    assert subject(notification(*sent)) == written


@pytest.mark.parametrize(
    ("sent", "begins"),
    [
        (incident(oldest_creation=None), "12 files stuck in D:\\Inbound\\Orders on FILES01"),
        (incident(file_count=1), "1 file stuck in"),
        (incident(sender_name="files-01"), "12 files stuck in D:\\Inbound\\Orders on files-01,"),
        (incident(folder="D:\\Aufträge\\数据"), "12 files stuck in D:\\Aufträge\\数据 on FILES01,"),
    ],
)
def test_what_is_unknown_is_left_out(sent: object, begins: str) -> None:
    assert subject(notification(notice(NotificationKind.NEW, sent))).startswith(begins)  # type: ignore[arg-type]


@given(notifications())
def test_any_subject_is_short_and_printable(sent: tuple[Notification, RenderContext]) -> None:
    written = write_document(*sent).subject
    assert 0 < len(written) <= MAX_SUBJECT
    assert not re.search(r"[\x00-\x1f\x7f-\x9f\u200b\u202a-\u202e\ud800-\udfff]", written)
