"""What an owner is told, story by story."""

from dataclasses import replace
from datetime import time, timedelta
from typing import Any

import pytest

from contract.moments import Hours
from contract.owners.model import Channel, ChannelKind, Escalation, Owners, Topic
from contract.words import ENDS, SenderState
from contract.words import IncidentStatus as Status
from contract.words import NotificationKind as K
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
from store.notifications import failing_since, list_notified, list_recipients
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


def begun(story: Story, *names: str) -> None:
    story.so(*(an_incident(name) for name in names or ("a",)))
    assert story.until(2) == [(2, [(K.NEW, name)]) for name in names or ("a",)]


def test_a_beginning_waits_two_minutes_and_what_ends_sooner_says_nothing() -> None:
    story = Story()
    story.so(A)
    assert story.until(1) == []
    story.so(ended(A, Status.CLEARED, story.now))
    assert story.until(60) == []
    assert story.state.entries == {}


def test_a_further_beginning_comes_five_minutes_after_the_message_before_or_after_three_of_its_own() -> None:
    story = Story()
    begun(story)
    story.so(an_incident("b"))
    assert story.until(30) == [(6, [(K.NEW, "b")])]
    story.so(an_incident("c"))
    story.until(31)
    assert story.until(60) == [(33, [(K.NEW, "c")])]


def test_what_is_ready_goes_along() -> None:
    story = Story()
    begun(story)
    story.until(5)
    story.so(ended(A, Status.CLEARED, story.now), an_incident("b"))
    assert story.until(60) == [(7, [(K.CLEARED, "a")]), (9, [(K.NEW, "b")])]


def test_an_end_comes_within_five_minutes_of_the_message_before() -> None:
    story = Story()
    begun(story)
    story.until(3)
    story.so(ended(A, Status.CLEARED, story.now))
    assert story.until(60) == [(7, [(K.CLEARED, "a")])]
    story = Story()
    begun(story)
    story.until(40)
    story.so(ended(A, Status.CLEARED, story.now))
    assert story.until(60) == [(41, [(K.CLEARED, "a")])]


def test_four_are_a_message_each_and_five_are_one() -> None:
    story = Story()
    begun(story, *"abcd")
    story = Story()
    story.so(*(an_incident(name) for name in "abcde"))
    assert story.until(60) == [(2, [(K.NEW, name) for name in "abcde"])]


