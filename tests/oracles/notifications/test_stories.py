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
from handlers.notifications.plan import (
    disable,
    enable,
    plan,
    record_delivery,
    record_failure,
    record_unsent,
)
from handlers.notifications.situation import Notice
from store.notifications import LastSaid, Recipient, failing_since, list_notified, list_recipients
from store.senders import UnreadableFolder
from tests.oracles.notifications.fixtures import (
    HOUR,
    MINUTE,
    START,
    Story,
    a_recipient,
    a_sender,
    an_incident,
    an_owner,
    ended,
    unknown,
)

A = an_incident("a")
PLAIN = replace(A, oldest_creation=None)
"""It never is worse for its age."""
QUIET, LOST = (unknown(PLAIN, why, START) for why in (Why.NOT_REPORTED, Why.AMBIGUOUS))
CLEARED, EXPIRED = (ended(PLAIN, status, START) for status in (Status.CLEARED, Status.EXPIRED))
TAKEN = replace(PLAIN, acknowledged_by="ana", acknowledged_until=START + HOUR)
B, C, D = (an_incident(name, oldest_creation=None) for name in "bcd")
UP, SILENT = a_sender(), a_sender(state=SenderState.SILENT)
LOCKED = UnreadableFolder(folder="E:\\Locked", owner="orders", error="denied")
FOREIGN = UnreadableFolder(folder="E:\\Bank", owner="bank", error="denied")
BANK = a_sender("files-02", owner="bank")
NEW, SILENCE, LOCK = (K.NEW, "a"), (K.SILENT, "sender#files-01"), (K.UNREADABLE, "sender#files-01")
Heard = list[tuple[int, list[tuple[K, str]]]]


def begun(story: Story, *names: str) -> None:
    story.so(*(an_incident(name) for name in names or ("a",)))
    assert story.until(2) == [(2, [(K.NEW, name)]) for name in names or ("a",)]


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
    "an end comes at once else": ({0: A, 41: CLEARED}, 60, [(2, [NEW]), (41, [(K.CLEARED, "a")])]),
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
    "a silence that a setting ended is not said to be over": ({0: SILENT, 11: UP}, 60, [(2, [SILENCE])]),
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
    beginnings = a_recipient(an_owner(told=frozenset({Topic.NEW})))
    changes = {0: A, 3: (replace(A, file_count=600), SILENT), 1801: CLEARED}
    story = play(changes, 1860, beginnings)
    assert story.heard == [(2, [NEW])]
    assert story.state.entries == {}
    untold = a_recipient(an_owner(told=frozenset(Topic) - {Topic.ACKNOWLEDGED}))
    assert play({0: A, 3: TAKEN}, 59, untold).heard == [(2, [NEW])]


@pytest.mark.parametrize("how", ["acknowledged", "snoozed", "quiet"])
def test_under_a_mute_nothing_is_said_but_the_end(how: str) -> None:
    lunch = Hours(days=frozenset({0}), start=time(8, 20), end=time(9, 20), zone="UTC")
    story = Story(a_recipient(an_owner(quiet_hours=(lunch,) if how == "quiet" else ())))
    begun(story, "a", "b")
    story.until(19)
    until = START + 80 * MINUTE
    held: dict[str, Any] = {
        "acknowledged": {"acknowledged_until": until},
        "snoozed": {"snoozed_until": until},
    }.get(how, {})
    story.so(
        replace(A, file_count=300, **held),
        replace(ended(an_incident("b"), Status.CLEARED, story.now), **held),
        replace(an_incident("c"), **held),
    )
    taken = [(20, [(K.ACKNOWLEDGED, "a")])] if how == "acknowledged" else []
    assert sorted(story.until(79)) == sorted([(20, [(K.CLEARED, "b")]), *taken])
    # What differs from what was said last is said once, when that is over.
    assert story.until(200) == [(82, [(K.NEW, "c")]), (82, [(K.WORSE, "a")])]


