"""What becomes of incidents, story by story, and of a replay of the runs that are kept."""

import random
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from contract.words import IncidentStatus, UnknownReason
from handlers.incidents.projection import Replay, advance, keep_known, replay
from handlers.incidents.timing import LOOK_BACK
from store.incidents import Incident
from store.runs import Run
from store.state import State
from tests.stands.playing import at, listing, played, run, stuck

A, B = "D:\\In\\A", "D:\\In\\B"
KEY_A, KEY_B = "d:\\in\\a", "d:\\in\\b"


def of(state: State, key: str = KEY_A) -> Incident:
    return state.incidents[key]


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
    state = played(run(20, stuck(A, "x")), run(20.2), state=state)
    assert of(state).status is IncidentStatus.OPEN
    assert state.sender is not None
    assert state.sender.shared_until == at(20 + 7 * 24)


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
