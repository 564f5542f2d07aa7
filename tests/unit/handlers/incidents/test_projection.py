"""What becomes of incidents, story by story, and of a replay of the runs that are kept."""

import random
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from contract.action import IncidentAction, SenderAction
from contract.words import IncidentStatus, SenderKind, SenderState, UnknownReason
from handlers.incidents.projection import Replay, advance, apply_action, keep_known, project, replay
from handlers.incidents.timing import LOOK_BACK
from store.incidents import Incident
from store.runs import Run
from store.state import PersonAction, State
from tests.stands.playing import at, listing, played, run, stuck

A, B = "D:\\In\\A", "D:\\In\\B"
KEY_A, KEY_B = "d:\\in\\a", "d:\\in\\b"


def of(state: State, key: str = KEY_A) -> Incident:
    return state.incidents[key]


def test_a_stock_sender_goes_quiet_and_never_silent() -> None:
    state = played(run(0, stuck(A, "x")), run(1, stuck(A, "x")), run(2, stuck(A, "x")), until=4)
    assert of(state).status is IncidentStatus.OPEN
    state = advance(state, at(4.5)).state
    assert (of(state).status, of(state).reason) == (IncidentStatus.UNKNOWN, UnknownReason.NOT_REPORTED)
    # Twice the hour that it was learnt to be, and five minutes, after the last sighting.
    assert of(state).unknown_since == at(2) + timedelta(minutes=125)
    assert of(state).seen.at == at(2)
    assert state.sender is not None
    assert state.sender.state is SenderState.UP
    expired = of(advance(state, at(40)).state)
    assert expired.status is IncidentStatus.EXPIRED
    assert expired.ended_at == at(26) + timedelta(minutes=125)


def test_a_listing_sender_goes_silent_and_what_it_watched_with_it() -> None:
    state = played(*(listing(hour, [B], stuck(A, "x")) for hour in range(5)), until=7)
    assert state.sender is not None
    assert (state.sender.kind, state.sender.state) == (SenderKind.LISTING, SenderState.SILENT)
    assert (of(state).status, of(state).reason) == (IncidentStatus.UNKNOWN, UnknownReason.SILENT)
    back = played(listing(9, [A, B]), state=state)
    assert back.sender is not None
    assert (back.sender.state, back.sender.up_since) == (SenderState.UP, at(9))
    assert (of(back).status, of(back).between, of(back).ended_at) == (IncidentStatus.CLEARED, True, at(9))


def test_a_sweep_that_overtook_a_spooled_run_leaves_no_trace() -> None:
    runs = [listing(hour, [B], stuck(A, "x")) for hour in range(4)]
    swept = played(*runs, until=9)
    assert of(swept).unknown_since == at(5) + timedelta(minutes=5)
    spooled = listing(4, [A, B], arrival=at(9))
    assert of(played(spooled, state=swept)) == of(played(*runs, spooled))
    assert (of(played(spooled, state=swept)).ended_at, of(played(spooled, state=swept)).between) == (
        at(4),
        False,
    )
    expired = played(*runs, until=9 + 24 * 7)
    assert of(expired).status is IncidentStatus.EXPIRED
    assert of(played(spooled, state=expired)) == of(played(*runs, spooled))


def test_an_unreadable_folder_is_unknown_for_as_long_as_lists_say_so() -> None:
    runs = [listing(0, [B], stuck(A, "x")), *(listing(hour, [B], errors=[A]) for hour in range(1, 300))]
    state = played(*runs, until=299)
    assert (of(state).status, of(state).reason) == (IncidentStatus.UNKNOWN, UnknownReason.UNREADABLE)
    assert of(state).unknown_since == at(1)
    still = advance(state, at(298 + 24 * 7)).state
    assert of(still).status is IncidentStatus.UNKNOWN
    assert of(advance(state, at(299 + 24 * 7)).state).status is IncidentStatus.EXPIRED


def test_a_clearing_by_inference_is_taken_back_by_proof_and_the_second_time_mixes_the_set_up() -> None:
    here, there = stuck(A, "x"), stuck(B, "y")
    state = played(run(0, here), run(0.5, there))
    assert of(state).status is IncidentStatus.CLEARED
    state = played(run(1, here), state=state)
    assert (of(state).status, of(state).reopened) == (IncidentStatus.OPEN, 1)
    assert of(state, KEY_B).status is IncidentStatus.CLEARED
    state = played(run(1.5, there), state=state)
    # The second strike counts in the run that shows it: A is left out and stays open.
    assert state.sets["d:\\in"].is_ambiguous(at(1.5))
    assert [of(state, key).status for key in (KEY_A, KEY_B)] == [IncidentStatus.OPEN, IncidentStatus.OPEN]
    assert not state.sets["d:\\in"].is_ambiguous(at(1.5 + 72))


