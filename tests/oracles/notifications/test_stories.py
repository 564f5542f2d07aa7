"""What an owner is told, story by story."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import time, timedelta
from typing import Any

import pytest

from contract.moments import Hours
from contract.owners.model import Channel, ChannelKind, Escalation, Owners, Topic
from contract.words import IncidentStatus as Status
from contract.words import NotificationKind as K
from contract.words import SenderState
from contract.words import UnknownReason as Why
from handlers.notifications.plan import disable, plan, record_failure
from store.notifications import LastSaid, Recipient, list_notified, list_recipients
from store.senders import UnreadableFolder
from tests.oracles.notifications.fixtures import (
    HOUR,
    MINUTE,
    START,
    Outcome,
    a_recipient,
    a_sender,
    an_incident,
    an_owner,
    ended,
    unknown,
)  # fmt: skip
from tests.oracles.notifications.playing import Heard, Story

A = an_incident("a")
PLAIN = replace(A, oldest_creation=None)
"""It never is worse for its age."""
QUIET, LOST = (unknown(PLAIN, why, START) for why in (Why.NOT_REPORTED, Why.AMBIGUOUS))
CLEARED, EXPIRED = (ended(PLAIN, status, START) for status in (Status.CLEARED, Status.EXPIRED))
TAKEN = replace(PLAIN, acknowledged_by="ana", acknowledged_until=START + HOUR)
B, C, D = (an_incident(name, oldest_creation=None) for name in "bcd")
UP, SILENT, RETIRED = (a_sender(state=SenderState(one)) for one in ("up", "silent", "retired"))
LOCKED = UnreadableFolder(folder="E:\\Locked", owner="orders", error="denied")
FOREIGN = UnreadableFolder(folder="E:\\Bank", owner="bank", error="denied")
BANK = a_sender("files-02", owner="bank")
NEW = (K.NEW, "a")
SILENCE, LOCK, EXCUSED = ((kind, "sender#files-01") for kind in (K.SILENT, K.UNREADABLE, K.NOT_EXPECTED))


def play(changes: Mapping[int, Any], until: int, *of: Recipient) -> Story:
    """From each of these minutes on, that is so."""
    story = Story(*of)
    for minute, things in changes.items():
        story.until(minute - 1)
        story.so(*(things if isinstance(things, tuple) else (things,)))
    story.until(until)
    return story


STORIES: dict[str, tuple[Mapping[int, Any], int, Heard]] = {
    "a beginning waits two minutes, and what ends sooner says nothing": ({0: A, 2: CLEARED}, 60, []),
    "a further beginning comes five minutes after the last notification, or after three of its own": (
        {0: PLAIN, 3: B, 31: C}, 60, [(2, [NEW]), (6, [(K.NEW, "b")]), (33, [(K.NEW, "c")])],
    ),
    "what is ready goes along": (
        {0: A, 6: (CLEARED, B)}, 60, [(2, [NEW]), (7, [(K.CLEARED, "a")]), (9, [(K.NEW, "b")])],
    ),
    "an end comes within five minutes of the last notification": (
        {0: A, 4: CLEARED}, 60, [(2, [NEW]), (7, [(K.CLEARED, "a")])],
    ),
    "reminders come after four hours and then daily": (
        {0: PLAIN}, 60 * 60, [(2, [NEW]), *((minute, [(K.STILL_OPEN, "a")]) for minute in (244, 1686, 3128))],
    ),
    "worse is twice the files after two hours, and ten times at once": (
        {0: A, 3: replace(PLAIN, file_count=6), 201: replace(PLAIN, file_count=59),
         231: replace(PLAIN, file_count=60)},
        300, [(2, [NEW]), (124, [(K.WORSE, "a")]), (233, [(K.WORSE, "a")])],
    ),
    # Said at a wait of an hour; twice that is two, when two hours are over as well.
    "worse is twice the wait": (
        {0: replace(A, oldest_creation=START - 58 * MINUTE)}, 200, [(2, [NEW]), (124, [(K.WORSE, "a")])],
    ),
    "worse is no less than two SLAs": (
        {0: replace(A, sla=600, oldest_creation=START - 58 * MINUTE)}, 300,
        [(2, [NEW]), (244, [(K.STILL_OPEN, "a")])],
    ),
    "what began and ended under a mute is not replayed": ({0: TAKEN, 31: CLEARED}, 200, []),
    "what is no longer reported has a word of its own, and its lapse has none": (
        {0: A, 101: QUIET, 201: ended(QUIET, Status.EXPIRED, START), 301: PLAIN}, 400,
        [(2, [NEW]), (101, [(K.NOT_REPORTED, "a")]), (303, [(K.STILL_STUCK, "a")])],
    ),
    "later evidence clears what is no longer reported": (
        {0: A, 101: QUIET, 201: CLEARED}, 300,
        [(2, [NEW]), (101, [(K.NOT_REPORTED, "a")]), (201, [(K.CLEARED, "a")])],
    ),
    "reopened goes to who was notified that it cleared": (
        {0: A, 41: CLEARED, 101: PLAIN}, 200,
        [(2, [NEW]), (41, [(K.CLEARED, "a")]), (103, [(K.REOPENED, "a")])],
    ),
    "a clearing that is taken back before it was notified says nothing": (
        {0: A, 4: CLEARED, 6: PLAIN}, 200, [(2, [NEW])],
    ),
    "what is unknown is said, and that it is seen again": (
        {0: A, 61: LOST, 101: PLAIN}, 200,
        [(2, [NEW]), (63, [(K.UNKNOWN, "a")]), (103, [(K.STILL_OPEN, "a")])],
    ),
    "expired is said": ({0: A, 3: EXPIRED}, 60, [(2, [NEW]), (7, [(K.EXPIRED, "a")])]),
    "closed is said": ({0: A, 3: ended(A, Status.CLOSED, START)}, 60, [(2, [NEW]), (7, [(K.CLOSED, "a")])]),
    # Of the other server nothing was notified: its silence is news to its own owner alone.
    "a silent sender is one notice with all that is unknown": (
        {0: (UP, BANK, PLAIN, B),
         61: (SILENT, replace(BANK, state=SenderState.SILENT), unknown(PLAIN, Why.SILENT, START),
              unknown(B, Why.SILENT, START), unknown(replace(C, sender="files-02"), Why.SILENT, START)),
         101: (replace(UP, last_run_at=START + HOUR), PLAIN, ended(B, Status.CLEARED, START))},
        140, [(2, [NEW]), (2, [(K.NEW, "b")]), (63, [SILENCE]), (101, [(K.CLEARED, "b")]),
              (131, [(K.BACK, "sender#files-01")])],
    ),
    "what is not expected any more is said": (
        {0: SILENT, 11: UP, 61: replace(UP, unreadable_folders=(LOCKED,)), 101: RETIRED}, 160,
        [(2, [SILENCE]), (32, [EXCUSED]), (63, [LOCK]), (103, [EXCUSED])],
    ),
    # The notice says it: the incident has none of its own.
    "a folder that cannot be read is said, and that it can": (
        {0: A, 41: (replace(UP, unreadable_folders=(LOCKED, FOREIGN)), unknown(PLAIN, Why.UNREADABLE, START)),
         61: replace(UP, unreadable_folders=(replace(LOCKED, folder="e:/locked/"), FOREIGN)),
         91: replace(UP, unreadable_folders=(FOREIGN,))},
        120, [(2, [NEW]), (43, [LOCK]), (93, [(K.READABLE, "sender#files-01")])],
    ),
    "who is on it is said once to whoever knows of it": (
        {0: A, 11: TAKEN, 60: replace(TAKEN, acknowledged_until=START + 3 * HOUR)}, 100,
        [(2, [NEW]), (11, [(K.ACKNOWLEDGED, "a")]), (60, [(K.ACKNOWLEDGED, "a")])],
    ),
    "who is on it is not said of what nobody heard of": ({0: TAKEN}, 59, []),
    "four are a notification each": ({0: (PLAIN, B, C, D)}, 60, [(2, [(K.NEW, name)]) for name in "abcd"]),
    "five are one": (
        {0: (PLAIN, B, C, D, replace(D, incident_id="e"))}, 60, [(2, [(K.NEW, name) for name in "abcde"])],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", STORIES)
def test_what_is_said_and_when(name: str) -> None:
    changes, until, heard = STORIES[name]
    story = play(changes, until)
    assert story.heard == heard
    over = {thing for thing, entry in story.state.entries.items() if entry.said is LastSaid.NOTHING}
    assert not over


LATER = a_recipient(after=HOUR)
ESCALATED = (K.ESCALATED, "a")


@pytest.mark.parametrize("why", [Why.SILENT, Why.UNREADABLE, Why.NOT_REPORTED, Why.AMBIGUOUS])
def test_an_escalation_waits_on_while_its_incident_is_unknown(why: Why) -> None:
    lost = unknown(PLAIN, why, START)
    assert play({0: A, 51: lost, 71: PLAIN}, 80, LATER).heard == [(71, [ESCALATED])]
    # It counts anew where somebody was on it meanwhile.
    on_it = replace(lost, acknowledged_until=START + 56 * MINUTE)
    assert play({0: A, 51: on_it, 61: PLAIN}, 140, LATER).heard == [(121, [ESCALATED])]


def test_the_next_channels_are_told_what_nobody_acknowledged() -> None:
    taken = replace(B, acknowledged_until=START + 2 * HOUR)
    ends = tuple(ended(one, Status.CLEARED, START) for one in (PLAIN, B, C))
    story = play({0: (PLAIN, taken), 31: C, 201: ends}, 300, LATER)
    assert story.heard[:3] == [(60, [ESCALATED]), (91, [(K.ESCALATED, "c")]), (180, [(K.ESCALATED, "b")])]
    assert {kind for _, notices in story.heard[3:] for kind, _ in notices} == {K.CLEARED}


def test_topics_decide_what_is_said() -> None:
    beginnings = a_recipient(an_owner(notify_on=frozenset({Topic.NEW})))
    changes = {0: A, 3: (replace(A, file_count=600), SILENT), 1801: CLEARED}
    story = play(changes, 1860, beginnings)
    assert story.heard == [(2, [NEW])]
    assert story.state.entries == {}
    untold = a_recipient(an_owner(notify_on=frozenset(Topic) - {Topic.ACKNOWLEDGED}))
    assert play({0: A, 3: TAKEN}, 59, untold).heard == [(2, [NEW])]
    duty = (Channel(kind=ChannelKind.PAGERDUTY, targets=("duty",)),)
    on_call = a_recipient(an_owner(notify_on=frozenset({Topic.NEW}), channels=duty))
    assert play({0: A, 3: TAKEN}, 59, on_call).heard == [(2, [NEW]), (7, [(K.ACKNOWLEDGED, "a")])]


@pytest.mark.parametrize("how", ["acknowledged", "snoozed", "quiet"])
def test_under_a_mute_nothing_is_said_but_the_end(how: str) -> None:
    lunch = Hours(days=frozenset({0}), start=time(8, 20), end=time(9, 20), zone="UTC")
    held: dict[str, Any] = {f"{how}_until": START + 80 * MINUTE} if how != "quiet" else {}
    worse, over, begins = (
        replace(one, **held) for one in (replace(PLAIN, file_count=300), ended(B, Status.CLEARED, START), C)
    )
    to = a_recipient(an_owner(quiet_hours=(lunch,) if how == "quiet" else ()))
    first, second, *heard = play({0: (PLAIN, B), 20: (worse, over, begins)}, 200, to).heard
    assert (first, second) == ((2, [NEW]), (2, [(K.NEW, "b")]))
    if how == "acknowledged":
        assert heard.pop(0) == (20, [(K.ACKNOWLEDGED, "a")])
    # What differs from what was said last is said once, when that is over.
    assert heard == [(20, [(K.CLEARED, "b")]), (82, [(K.NEW, "c")]), (82, [(K.WORSE, "a")])]


def test_the_notice_of_silence_names_what_is_unknown_to_each_owner_that_was_told() -> None:
    mine = replace(PLAIN, owner="bank")
    lost = (unknown(one, Why.SILENT, START) for one in (mine, B))
    story = play({0: (UP, mine, B), 61: (SILENT, *lost)}, 62, a_recipient(an_owner("bank")))
    story.now = START + 63 * MINUTE
    (notification,) = plan(story.recipient, story.state, story.situation).notifications
    assert [notice.kind for notice in notification.notices] == [K.SILENT]
    assert [one.incident_id for one in notification.notices[0].unknown] == ["a"]


def test_what_the_index_does_not_show_for_a_moment_is_told_to_be_over_all_the_same() -> None:
    story = play({0: (SILENT, a_sender("files-02", unreadable_folders=(LOCKED,)))}, 10)
    story.senders.clear()
    story.until(11)
    story.so(a_sender(last_run_at=story.now), a_sender("files-02"))
    readable, back = story.until(60)
    assert (readable[1], back[1]) == ([(K.READABLE, "sender#files-02")], [(K.BACK, "sender#files-01")])
    assert story.state.entries == {}


def test_a_new_owner_is_told_the_beginning_and_the_former_one_the_end() -> None:
    mine = replace(PLAIN, owner="bank")
    changes = {0: PLAIN, 11: mine, 61: ended(mine, Status.CLEARED, START)}
    assert play(changes, 100).heard == [(2, [NEW]), (61, [(K.CLEARED, "a")])]
    assert play(changes, 100, a_recipient(an_owner("bank"))).heard == [(13, [NEW]), (61, [(K.CLEARED, "a")])]


def test_failures_are_tried_again_and_given_up_after_six_hours() -> None:
    story = Story()
    story.fates = [Outcome.REFUSED] * 99
    story.so(PLAIN)
    tried = [minute - 2 for minute, _ in story.until(8 * 60)]
    assert tried == [0, 1, 3, 8, 23, 53, 113, 173, 233, 293, 353, 360]
    # Later it is told as what it is by now: stuck still. Had it ended, nothing would be said.
    over = replace(story.situation, incidents={"a": CLEARED})
    assert plan(story.recipient, story.state, over).state.entries == {}
    story.fates = []
    assert story.until(14 * 60) == [(604, [(K.STILL_OPEN, "a")])]


def test_a_service_that_wants_to_be_left_alone_is() -> None:
    story = play({0: A}, 1)
    planned = plan(story.recipient, story.state, story.situation)
    (first,) = planned.notifications
    story.state, _ = record_failure(planned.state, first, story.now, retry_after=12 * MINUTE)
    assert story.until(60) == [(14, [NEW])]


def test_a_delivery_frees_what_failed_before() -> None:
    story = Story()
    story.fates = [Outcome.REFUSED, Outcome.REFUSED, Outcome.REFUSED]
    story.so(A, B)
    assert story.until(60) == [(2, [NEW]), (2, [(K.NEW, "b")]), (3, [NEW]), (3, [(K.NEW, "b")]), (3, [NEW])]


def test_a_channel_that_is_disabled_says_nothing_and_once_enabled_what_is_so_then() -> None:
    story = play({0: (PLAIN, B)}, 2)
    story.state = disable(story.state, story.now, "the webhook is gone", "digest")
    story.so(CLEARED, replace(B, file_count=99), C, D)
    assert story.until(500) == []
    assert story.state.disabled is not None
    assert story.state.disabled.target == "digest"
    story.so(ended(C, Status.CLEARED, START))
    story.enable()
    heard = [notice for _, notices in story.until(510) for notice in notices]
    assert heard == [(K.CLEARED, "a"), (K.NEW, "d"), (K.WORSE, "b")]


@pytest.mark.parametrize("fate", [Outcome.CUT_OFF_BEFORE, Outcome.UNSENT])
def test_the_end_is_told_of_what_may_have_been_heard(fate: Outcome) -> None:
    story = Story()
    story.fates = [fate]
    story.so(A)
    story.until(2)
    # Whoever sent it was stopped before it was recorded; or knows that it did not send it.
    doubted = fate is Outcome.CUT_OFF_BEFORE
    assert list_notified(story.state) == ([("files-01", "a")] if doubted else [])
    story.so(CLEARED)
    assert story.until(60) == ([(3, [(K.CLEARED, "a")])] if doubted else [])


def test_a_clock_that_jumps_neither_replays_nor_stalls() -> None:
    story = play({0: A}, 2)
    story.now = START + timedelta(days=400)
    assert [notices[0][0] for _, notices in story.until(400 * 24 * 60 + 30)] == [K.WORSE]
    # Back again: what failed meanwhile waits for an hour at most.
    story.so(PLAIN, B)
    story.until(400 * 24 * 60 + 32)
    story.fates = [Outcome.REFUSED]
    assert story.until(400 * 24 * 60 + 33) == [(400 * 24 * 60 + 33, [(K.NEW, "b")])]
    story.now = START + HOUR
    story.so(C)
    assert story.until(90) == [(63, [(K.NEW, "c")]), (63, [(K.NEW, "b")])]
    story.so(CLEARED)
    assert [notices for _, notices in story.until(120)] == [[(K.CLEARED, "a")]]


def test_what_is_over_is_forgotten_in_time() -> None:
    story = play({0: A, 3: CLEARED}, 60)
    assert set(story.state.entries) == {"incident#a"}
    assert list_notified(story.state) == []
    story.now += timedelta(days=9)
    story.sweep()
    assert story.state.entries == {}


def test_an_incident_that_is_gone_is_the_story_of_the_one_in_its_place() -> None:
    story = play({0: A}, 2)
    del story.incidents["a"]
    story.so(an_incident("earlier"))
    assert story.until(30) == [(6, [(K.NEW, "earlier")])]
    assert set(story.state.entries) == {"incident#earlier"}


def test_each_channel_is_told_at_once_or_by_the_soonest_escalation() -> None:
    slack, teams, mail = (
        Channel(kind=kind, targets=("a",))
        for kind in (ChannelKind.SLACK, ChannelKind.TEAMS, ChannelKind.MAIL)
    )
    late = Escalation(after=90 * MINUTE, channels=(teams, mail))
    soon = Escalation(after=30 * MINUTE, channels=(slack, teams))
    orders = an_owner("orders", channels=(slack,), escalations=(late, soon))
    owners = {"orders": orders, "bank": an_owner("bank", channels=(slack, slack))}
    assert [(one.key, one.after) for one in list_recipients(Owners(owners=owners, default="orders"))] == [
        ("orders/slack:a", None),
        ("orders/teams:a", 30 * MINUTE),
        ("orders/mail:a", 90 * MINUTE),
        ("bank/slack:a", None),
    ]
