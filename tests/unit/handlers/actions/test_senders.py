"""What people do about senders, and what a rebuild makes of it."""

from dataclasses import asdict
from datetime import timedelta

import pytest

from contract.metrics import Outcome
from handlers.actions.acting import InvalidStateError, NotFoundError
from tests.stands.playing import at, listing, run, stuck
from tests.unit.handlers.actions.conftest import People

STUCK = stuck("D:\\Inbound", "x", created=-2)


def test_a_retirement_ends_silence_and_its_end_begins_anew(people: People) -> None:
    people.report(listing(0, [], STUCK))
    people.projection.sweep(10)
    assert people.projection.own()["State"] == "silent"
    answer, outcome = people.set("retire", 11, note="moving house")
    assert outcome is Outcome.DONE
    assert (answer.sender.state, answer.sender.state_since) == ("retired", "2026-03-02T19:00:00Z")
    assert people.projection.own()["State"] == "retired"
    assert answer.sender.due_at is None
    answer, _ = people.set("unretire", 12)
    assert (answer.sender.state, answer.sender.state_since) == ("up", "2026-03-02T20:00:00Z")
    [first, second] = sorted(people.acts(), key=lambda act: act["ActedAt"]["S"])
    shown = [first[name]["S"] for name in ("Action", "Note", "ActedBy")]
    assert shown == ["retire", "moving house", "ana"]
    assert (second["Action"]["S"], "Note" in second) == ("unretire", False)
    people.projection.sweep(14)
    assert people.projection.own()["State"] == "late"


def test_an_interval_is_set_and_taken_back(people: People) -> None:
    people.report(run(0, STUCK, has_run=True, interval=timedelta(minutes=30)))
    answer, _ = people.set("set_interval", 0.1, interval_minutes=15)
    assert (answer.sender.interval_minutes, answer.sender.interval_from) == (15, "set")
    assert answer.sender.due_at == "2026-03-02T08:15:00Z"
    answer, _ = people.set("set_interval", 0.2, interval_minutes=None)
    assert (answer.sender.interval_minutes, answer.sender.interval_from) == (30, "declared")


def test_the_same_request_again_is_done_once(people: People) -> None:
    people.report(run(0, STUCK))
    people.set("retire", 1, key="k")
    people.set("unretire", 2)
    answer, outcome = people.set("retire", 3, key="k")
    assert (answer.sender.state, outcome) == ("up", Outcome.ALREADY_DONE)
    assert len(people.acts()) == 2


def test_a_sender_of_which_no_run_is_known(people: People) -> None:
    with pytest.raises(NotFoundError):
        people.set("retire", sender="nobody")
    people.projection.mark("marked")
    with pytest.raises(NotFoundError):
        people.set("retire", sender="marked")
    assert people.acts() == []


def test_an_act_by_a_slow_clock_still_takes_effect(people: People) -> None:
    """The last run, or what another did, may be of a later moment by another clock."""
    people.report(run(2, STUCK))
    people.set("retire", 1.9)
    people.set("unretire", 1.8)
    answer, _ = people.set("retire", 1.7)
    assert answer.sender.state == people.projection.own()["State"] == "retired"
    people.rebuild()
    assert people.projection.own()["State"] == "retired"
    acts = people.projection.store.list_actions("account")
    assert min(act.at for act in acts) == at(2)


def test_what_is_not_retired_cannot_come_back(people: People) -> None:
    people.report(listing(0, [], STUCK))
    with pytest.raises(InvalidStateError, match="not retired") as refused:
        people.set("unretire", 0.1)
    assert asdict(refused.value.body())["sender"]["state"] == "up"
    assert people.acts() == []
    people.set("retire", 0.2)
    assert people.set("unretire", 0.3, key="k")[1] is Outcome.DONE
    assert people.set("unretire", 0.4, key="k")[1] is Outcome.ALREADY_DONE