def test_an_empty_run_that_was_wrong_twice_makes_its_sender_shared_for_seven_days() -> None:
    state = played(run(0, stuck(A, "x")), run(0.2), run(1, stuck(A, "x")), run(1.2))
    assert of(state).status is IncidentStatus.CLEARED
    state = played(run(2, stuck(A, "x")), run(2.2), state=state)
    assert of(state).status is IncidentStatus.OPEN
    assert state.sender is not None
    assert state.sender.shared_until == at(2 + 7 * 24)


def test_breached_since_is_no_earlier_than_the_folder_was_last_known_to_be_well() -> None:
    old = stuck(A, "x", created=-100)
    assert of(played(run(0, old))).breached_since == at(-100) + timedelta(minutes=20)
    assert of(played(listing(0, [A]), listing(1, [B], old))).breached_since == at(0)
    # Of a folder that the last list could not read, an earlier list knew.
    lists = [listing(0, [A, B]), listing(1, [B], errors=[A]), listing(2, [B], old)]
    assert of(played(*lists)).breached_since == at(0)
    assert of(played(listing(0, [B]), listing(1, [B], old))).breached_since < at(-99)


def test_a_wrong_clock_is_set_right() -> None:
    fast = stuck(A, "x", created=2)
    assert of(played(run(3, fast, skew=timedelta(hours=-1)))).breached_since == at(1) + timedelta(minutes=20)


def test_an_incident_that_goes_on_is_one_and_one_that_ended_unseen_is_named_by_the_next() -> None:
    state = played(run(0, stuck(A, "x")), until=10)
    assert of(state).status is IncidentStatus.UNKNOWN
    again = played(run(10, stuck(A, "x", "z")), state=state)
    assert of(again).incident_id == of(state).incident_id
    assert (of(again).status, of(again).file_count, of(again).peak_file_count) == (IncidentStatus.OPEN, 2, 2)
    done = project(state, run(10, stuck(A, "new")))
    before, after = done.changed
    assert (before.status, before.ended_at) == (IncidentStatus.EXPIRED, at(10))
    assert (after.status, after.previous_id) == (IncidentStatus.OPEN, before.incident_id)


def test_a_file_that_comes_back_after_a_list_showed_its_folder_well_is_another_breach() -> None:
    runs = [listing(0, [], stuck(A, "x")), *(listing(hour, [A]) for hour in range(1, 9))]
    state = played(*runs, listing(9, [], stuck(A, "x")))
    assert (of(state).opened.at, of(state).reopened) == (at(9), 0)


def test_what_flaps_is_one_incident_unless_it_may_have_been_over_for_long() -> None:
    runs = [listing(hour, [B], stuck(A, "x")) for hour in range(4)]
    flapping = played(*runs, listing(4, [A, B]), listing(5, [B], stuck(A, "y")))
    assert (of(flapping).reopened, of(flapping).opened.at) == (1, at(0))
    # Nobody knows when in the night it was over, so the next breach is another.
    parted = played(*runs, listing(12, [A, B]), listing(13, [B], stuck(A, "y")))
    assert (of(parted).reopened, of(parted).opened.at) == (0, at(13))


def test_what_is_unknown_can_be_closed_by_hand_and_proof_opens_it_again() -> None:
    opened = played(run(0, stuck(A, "x")))
    deed = PersonAction(at=at(0.5), action_id="1", action=IncidentAction.CLOSE, folder=KEY_A)
    assert of(apply_action(opened, deed).state).status is IncidentStatus.OPEN
    unknown = played(until=10, state=opened)
    closed = apply_action(unknown, replace(deed, at=at(10))).state
    assert (of(closed).status, of(closed).ended_at) == (IncidentStatus.CLOSED, at(10))
    assert of(played(run(11, stuck(A, "x")), state=closed)).status is IncidentStatus.OPEN
    assert of(played(run(11, stuck(A, "y")), state=closed)).previous_id == of(closed).incident_id
    anew = replay([run(0, stuck(A, "x"))], [replace(deed, at=at(10))])
    assert of(anew.state) == of(closed)