def test_the_notice_of_silence_names_what_is_unknown_to_each_owner_that_was_told() -> None:
    story = Story(a_recipient(an_owner("bank")))
    story.so(a_sender(), an_incident("a", owner="bank"), an_incident("b"))
    story.until(60)
    story.so(a_sender(state=SenderState.SILENT))
    story.so(*(unknown(one, Why.SILENT, story.now) for one in story.incidents.values()))
    story.until(62)
    (notification,) = plan(story.recipient, story.state, story.situation).notifications
    assert [notice.kind for notice in notification.notices] == [K.SILENT]
    assert [one.incident_id for one in notification.notices[0].unknown] == ["a"]


def test_what_the_index_does_not_show_for_a_moment_is_told_to_be_over_all_the_same() -> None:
    story = Story()
    locked = UnreadableFolder(folder="E:\\Locked", owner="orders", error="denied")
    story.so(a_sender(state=SenderState.SILENT), a_sender("files-02", unreadable_folders=(locked,)))
    story.until(10)
    story.senders.clear()
    story.until(11)
    story.so(a_sender(last_run_at=story.now), a_sender("files-02"))
    assert [notice for _, notices in story.until(60) for notice in notices] == [
        (K.READABLE, "sender#files-02"),
        (K.BACK, "sender#files-01"),
    ]
    assert story.state.entries == {}


def test_a_new_owner_is_told_the_beginning_and_the_former_one_the_end() -> None:
    former, new = Story(), Story(a_recipient(an_owner("bank")))
    for story in (former, new):
        story.so(A)
        story.until(10)
        story.so(replace(A, owner="bank", file_count=500))
        story.until(60)
        story.so(ended(replace(A, owner="bank"), Status.CLEARED, story.now))
        story.until(100)
    assert [notice[0][0] for _, notice in former.heard] == [K.NEW, K.CLEARED]
    assert [notice[0][0] for _, notice in new.heard] == [K.NEW, K.CLEARED]
    assert new.heard[0][0] > 10


