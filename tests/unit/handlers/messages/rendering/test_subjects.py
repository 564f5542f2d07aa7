"""What a phone shows of a message."""

import re

import pytest
from hypothesis import given

from contract.words import IncidentStatus, MessageKind, UnknownReason
from handlers.messages.message import Message
from handlers.messages.rendering.context import Context
from handlers.messages.rendering.subjects import MAX_SUBJECT
from handlers.messages.rendering.writing import write_document
from tests.unit.handlers.messages.rendering.hostile import messages
from tests.unit.handlers.messages.samples import (
    ago,
    context,
    digest,
    incident,
    line,
    message,
    sender,
    single,
    unknown,
)

SUBJECTS = {
    MessageKind.BEGIN: "12 files stuck in D:\\Inbound\\Orders on FILES01, oldest 3 h 10 min",
    MessageKind.ESCALATED: (
        "Not acknowledged: 12 files stuck in D:\\Inbound\\Orders on FILES01, oldest 3 h 10 min"
    ),
    MessageKind.WORSE: "Worse: 31 files stuck in D:\\Inbound\\Orders on FILES01, oldest 3 h 10 min",
    MessageKind.REMINDER: "Still 12 files stuck in D:\\Inbound\\Orders on FILES01, oldest 1 d 2 h",
    MessageKind.CLEARED: "Cleared: D:\\Inbound\\Orders on FILES01 after 2 h 49 min",
    MessageKind.REOPENED: "Stuck again: D:\\Inbound\\Orders on FILES01, 1 file, oldest 3 h 10 min",
    MessageKind.STUCK_ALL_ALONG: (
        "Was stuck all the time: D:\\Inbound\\Orders on FILES01, 12 files, oldest 3 h 10 min"
    ),
    MessageKind.QUIET: "Not reported any more: D:\\Inbound\\Orders on FILES01 since 26 Nov 2026, 08:20",
    MessageKind.UNKNOWN: "Unknown: D:\\Inbound\\Orders on FILES01, no longer watched",
    MessageKind.LAPSED: "Ended unseen: D:\\Inbound\\Orders on FILES01",
    MessageKind.CLOSED: "Closed: D:\\Inbound\\Orders on FILES01",
    MessageKind.UNREADABLE: "Folder unreadable: \\\\nas02\\exchange\\out on FILES01",
    MessageKind.READABLE: "Readable again: \\\\nas02\\exchange\\out on FILES01",
    MessageKind.SILENT: "Server silent: FILES01, 3 folders unknown",
    MessageKind.SPEAKS: "Reports again: FILES01",
}


def subject(told: Message) -> str:
    return write_document(told, context()).subject


@pytest.mark.parametrize("kind", MessageKind)
def test_it_says_what_and_where(kind: MessageKind) -> None:
    assert subject(single(kind)) == SUBJECTS[kind]


def test_a_digest_counts_and_names_the_worst() -> None:
    assert subject(digest()) == (
        "5 folders stuck, 1 server silent, 1 folder unreadable, 1 cleared; worst E:\\Bank\\Out on FILES01"
    )


def test_a_digest_of_ends_names_one_of_them() -> None:
    over = [
        line(
            MessageKind.CLEARED, incident(f"c{number}", status=IncidentStatus.CLEARED, ended_at=ago(hours=1))
        )
        for number in range(6)
    ]
    assert subject(message(*over)) == "6 cleared, among them D:\\Inbound\\Orders on FILES01"


def test_a_digest_of_silent_servers_counts_them() -> None:
    silent = [line(MessageKind.SILENT, sender=sender(name=f"files-{number}")) for number in range(6)]
    assert subject(message(*silent)) == "6 servers silent"


def test_a_long_path_is_cut_in_the_middle_and_the_server_stays() -> None:
    folder = "D:\\Transfer\\Partners of ours\\Northwind Traders\\Inbound\\Orders"
    told = subject(message(line(MessageKind.BEGIN, incident(folder=folder))))
    assert (
        told == "12 files stuck in D:\\...\\Northwind Traders\\Inbound\\Orders on FILES01, oldest 3 h 10 min"
    )


def test_what_has_no_room_is_left_out_before_the_path() -> None:
    crowded = incident(folder="D:\\" + "Inbound\\" * 9 + "in", sender_name="FILES" * 5, files=12345)
    told = subject(message(line(MessageKind.ESCALATED, crowded)))
    assert told == (
        "Not acknowledged: 12,345 files stuck in D:\\...\\Inbound\\Inbound\\in on FILESF...FILESFILESFILES"
    )


@pytest.mark.parametrize(
    ("told", "begins"),
    [
        (incident(oldest=None), "12 files stuck in D:\\Inbound\\Orders on FILES01"),
        (unknown(UnknownReason.SILENT), "12 files stuck in D:\\Inbound\\Orders on FILES01"),
        (incident(files=1), "1 file stuck in"),
        (incident(sender_name="files-01"), "12 files stuck in D:\\Inbound\\Orders on files-01,"),
        (incident(folder="D:\\Aufträge\\数据"), "12 files stuck in D:\\Auftrage\\? on FILES01,"),
    ],
)
def test_what_is_not_known_is_not_told(told: object, begins: str) -> None:
    assert subject(message(line(MessageKind.BEGIN, told))).startswith(begins)  # type: ignore[arg-type]


def test_a_reminder_is_of_what_is_so() -> None:
    unreadable = line(MessageKind.REMINDER, unknown(UnknownReason.UNREADABLE))
    told = subject(message(unreadable))
    assert told == "Still unknown: D:\\Inbound\\Orders on FILES01, folder unreadable"
    assert subject(message(line(MessageKind.REMINDER, sender=sender()))) == "Server still silent: FILES01"


@given(messages())
def test_any_subject_is_short_printable_ascii(told: tuple[Message, Context]) -> None:
    written = write_document(*told).subject
    assert re.fullmatch(rf"[!-~]([ -~]{{0,{MAX_SUBJECT - 2}}}[!-~])?", written)
    assert len(written) < 100
