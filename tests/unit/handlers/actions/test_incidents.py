"""What people do about incidents, and what runs, sweeps and rebuilds leave of it."""

from dataclasses import asdict
from typing import Any

import pytest

from contract.limits import MAX_HISTORY_ENTRIES, MAX_NOTE_CHARACTERS, MAX_NOTES_BYTES
from contract.metrics import Outcome
from handlers.actions import incidents
from handlers.actions.acting import InvalidStateError
from handlers.web.errors import InvalidBodyError
from tests.stands.playing import at, listing, run, stuck
from tests.stands.projection_tables import INCIDENTS
from tests.unit.handlers.actions.conftest import People, meanwhile

STUCK = stuck("D:\\Inbound", "x", created=-2)


def test_somebody_is_on_it(people: People) -> None:
    people.report(run(0, STUCK))
    before = people.one_incident()
    answer, outcome = people.do("acknowledge", 1, note="the printer again")
    after = people.one_incident()
    assert outcome is Outcome.DONE
    assert answer.message == "Acknowledged until 2026-03-02T17:00:00Z."
    assert (answer.incident.acknowledged_by, answer.incident.version) == ("ana", 1)
    told = {name: value for name, value in after.items() if name not in before}
    assert told.pop("History")
    assert told == {
        "AcknowledgedBy": "ana",
        "AcknowledgedUntil": "2026-03-02T17:00:00Z",
        "ActionVersion": "1",
    }
    assert {name: after[name] for name in before} == before
    [deed] = people.history()
    assert deed.pop("ActionId")
    assert deed == {
        "Action": "acknowledge",
        "ActedAt": "2026-03-02T09:00:00Z",
        "ActedBy": "ana",
        "Note": "the printer again",
        "Until": "2026-03-02T17:00:00Z",
    }


def test_another_takes_it_over_and_lets_it_go(people: People) -> None:
    people.report(run(0, STUCK))
    people.do("acknowledge", 1)
    answer, _ = people.do("acknowledge", 2, by="ben", until="2026-03-02T12:00:00Z")
    assert answer.incident.acknowledged_by == "ben"
    assert answer.incident.acknowledged_until == "2026-03-02T12:00:00Z"
    answer, _ = people.do("unacknowledge", 3)
    assert answer.incident.acknowledged_by is answer.incident.acknowledged_until is None
    assert [(deed["ActedBy"], deed["Action"]) for deed in people.history()] == [
        ("ana", "acknowledge"),
        ("ben", "acknowledge"),
        ("ana", "unacknowledge"),
    ]


def test_notes_and_snoozes(people: People) -> None:
    people.report(run(0, STUCK))
    people.do("note", 1, note="asked the bank")
    answer, _ = people.do("snooze", 1, until="2026-03-03T08:00:00+01:00", note="until tomorrow")
    assert answer.incident.snoozed_until == "2026-03-03T07:00:00Z"
    answer, _ = people.do("unsnooze", 2)
    assert (answer.incident.snoozed_until, answer.incident.version) == (None, 3)
    assert [deed.get("Note") for deed in people.history()] == ["asked the bank", "until tomorrow", None]


def test_runs_and_sweeps_leave_it_as_it_is(people: People) -> None:
    """It outlives a clearing, in case that the incident opens again; and no run counts as an action."""
    people.report(listing(0, [], STUCK))
    people.do("acknowledge", 0.5, until="2026-03-05T08:00:00Z")
    people.report(listing(1, ["D:\\Inbound"]))
    assert people.one_incident()["Status"] == "cleared"
    people.report(listing(2, [], STUCK), listing(3, [], stuck("D:\\Inbound", "y", "z")))
    people.projection.sweep(30)
    incident = people.one_incident()
    assert (incident["Status"], incident["Reopened"], incident["ActionVersion"]) == ("unknown", "1", "1")
    assert incident["AcknowledgedBy"] == "ana"
    answer, _ = people.do("note", 31, note="back again", version=1)
    assert answer.incident.version == 2


@pytest.mark.parametrize("action", ["acknowledge", "note", "snooze", "unacknowledge", "unsnooze", "close"])
def test_what_has_ended_is_left_alone(people: People, action: str) -> None:
    people.report(listing(0, [], STUCK), listing(1, ["D:\\Inbound"]))
    more: dict[str, Any] = {"note": "n"} if action in ("note", "close") else {}
    more |= {"until": "2026-03-02T12:00:00Z"} if action == "snooze" else {}
    with pytest.raises(InvalidStateError, match="has ended: it is cleared") as refused:
        people.do(action, 2, **more)
    assert asdict(refused.value.body())["incident"]["status"] == "cleared"
    assert people.history() == []