def test_a_retired_sender_closes_what_is_unknown_and_a_run_revives_it() -> None:
    state = played(run(0, stuck(A, "x")), until=10)
    retired = apply_action(state, PersonAction(at=at(10), action_id="1", action=SenderAction.RETIRE)).state
    assert of(retired).status is IncidentStatus.CLOSED
    assert retired.sender is not None
    assert retired.sender.state is SenderState.RETIRED
    back = played(run(11), state=retired)
    assert back.sender is not None
    assert back.sender.state is SenderState.UP


def test_an_incident_that_a_late_run_makes_begin_earlier_keeps_its_id() -> None:
    late, known = run(0, stuck(A, "x")), run(1, stuck(A, "x"))
    before = replay([known])
    anew = keep_known(before.incidents, replay([known, late]), late.moment)
    assert of(anew.state).opened.at == at(0)
    assert of(anew.state).incident_id == of(before.state).incident_id
    assert anew.gone == ()


def test_what_began_before_the_runs_that_are_kept_is_not_lost() -> None:
    runs = [listing(0, [B], stuck(A, "x")), *(listing(hour, [B], errors=[A]) for hour in range(1, 100))]
    before = replay(runs)
    assert of(before.state).reason is UnknownReason.UNREADABLE
    anew = keep_known(before.incidents, replay(runs[50:]), runs[50].moment)
    assert of(anew.state) == of(before.state)
    long = [listing(hour, [B], stuck(A, "x")) for hour in range(100)]
    before = replay(long)
    anew = keep_known(before.incidents, replay(long[50:]), long[50].moment)
    assert of(anew.state).incident_id == of(before.state).incident_id
    assert of(anew.state).opened.at == at(0)


KEPT = timedelta(days=35)
WEEKS = 9
FOLDERS = [f"D:\\In\\{letter}" for letter in "ABCD"]


def _report(way: str, chance: random.Random) -> Iterator[Run]:
    """Hourly runs of one server: folders get stuck for some hours, runs are lost, nights are silent."""
    until: dict[str, float] = {}
    for hour in range(24 * 7 * WEEKS):
        for folder in FOLDERS:
            if folder not in until and chance.random() < 0.01:
                until[folder] = hour + chance.choice([1, 3, 8, 30])
            elif folder in until and until[folder] < hour:
                del until[folder]
        if chance.random() < 0.02 or (hour // 24 % 9 == 5 and hour % 24 < 6):
            continue
        breaches = [stuck(folder, f"{end}", created=end - 40) for folder, end in until.items()]
        if way == "lists":
            unread = FOLDERS[:1] if chance.random() < 0.02 and FOLDERS[0] not in until else []
            others = [folder for folder in FOLDERS if folder not in {*until, *unread}]
            yield listing(hour, others, *breaches, errors=unread)
        elif breaches or way == "heartbeats":
            yield run(hour, *breaches)


@pytest.mark.parametrize("way", ["stock", "heartbeats", "lists"])
@pytest.mark.parametrize("seed", range(3))
def test_a_rebuild_from_the_runs_that_are_kept_gives_what_a_live_projection_has(way: str, seed: int) -> None:
    runs = list(_report(way, random.Random(seed)))
    now = runs[-1].moment
    rest = [one for one in runs if now - one.moment <= KEPT]
    before = replay(one for one in runs if now - one.moment > KEPT)
    assert before.state.sender is not None
    live = replay(runs)
    replaying = Replay(regular_at=before.state.sender.regular_at)
    for one in rest:
        replaying.apply(one)
    anew = keep_known(live.incidents, replaying.finish(), rest[0].moment)
    since = rest[0].moment + LOOK_BACK
    ids = [{one.incident_id for one in some.incidents if one.opened.at >= since} for some in (live, anew)]
    assert ids[0]
    assert ids[0] == ids[1]
    states = [advance(one.state, now + timedelta(days=9)).state for one in (live, anew)]
    assert _recent(states[0].incidents, since) == _recent(states[1].incidents, since)
    assert states[0].sender is not None
    assert states[1].sender is not None
    # When it first came, and since when it is so, is not in the runs that are kept.
    same = replace(
        states[1].sender, up_since=states[0].sender.up_since, kind_since=states[0].sender.kind_since
    )
    assert replace(same, state_since=states[0].sender.state_since) == states[0].sender


def _recent(incidents: Mapping[str, Incident], since: datetime) -> dict[str, Incident]:
    return {key: one for key, one in incidents.items() if one.opened.at >= since}
