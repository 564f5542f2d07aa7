"""What is asked for of the route of actions, and when what was chosen ends."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as some

from contract.action import ActOnIncident, IncidentAction
from contract.limits import LONGEST_HOLD, MAX_KEY_CHARACTERS, SHORTEST_SNOOZE
from contract.moments import parse_moment
from contract.routes import IDEMPOTENCY_KEY
from dashboard.data.tables import update_live
from dashboard.figures import actions
from store.incidents import Incident
from tests.dashboard.projected import read_incidents
from tests.stands.playing import listing, played, run, stuck

A, B = "C:\\Jobs\\A", "C:\\Jobs\\B"
BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 26, 15, 0, 30, tzinfo=UTC)
OPEN = read_incidents(played(run(0, stuck(A, "a"))))[0]
UNKNOWN = read_incidents(played(run(0, stuck(A, "a")), until=4))[0]
ENDED = read_incidents(played(listing(0, [], stuck(A, "a")), listing(1, [A])))[0]
TOKEN = "0" * 32


def held(one: Incident = OPEN, **values: Any) -> Incident:
    return replace(one, **values)


@pytest.mark.parametrize(
    ("span", "end"),
    [
        ("for 1 hour", "2026-11-26T17:01+01:00"),
        ("for 8 hours", "2026-11-27T00:01+01:00"),
        ("until tomorrow, 8:00", "2026-11-27T08:00+01:00"),
        ("until Monday, 8:00", "2026-11-30T08:00+01:00"),
        ("for 7 days", "2026-12-03T16:01+01:00"),
    ],
)
def test_a_span_ends_to_the_minute_and_never_too_soon(span: str, end: str) -> None:
    assert actions.find_end(span, NOW, BERLIN) == datetime.fromisoformat(end)


@given(
    some.sampled_from(actions.SPANS),
    some.integers(0, 63_000_000).map(lambda seconds: NOW + timedelta(seconds=seconds)),
    some.sampled_from(["Europe/Berlin", "Asia/Kolkata", "Pacific/Apia", "America/St_Johns"]),
)
def test_every_span_is_one_that_the_service_takes(span: str, now: datetime, zone: str) -> None:
    end = actions.find_end(span, now, ZoneInfo(zone))
    assert end is not None
    assert SHORTEST_SNOOZE <= end - now <= LONGEST_HOLD + timedelta(minutes=1)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("tomorrow 09:00", "2026-11-26T08:00"),
        ("until tomorrow 9:00", "2026-11-26T08:00"),
        ("Fri 16:30", "2026-11-27T15:30"),
        ("2026-12-01 7:15", "2026-12-01T06:15"),
        # The next time that the clock shows it, whether today or tomorrow, this week or the next.
        ("23:59", "2026-11-25T22:59"),
        ("0:01", "2026-11-25T23:01"),
        ("wednesday 0:01", "2026-12-01T23:01"),
        ("today 0:01", "2026-11-24T23:01"),
    ],
)
def test_a_moment_is_read_as_people_type_it(text: str, expected: str) -> None:
    now = datetime(2026, 11, 25, 11, tzinfo=UTC)
    assert actions.read_moment(text, now, ZoneInfo("Europe/Berlin")) == datetime.fromisoformat(f"{expected}Z")


@pytest.mark.parametrize("text", ["", "soon", "25:00", "9", "2026-02-30 9:00", "9:00 tomorrow", "some 9:00"])
def test_what_is_no_moment_is_none(text: str) -> None:
    assert actions.read_moment(text, NOW, ZoneInfo("UTC")) is None


def test_a_request_is_one_that_the_route_takes() -> None:
    filled: dict[str, Any] = {"note": " later ", "span": "for 1 hour", "until": NOW}
    [request] = actions.list_requests(IncidentAction.SNOOZE, [held(version=3)], TOKEN, **filled)
    asked = ActOnIncident.model_validate(request.body)
    assert (asked.action, asked.note, asked.version) == (IncidentAction.SNOOZE, "later", 3)
    assert parse_moment(request.body["until"]) == NOW
    assert request.about == f"{A} on account"
    assert IDEMPOTENCY_KEY.accepts(request.key)
    assert len(request.key) <= MAX_KEY_CHARACTERS
    # A note stands whatever others did.
    [request] = actions.list_requests(IncidentAction.NOTE, [held(version=3)], TOKEN, note="x")
    assert "version" not in request.body


def test_the_same_form_filled_in_with_the_same_is_the_same_deed() -> None:
    def key(note: str = "x", span: str = "for 1 hour", version: int = 1, token: str = TOKEN) -> str:
        until = NOW + timedelta(minutes=version)
        filled: dict[str, Any] = {"note": note, "span": span, "until": until}
        [request] = actions.list_requests(IncidentAction.SNOOZE, [held(version=version)], token, **filled)
        return request.key

    assert key() == key(version=2)
    assert len({key(), key(note="y"), key(span="for 4 hours"), key(token="1" * 32)}) == 4
    assert actions.make_request({"a": 1}, "", TOKEN).key != actions.make_request({"a": 2}, "", TOKEN).key


def test_what_is_offered_means_something() -> None:
    usual = [IncidentAction.ACKNOWLEDGE, IncidentAction.NOTE, IncidentAction.SNOOZE]
    assert actions.list_possible([OPEN], NOW) == usual
    assert actions.list_possible([UNKNOWN], NOW) == [*usual, IncidentAction.CLOSE]
    assert actions.list_possible([ENDED], NOW) == []
    later, before = NOW + timedelta(hours=1), NOW - timedelta(hours=1)
    both: dict[str, Any] = {"acknowledged_by": "ana", "acknowledged_until": later, "snoozed_until": later}
    assert len(actions.list_possible([held(**both)], NOW)) == 5
    over: dict[str, Any] = {"acknowledged_by": "ana", "acknowledged_until": before, "snoozed_until": before}
    assert actions.list_possible([held(**over)], NOW) == usual
    assert set(actions.list_possible([OPEN, UNKNOWN, ENDED], NOW)) == {*usual, IncidentAction.CLOSE}


def test_who_is_on_it_in_words() -> None:
    later = NOW + timedelta(hours=1)
    assert actions.describe_hold(OPEN, NOW, BERLIN) == "Nobody has acknowledged it."
    both = held(acknowledged_by="ana", acknowledged_until=later, snoozed_until=NOW + timedelta(days=1))
    assert (
        actions.describe_hold(both, NOW, BERLIN)
        == "ana is on it until 17:00. Snoozed until 2026-11-27 16:00."
    )
    assert actions.describe_hold(ENDED, NOW, BERLIN) == ""
    assert actions.describe_now(ENDED, NOW, BERLIN) == "It is cleared now."
    assert actions.describe_now(both, NOW, BERLIN).startswith("It is open now. ana is on it")
    assert (
        actions.describe_result(IncidentAction.ACKNOWLEDGE, later, NOW, BERLIN) == "Acknowledged until 17:00."
    )
    assert actions.describe_result(IncidentAction.CLOSE, None, NOW, BERLIN) == "Closed."
    assert actions.describe_result(IncidentAction.CLOSE, None, NOW, BERLIN, 2) == "2 incidents: closed."


def test_what_was_read_counts_only_while_the_index_is_behind() -> None:
    acted, closed = (
        held(version=2, acknowledged_by="ana"),
        held(ENDED, incident_id=OPEN.incident_id, version=2),
    )
    # What a run changed since has the same version.
    further, same = held(version=3, acknowledged_by="bea"), held(version=2, file_count=9)
    for listed, known, expected in (
        ([OPEN], [], [OPEN]),
        ([held(version=1)], [acted], [acted]),
        ([further], [acted], [further]),
        ([same], [acted], [same]),
        ([held(version=1)], [closed], []),
    ):
        assert update_live(listed, known) == expected