def test_what_nobody_did_is_not_undone(people: People) -> None:
    people.report(run(0, STUCK))
    for action, message in (("unacknowledge", "Nobody has"), ("unsnooze", "is not snoozed")):
        with pytest.raises(InvalidStateError, match=message):
            people.do(action, 1)


def test_a_version_of_before_is_refused_with_the_state_now(people: People) -> None:
    people.report(run(0, STUCK))
    people.do("acknowledge", 1, by="ben", version=0)
    with pytest.raises(InvalidStateError, match=r"^ben acted .+: acknowledge\. .+ is 1 now") as refused:
        people.do("unacknowledge", 1, version=0)
    assert asdict(refused.value.body())["incident"]["acknowledged_by"] == "ben"
    assert len(people.history()) == 1


def test_the_same_request_again_is_done_once(people: People) -> None:
    people.report(run(0, STUCK))
    first, _ = people.do("acknowledge", 1, key="k", until="2026-03-02T10:00:00Z")
    # Also when it would be refused by now.
    again, outcome = people.do("acknowledge", 3, key="k", until="2026-03-02T10:00:00Z")
    assert (outcome, again.incident) == (Outcome.ALREADY_DONE, first.incident)
    assert len(people.history()) == 1
    # Another request, or another user, is another deed.
    people.do("note", 3, key="k", note="n")
    people.do("note", 3, key="k", note="n", by="ben")
    people.do("note", 3, note="n")
    assert len({deed["ActionId"] for deed in people.history()}) == 4


@pytest.mark.parametrize(
    ("action", "until"),
    [
        ("acknowledge", "2026-03-02T08:00:00Z"),
        ("acknowledge", "2026-03-02T09:00:00Z"),
        ("acknowledge", "2026-03-09T09:02:00Z"),
        ("snooze", "2026-03-02T09:58:00Z"),
        ("snooze", "2026-03-09T09:02:00Z"),
    ],
)
def test_nothing_is_held_too_short_or_too_long(people: People, action: str, until: str) -> None:
    people.report(run(0, STUCK))
    with pytest.raises(InvalidBodyError) as refused:
        people.do(action, 1, until=until)
    assert refused.value.problems[0].field == "until"
    assert people.history() == []


def fill_history(people: People, left: int = 0) -> None:
    deed = {"M": {"ActionId": {"S": "d"}, "ActedAt": {"S": "2026-03-02T08:00:00Z"}, "Action": {"S": "note"}}}
    people.projection.client.update_item(
        TableName=INCIDENTS,
        Key={name: {"S": people.one_incident()[name]} for name in ("Sender", "IncidentId")},
        UpdateExpression="SET History = :deeds, ActionVersion = :version",
        ExpressionAttributeValues={
            ":deeds": {"L": [deed] * (MAX_HISTORY_ENTRIES - left)},
            ":version": {"N": "200"},
        },
    )


def test_a_history_that_is_full_takes_no_more(people: People) -> None:
    people.report(run(0, STUCK))
    fill_history(people, left=1)
    people.do("acknowledge", 1)
    for action, more in (("note", {"note": "one too many"}), ("acknowledge", {})):
        with pytest.raises(InvalidStateError, match="is full: it has 200 entries"):
            people.do(action, 1, **more)


def test_nobody_is_muted_by_a_full_history(people: People) -> None:
    people.report(run(0, STUCK))
    people.do("acknowledge", 1)
    people.do("snooze", 1, until="2026-03-03T08:00:00Z")
    fill_history(people)
    people.do("unacknowledge", 2)
    people.do("unsnooze", 2)
    people.projection.sweep(20)
    people.do("close", 21, note="seen")
    assert [deed["Action"] for deed in people.history()][-3:] == ["unacknowledge", "unsnooze", "close"]


