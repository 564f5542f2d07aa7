"""Closing by hand: the rules close, the history tells, and a rebuild keeps it."""

from dataclasses import asdict

import pytest

from contract.metrics import Outcome
from handlers.actions.acting import InvalidStateError
from handlers.incidents.projection import replay
from handlers.projection.store_runs import Run
from tests.oracles.incidents.playing import at, listing, run, stuck
from tests.unit.handlers.actions.conftest import People
from tests.unit.handlers.actions.test_incidents import meanwhile

STUCK = stuck("D:\\Inbound", "x", created=-2)
GONE = listing(1, [], errors=["D:\\Inbound"])


def _unknown(people: People) -> None:
    people.report(listing(0, [], STUCK), GONE)


def test_what_is_unknown_is_closed_with_a_reason(people: People) -> None:
    _unknown(people)
    answer, outcome = people.do("close", 2, note="the share is gone for good", version=0)
    assert (answer.message, outcome) == ("Closed.", Outcome.DONE)
    assert (answer.incident.status, answer.incident.version) == ("closed", 1)
    incident = people.one_incident()
    assert (incident["Status"], incident["EndedAt"]) == ("closed", "2026-03-02T10:00:00Z")
    assert "ListedIn" not in incident
    assert people.projection.own()["Unknown"] == "0"
    [deed] = people.history()
    [act] = people.acts()
    assert (deed["Note"], deed["DoneBy"]) == ("the share is gone for good", "ana")
    assert act["Part"]["S"] == f"act#{deed['DeedId']}"
    assert (act["DoneBy"]["S"], act["Note"]["S"]) == (deed["DoneBy"], deed["Note"])


def test_a_rebuild_keeps_it_closed_and_its_history(people: People) -> None:
    _unknown(people)
    people.do("acknowledge", 1.5)
    people.do("close", 2, note="gone")
    before = people.one_incident()
    people.rebuild()
    assert people.one_incident() == before
    # A late run makes no difference, where it tells nothing else.
    people.report(run(0.5, STUCK, arrival=at(3)))
    people.projection.sweep()
    assert people.one_incident()["Status"] == "closed"
    assert len(people.history()) == 2


def test_proof_opens_it_again_with_all_that_people_did(people: People) -> None:
    _unknown(people)
    people.do("close", 2, note="gone")
    people.report(listing(3, [], STUCK))
    incident = people.one_incident()
    assert (incident["Status"], incident["ActionVersion"]) == ("open", "1")
    assert len(people.history()) == 1


def test_what_is_open_cannot_be_closed(people: People) -> None:
    people.report(listing(0, [], STUCK))
    with pytest.raises(InvalidStateError, match="only what is unknown can be closed") as refused:
        people.do("close", 0.5, note="n")
    assert asdict(refused.value.body())["incident"]["status"] == "open"
    assert people.acts() == people.history() == []


def test_what_time_made_unknown_since_the_last_sweep_can_be_closed(people: People) -> None:
    people.report(run(0, STUCK))
    assert people.one_incident()["Status"] == "open"
    people.do("close", 5, note="n")
    assert people.one_incident()["Status"] == "closed"


def test_what_time_ended_since_the_last_sweep_cannot(people: People) -> None:
    people.report(run(0, STUCK))
    people.projection.sweep(5)
    with pytest.raises(InvalidStateError, match="has ended: it is lapsed") as refused:
        people.do("close", 100, note="n")
    assert asdict(refused.value.body())["incident"]["status"] == "lapsed"


def test_the_same_request_again_is_done_once(people: People) -> None:
    _unknown(people)
    people.do("close", 2, note="gone", key="k")
    answer, outcome = people.do("close", 3, note="gone", key="k")
    assert (answer.incident.status, outcome) == ("closed", Outcome.DONE_BEFORE)
    assert len(people.history()) == len(people.acts()) == 1


def test_a_run_that_reopens_it_in_between_wins(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    _unknown(people)
    meanwhile(people, monkeypatch, lambda: people.report(listing(2, [], STUCK)))
    with pytest.raises(InvalidStateError, match="only what is unknown"):
        people.do("close", 2, note="n")
    assert people.acts() == people.history() == []


@pytest.mark.parametrize("other", [listing(2, [], errors=["D:\\Inbound"]), None])
def test_whatever_else_happens_in_between_is_kept(
    people: People, monkeypatch: pytest.MonkeyPatch, other: Run | None
) -> None:
    _unknown(people)
    if other is not None:
        meanwhile(people, monkeypatch, lambda: people.report(other))
    else:
        meanwhile(people, monkeypatch, lambda: people.do("note", by="ben", note="n"))
    people.do("close", 2, note="gone")
    incident = people.one_incident()
    assert incident["Status"] == "closed"
    assert len(people.history()) == int(incident["ActionVersion"]) == (1 if other else 2)
    assert len(people.slept) == 1


def test_a_fold_that_is_due_knows_of_it(people: People) -> None:
    _unknown(people)
    people.report(run(0.5, STUCK, arrival=at(2)))
    assert "FoldSince" in people.projection.own()
    people.do("close", 2.5, note="gone")
    assert "FoldSince" in people.projection.own()
    people.projection.sweep()
    assert "FoldSince" not in people.projection.own()
    assert people.one_incident()["Status"] == "closed"


def test_what_is_stored_is_what_the_rules_make_of_runs_and_acts(people: People) -> None:
    _unknown(people)
    people.do("close", 2, note="gone")
    people.set("set_interval", 3, interval_minutes=30)
    acts = people.projection.store.list_actions("account")
    folded = replay([listing(0, [], STUCK), GONE], acts)
    stored = people.projection.state()
    assert folded.state.incidents == stored.incidents
    assert folded.state.sender is not None
    assert stored.sender is not None
    assert folded.state.sender.settings == stored.sender.settings
    assert folded.state.sender.last_action == stored.sender.last_action