def test_reminders_come_after_four_hours_and_then_daily() -> None:
    story = Story()
    story.so(replace(A, oldest_creation=None))
    assert [minute // 60 for minute, _ in story.until(60 * 60)] == [0, 4, 28, 52]
    assert [notice[0][0] for _, notice in story.heard] == [K.NEW, K.STILL_OPEN, K.STILL_OPEN, K.STILL_OPEN]


def test_worse_is_twice_the_files_after_two_hours_and_ten_times_at_once() -> None:
    story = Story()
    begun(story)
    story.so(replace(A, oldest_creation=None, file_count=6))
    assert story.until(119) == []
    assert story.until(200) == [(124, [(K.WORSE, "a")])]
    story.so(replace(A, oldest_creation=None, file_count=59))
    assert story.until(230) == []
    story.so(replace(A, oldest_creation=None, file_count=60))
    assert story.until(300) == [(233, [(K.WORSE, "a")])]


def test_worse_is_twice_the_wait_and_no_less_than_two_slas() -> None:
    story = Story()
    story.so(replace(A, oldest_creation=START - 58 * MINUTE))
    # Said at a wait of an hour; twice that is two, when two hours are over as well.
    assert story.until(200) == [(2, [(K.NEW, "a")]), (124, [(K.WORSE, "a")])]
    story = Story()
    story.so(replace(A, sla=600, oldest_creation=START - 58 * MINUTE))
    assert [notices[0][0] for _, notices in story.until(400)] == [K.NEW, K.STILL_OPEN]


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


def test_what_began_and_ended_under_a_mute_is_not_replayed() -> None:
    story = Story()
    story.so(replace(A, acknowledged_until=START + HOUR))
    story.until(30)
    story.so(ended(A, Status.CLEARED, story.now))
    assert story.until(200) == []


def test_quiet_is_told_in_its_own_words_and_its_lapse_is_not() -> None:
    story = Story()
    begun(story)
    story.until(100)
    quiet = unknown(A, Why.NOT_REPORTED, story.now)
    story.so(quiet)
    assert story.until(200) == [(101, [(K.NOT_REPORTED, "a")])]
    story.so(ended(quiet, Status.EXPIRED, story.now))
    assert story.until(300) == []
    assert list_notified(story.state) == []
    # A file that was stuck then is stuck still.
    story.so(A)
    assert story.until(400) == [(303, [(K.STILL_STUCK, "a")])]


def test_later_proof_clears_what_is_quiet() -> None:
    story = Story()
    begun(story)
    story.until(130)
    story.so(unknown(A, Why.NOT_REPORTED, story.now))
    story.until(200)
    assert list_notified(story.state) == [("files-01", "a")]
    story.so(ended(A, Status.CLEARED, story.now))
    assert story.until(300) == [(201, [(K.CLEARED, "a")])]


def test_reopened_is_told_to_who_was_told_that_it_cleared() -> None:
    story = Story()
    begun(story)
    story.until(40)
    story.so(ended(A, Status.CLEARED, story.now))
    story.until(100)
    story.so(replace(A, reopened=1))
    assert story.until(200) == [(103, [(K.REOPENED, "a")])]


def test_a_clearing_that_is_taken_back_before_it_was_told_says_nothing() -> None:
    story = Story()
    begun(story)
    story.until(3)
    story.so(ended(A, Status.CLEARED, story.now))
    story.until(5)
    story.so(A)
    assert story.until(100) == []


def test_what_nobody_can_tell_any_more_is_said_and_that_it_is_seen_again() -> None:
    story = Story()
    begun(story)
    story.until(60)
    story.so(unknown(A, Why.AMBIGUOUS, story.now))
    assert story.until(100) == [(63, [(K.UNKNOWN, "a")])]
    story.so(A)
    assert story.until(130) == [(103, [(K.STILL_OPEN, "a")])]


def test_a_silent_sender_is_one_notice_with_all_that_is_unknown() -> None:
    story = Story()
    bank = a_sender("files-02", owner="bank")
    story.so(a_sender(), bank)
    begun(story, "a", "b")
    story.until(60)
    others = [an_incident("c", sender="files-02", owner="bank"), an_incident("d", sender="files-02")]
    for one in (A, an_incident("b"), *others):
        story.so(unknown(one, Why.SILENT, story.now))
    for sender in (a_sender(), bank):
        story.so(replace(sender, state=SenderState.SILENT, state_since=story.now))
    # Of the other server nothing was told: its silence is news to its own owner alone.
    assert story.until(100) == [(63, [(K.SILENT, "sender#files-01")])]
    # It speaks, and what is stuck is stuck as it was.
    story.so(a_sender(last_run_at=story.now), A, ended(an_incident("b"), Status.CLEARED, story.now))
    assert story.until(140) == [
        (101, [(K.CLEARED, "b")]),
        (131, [(K.WORSE, "a")]),
        (131, [(K.BACK, "sender#files-01")]),
    ]


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


def test_a_silence_that_a_setting_ended_is_not_told_to_be_over() -> None:
    story = Story()
    story.so(a_sender(state=SenderState.SILENT))
    assert story.until(10) == [(2, [(K.SILENT, "sender#files-01")])]
    story.so(a_sender(state=SenderState.UP))
    assert story.until(60) == []
    assert story.state.entries == {}


def test_a_folder_that_cannot_be_read_is_told_and_that_it_can() -> None:
    story = Story()
    locked = UnreadableFolder(folder="E:\\Locked", owner="orders", error="denied")
    foreign = UnreadableFolder(folder="E:\\Bank", owner="bank", error="denied")
    begun(story)
    story.until(40)
    story.so(a_sender(unreadable_folders=(locked, foreign)), unknown(A, Why.UNREADABLE, story.now))
    # The notice says it: the incident has no line of its own.
    assert story.until(60) == [(43, [(K.UNREADABLE, "sender#files-01")])]
    story.so(a_sender(unreadable_folders=(replace(locked, folder="e:/locked/"), foreign)))
    assert story.until(90) == []
    story.so(a_sender(unreadable_folders=(foreign,)))
    assert story.until(120) == [(93, [(K.READABLE, "sender#files-01")])]


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


def test_the_next_channels_are_told_what_nobody_acknowledged() -> None:
    story = Story(a_recipient(after=HOUR))
    story.so(A, an_incident("b", acknowledged_until=START + 2 * HOUR))
    story.until(30)
    story.so(an_incident("c"))
    story.until(40)
    story.so(an_incident("d"))
    # Acknowledged until then, it begins to count when that is over.
    assert [one for one in story.until(300) if one[1][0][0] is not K.WORSE] == [
        (60, [(K.ESCALATED, "a")]),
        (91, [(K.ESCALATED, "c")]),
        (101, [(K.ESCALATED, "d")]),
        (180, [(K.ESCALATED, "b")]),
    ]
    story.so(*(ended(one, Status.CLEARED, story.now) for one in story.incidents.values()))
    assert {notice[0] for _, notices in story.until(400) for notice in notices} == {K.CLEARED}


@pytest.mark.parametrize("why", [Why.SILENT, Why.UNREADABLE, Why.NOT_REPORTED, Why.AMBIGUOUS])
def test_an_escalation_waits_on_while_its_incident_is_unknown(why: Why) -> None:
    story = Story(a_recipient(after=HOUR))
    story.so(A)
    story.until(50)
    story.so(unknown(A, why, story.now))
    assert story.until(70) == []
    story.so(A)
    assert story.until(80) == [(71, [(K.ESCALATED, "a")])]


def test_an_escalation_counts_anew_where_somebody_was_on_it_while_it_was_unknown() -> None:
    story = Story(a_recipient(after=HOUR))
    story.so(A)
    story.until(50)
    lost = unknown(A, Why.SILENT, story.now)
    story.so(replace(lost, acknowledged_until=story.now + 5 * MINUTE))
    assert story.until(60) == []
    story.so(A)
    assert story.until(130) == [(121, [(K.ESCALATED, "a")])]
    assert story.until(140) == []


def test_topics_decide_what_is_said() -> None:
    story = Story(a_recipient(an_owner(told=frozenset({Topic.NEW}))))
    begun(story)
    story.so(replace(A, file_count=600), a_sender(state=SenderState.SILENT))
    assert story.until(60 * 30) == []
    story.so(ended(A, Status.CLEARED, story.now))
    assert story.until(60 * 31) == []
    assert story.state.entries == {}


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


def test_a_part_is_recorded_and_the_rest_comes_at_once() -> None:
    story = Story()
    story.so(*(an_incident(f"{number}") for number in range(9)))
    story.until(1)
    planned = plan(story.recipient, story.state, story.situation)
    (notification,) = planned.notifications
    part = replace(notification, notices=notification.notices[:4])
    story.state = record_delivery(planned.state, part, story.now)
    (rest,) = plan(story.recipient, story.state, story.situation).notifications
    assert rest.notices == notification.notices[4:]


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


def test_an_incident_that_is_gone_is_the_story_of_the_one_in_its_place() -> None:
    story = Story()
    begun(story)
    story.gone(A)
    story.so(an_incident("earlier"))
    assert story.until(30) == [(6, [(K.NEW, "earlier")])]
    assert set(story.state.entries) == {"incident#earlier"}


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


@pytest.mark.parametrize("kind", sorted(ENDS))
def test_each_end_has_its_own_word(kind: K) -> None:
    story = Story()
    begun(story)
    so = (
        unknown(A, Why.NOT_REPORTED, START)
        if kind is K.NOT_REPORTED
        else ended(A, Status(kind.reason), START)
    )
    story.so(so)
    assert story.until(60) == [(7, [(kind, "a")])]


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


def test_who_is_on_it_is_told_once_to_whoever_knows_of_it() -> None:
    story = Story()
    begun(story)
    story.until(10)
    story.so(replace(A, acknowledged_by="ana", acknowledged_until=START + HOUR))
    assert story.until(59) == [(11, [(K.ACKNOWLEDGED, "a")])]
    story.so(replace(A, acknowledged_by="ben", acknowledged_until=START + 3 * HOUR))
    assert story.until(100) == [(60, [(K.ACKNOWLEDGED, "a")])]
    untold = Story(a_recipient(an_owner(told=frozenset(Topic) - {Topic.ACKNOWLEDGED})))
    begun(untold)
    untold.so(replace(A, acknowledged_by="ana", acknowledged_until=START + HOUR))
    assert untold.until(59) == []


def test_what_nobody_heard_of_is_not_acknowledged_to_them() -> None:
    story = Story()
    story.so(replace(A, acknowledged_by="ana", acknowledged_until=START + HOUR))
    assert story.until(59) == []