def test_failures_are_tried_again_and_given_up_after_six_hours() -> None:
    story = Story()
    story.so(A)
    tried: list[int] = []
    dead: list[Notice] = []
    while story.now <= START + 8 * HOUR:
        planned = plan(story.recipient, story.state, story.situation)
        story.state = planned.state
        for notification in planned.notifications:
            tried.append((story.now - START) // MINUTE - 2)
            story.state, given_up = record_failure(story.state, notification, story.now)
            dead += given_up
            assert failing_since(story.state) == (None if dead else START + 2 * MINUTE)
        story.now += MINUTE
    assert tried == [0, 1, 3, 8, 23, 53, 113, 173, 233, 293, 353, 360]
    assert [notice.kind for notice in dead] == [K.NEW]
    # Later it is told as what it is by now: stuck still. Had it ended, nothing would be said.
    assert (
        plan(story.recipient, story.state, replace(story.situation, now=START + 9 * HOUR)).notifications == ()
    )
    ended_by_now = {"a": ended(A, Status.CLEARED, story.now)}
    assert (
        plan(story.recipient, story.state, replace(story.situation, incidents=ended_by_now)).state.entries
        == {}
    )
    story.until(14 * 60)
    assert [notices[0][0] for _, notices in story.heard] == [K.STILL_OPEN]


def test_a_service_that_wants_to_be_left_alone_is() -> None:
    story = Story()
    story.so(A)
    story.now += 2 * MINUTE
    story.state = plan(story.recipient, story.state, replace(story.situation, now=START)).state
    planned = plan(story.recipient, story.state, story.situation)
    first = planned.notifications[0]
    story.state, _ = record_failure(planned.state, first, story.now, retry_after=12 * MINUTE)
    assert story.until(60) == [(14, [(K.NEW, "a")])]


def test_a_delivery_frees_what_failed_before() -> None:
    story = Story()
    story.so(*(an_incident(name) for name in "ab"))
    story.now = START + 2 * MINUTE
    story.state = plan(story.recipient, story.state, replace(story.situation, now=START)).state
    first, second = (planned := plan(story.recipient, story.state, story.situation)).notifications
    failed, _ = record_failure(planned.state, first, story.now)
    story.state, _ = record_failure(failed, second, story.now)
    story.now += MINUTE
    (first, second) = (planned := plan(story.recipient, story.state, story.situation)).notifications
    failed, _ = record_failure(planned.state, first, story.now)
    story.state = record_delivery(failed, second, story.now)
    (notification,) = plan(story.recipient, story.state, story.situation).notifications
    assert notification == first


def test_a_channel_that_is_disabled_says_nothing_and_once_enabled_what_is_so_then() -> None:
    story = Story()
    begun(story, "a", "b")
    story.state = disable(story.state, story.now, "the webhook is gone", "digest")
    story.until(10)
    story.so(ended(A, Status.CLEARED, story.now), an_incident("c"), an_incident("d"))
    assert story.until(500) == []
    assert story.state.disabled is not None
    assert story.state.disabled.target == "digest"
    story.so(ended(an_incident("c"), Status.CLEARED, story.now))
    story.state = enable(story.state)
    assert [notice for _, notices in story.until(510) for notice in notices] == [
        (K.CLEARED, "a"),
        (K.NEW, "d"),
        (K.WORSE, "b"),
    ]


@pytest.mark.parametrize("told_end", [True, False])
def test_the_end_is_told_of_what_may_have_been_heard(told_end: bool) -> None:
    story = Story()
    story.so(A)
    story.until(1)
    planned = plan(story.recipient, story.state, story.situation)
    assert [notification.notices[0].kind for notification in planned.notifications] == [K.NEW]
    # Whoever sent it was stopped before it was recorded; or knows that it did not send it.
    story.state = planned.state if told_end else record_unsent(planned.state, planned.notifications[0])
    assert list_notified(story.state) == ([("files-01", "a")] if told_end else [])
    story.so(ended(A, Status.CLEARED, story.now))
    story.now += MINUTE
    assert story.until(60) == ([(3, [(K.CLEARED, "a")])] if told_end else [])


def test_whoever_was_stopped_before_recording_costs_one_duplicate() -> None:
    story = Story()
    story.so(A)
    story.until(1)
    story.state = plan(story.recipient, story.state, story.situation).state
    story.now += MINUTE
    assert story.until(60) == [(3, [(K.NEW, "a")])]


def test_a_clock_that_jumps_neither_replays_nor_stalls() -> None:
    story = Story()
    begun(story)
    story.now = START + timedelta(days=400)
    assert [notices[0][0] for _, notices in story.until(400 * 24 * 60 + 30)] == [K.WORSE]
    story.now = START + HOUR
    story.so(an_incident("b"))
    assert story.until(90) == [(63, [(K.NEW, "b")])]
    story.so(ended(A, Status.CLEARED, story.now))
    assert [notices for _, notices in story.until(120)] == [[(K.CLEARED, "a")]]
    assert [notices for _, notices in story.until(400)] == [[(K.WORSE, "b")]]


def test_what_is_over_is_forgotten_in_time() -> None:
    story = Story()
    begun(story)
    story.so(ended(A, Status.CLEARED, story.now))
    story.until(60)
    assert set(story.state.entries) == {"incident#a"}
    assert list_notified(story.state) == []
    story.gone(A)
    story.now += timedelta(days=9)
    story.sweep()
    assert story.state.entries == {}


def test_an_incident_that_is_gone_is_the_story_of_the_one_in_its_place() -> None:
    story = play({0: A}, 2)
    del story.incidents["a"]
    story.so(an_incident("earlier"))
    assert story.until(30) == [(6, [(K.NEW, "earlier")])]
    assert set(story.state.entries) == {"incident#earlier"}


SLACK, TEAMS, MAIL = (
    Channel(kind=kind, targets=("a",)) for kind in (ChannelKind.SLACK, ChannelKind.TEAMS, ChannelKind.MAIL)
)


def test_each_channel_is_told_at_once_or_by_the_soonest_escalation() -> None:
    orders = an_owner(
        "orders",
        channels=(SLACK,),
        escalations=(
            Escalation(after=90 * MINUTE, channels=(TEAMS, MAIL)),
            Escalation(after=30 * MINUTE, channels=(SLACK, TEAMS)),
        ),
    )
    bank = an_owner("bank", channels=(SLACK, SLACK))
    owners = Owners(owners={"orders": orders, "bank": bank}, default="orders")
    assert [(one.key, one.after) for one in list_recipients(owners)] == [
        ("orders/slack:a", None),
        ("orders/teams:a", 30 * MINUTE),
        ("orders/mail:a", 90 * MINUTE),
        ("bank/slack:a", None),
    ]