def test_notes_in_any_script_leave_room_for_what_runs_change(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert MAX_NOTES_BYTES + MAX_HISTORY_ENTRIES * 300 < 300_000
    monkeypatch.setattr(incidents, "MAX_NOTES_BYTES", 6000)
    people.report(run(0, STUCK))
    for _ in range(2):
        people.do("note", 1, note="\N{BRICK}" * MAX_NOTE_CHARACTERS)
    with pytest.raises(InvalidStateError, match="is full: it has 2 entries"):
        people.do("acknowledge", 1)


def test_of_those_who_act_at_once_none_is_lost(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    """Others come first with each of the first tries."""
    people.report(run(0, STUCK))
    meanwhile(people, monkeypatch, *(lambda by=by: people.do("note", by=by, note=by) for by in "bcd"))
    answer, _ = people.do("acknowledge", 1)
    assert (answer.incident.acknowledged_by, answer.incident.version) == ("ana", 4)
    assert [deed["ActedBy"] for deed in people.history()] == ["b", "c", "d", "ana"]
    assert len(people.slept) == 3


def test_a_run_that_clears_it_in_between_wins(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    people.report(listing(0, [], STUCK))
    meanwhile(people, monkeypatch, lambda: people.report(listing(1, ["D:\\Inbound"])))
    with pytest.raises(InvalidStateError, match="it is cleared"):
        people.do("acknowledge", 1)
    assert people.history() == []


def test_what_people_did_about_two_that_are_one_stays_with_the_one(moto_people: People) -> None:
    people = moto_people
    inbound = "D:\\Inbound"
    people.report(run(0, stuck(inbound, "x")))
    first = people.one_incident()["IncidentId"]
    people.do("note", 0.5, note="of the first", by="ben")
    people.report(run(10, stuck(inbound, "y")))
    second = next(one for one in people.projection.incidents() if one["IncidentId"] != first)["IncidentId"]
    people.do("acknowledge", 10.5, incident_id=second, note="on it")
    people.do("snooze", 10.6, incident_id=second, until=f"{at(15):%Y-%m-%dT%H:%M:%SZ}")
    people.report(run(2, stuck(inbound, "x", "y"), arrival=at(11)))
    people.projection.sweep(11.1)
    incident = people.one_incident()
    assert incident["IncidentId"] == first
    assert (incident["AcknowledgedBy"], incident["AcknowledgedUntil"]) == ("ana", "2026-03-03T02:30:00Z")
    assert incident["SnoozedUntil"] == "2026-03-02T23:00:00Z"
    assert [(deed["ActedBy"], deed["Action"]) for deed in people.history()] == [
        ("ben", "note"),
        ("ana", "acknowledge"),
        ("ana", "snooze"),
    ]
    assert incident["ActionVersion"] == "3"
    people.rebuild()
    assert people.one_incident()["ActionVersion"] == "3"


def test_who_acts_while_two_become_one_is_not_lost(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    inbound = "D:\\Inbound"
    people.report(run(0, stuck(inbound, "x")), run(10, stuck(inbound, "y")))
    second = next(one for one in people.projection.incidents() if one["Status"] == "open")["IncidentId"]
    people.report(run(2, stuck(inbound, "x", "y"), arrival=at(11)))
    store, commit = people.projection.store, people.projection.store.commit

    def act_first(*arguments: Any) -> Any:
        monkeypatch.setattr(store, "commit", commit)
        people.do("note", incident_id=second, note="just now")
        return commit(*arguments)

    monkeypatch.setattr(store, "commit", act_first)
    people.projection.sweep(11.1)
    people.projection.sweep(11.2)
    assert [deed["Note"] for deed in people.history()] == ["just now"]


# Closing by hand: the rules close, the history keeps it, and a rebuild keeps it closed.

GONE = listing(1, [], errors=["D:\\Inbound"])


def _unknown(people: People) -> None:
    people.report(listing(0, [], STUCK), GONE)


def test_what_is_unknown_is_closed_with_a_reason(moto_people: People) -> None:
    people = moto_people
    _unknown(people)
    answer, outcome = people.do("close", 2, note="the share is gone for good", version=0)
    assert (answer.message, outcome) == ("Closed.", Outcome.DONE)
    assert (answer.incident.status, answer.incident.version) == ("closed", 1)
    incident = people.one_incident()
    assert (incident["Status"], incident["EndedAt"]) == ("closed", "2026-03-02T10:00:00Z")
    assert "LiveShard" not in incident
    assert people.projection.own()["Unknown"] == "0"
    [deed] = people.history()
    [act] = people.acts()
    assert (deed["Note"], deed["ActedBy"]) == ("the share is gone for good", "ana")
    assert act["Part"]["S"] == f"action#{deed['ActionId']}"
    assert (act["ActedBy"]["S"], act["Note"]["S"]) == (deed["ActedBy"], deed["Note"])


def test_what_is_open_cannot_be_closed(people: People) -> None:
    people.report(listing(0, [], STUCK))
    with pytest.raises(InvalidStateError, match="only what is unknown can be closed") as refused:
        people.do("close", 0.5, note="n")
    assert asdict(refused.value.body())["incident"]["status"] == "open"
    assert people.acts() == people.history() == []


def test_a_run_that_reopens_it_in_between_wins(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    _unknown(people)
    meanwhile(people, monkeypatch, lambda: people.report(listing(2, [], STUCK)))
    with pytest.raises(InvalidStateError, match="only what is unknown"):
        people.do("close", 2, note="n")
    assert people.acts() == people.history() == []
