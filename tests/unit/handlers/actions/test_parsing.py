"""Whatever a person may do wrong is told by field, with the remedy."""

import json
from typing import Any

import pytest

from contract.action import ActOnSender
from handlers.actions.parsing import parse_action
from handlers.web.errors import InvalidBodyError

NIGHTS = {"days": ["mon"], "from": "22:00", "to": "04:00", "zone": "Europe/Berlin"}
LATER = "2026-11-26T16:00:00+01:00"


def on_incident(action: str, **more: Any) -> dict[str, Any]:
    return {"incident_id": "i", "action": action, **more}


def on_sender(action: str, **more: Any) -> dict[str, Any]:
    return {"sender": "s", "action": action, **more}


def on_window(**changes: Any) -> dict[str, Any]:
    window = {"sender": "*", "to": LATER, "reason": "patching", **changes}
    return {"action": "schedule_maintenance", "window": window}


def with_hours(changes: dict[str, Any]) -> dict[str, Any]:
    return on_window(to=None, until=LATER, weekly={**NIGHTS, **changes})


@pytest.mark.parametrize(
    ("body", "field", "problem", "hint"),
    [
        ({"Incident_Id": "i", "action": "note"}, "body", "does not name", "case-sensitive"),
        (on_window(sender=None), "window", "names nobody", "sender, folder or owner"),
        (on_window(reason=" "), "window.reason", "missing, or empty", "why nobody"),
        (on_window(to=None), "window.to", "is missing", "AddHours(8)"),
        (on_window(weekly=NIGHTS, until=LATER), "window.to", "does not go with this", "send until alone"),
        (on_window(weekly=NIGHTS, to=None), "window.until", "is missing", "AddHours(8)"),
        ({**on_window(), "maintenance_id": "m"}, "maintenance_id", "does not go with", "leave it out"),
        ({**on_window(), "action": "change_maintenance"}, "maintenance_id", "is missing", "its making"),
        (on_incident("note", note="n", sender="s"), "sender", "no key", "leave it out"),
        ({**on_incident("note", note="n"), "": 1}, '""', "is no key", "leave it out"),
        ({"incident_id": "i" * 256, "action": "unsnooze"}, "incident_id", "too long", "at most 255"),
        (on_incident("retire"), "action", "none of those", "'acknowledge', 'unacknowledge'"),
        (on_incident("note"), "note", "missing, or empty", "what the others"),
        (on_incident("close"), "note", "missing, or empty", "why it is over"),
        (on_incident("note", note=5), "note", "is not text", "string"),
        (on_incident("note", note="n" * 1001), "note", "is too long", "at most 1000"),
        (on_incident("note", note="n", until=LATER), "until", "does not go with note", "leave it out"),
        (on_incident("snooze"), "until", "is missing", "from 1 hour to 7 days from now"),
        (on_incident("snooze", until="2026-11-26T16:00:00"), "until", "no offset", "AddHours(8)"),
        (on_sender("set_interval"), "interval_minutes", "is missing", "null to have it learnt"),
        (on_sender("retire", interval_minutes=15), "interval_minutes", "does not go with retire", "leave it"),
        (on_window(weekly="07:00-19:00"), "window.weekly", "is text where an object", "-Depth 5"),
        (with_hours({"days": ["Mon"]}), "window.weekly.days[0]", "none of", "'mon', 'tue'"),
        (with_hours({"from": "7:00"}), "window.weekly.from", "time of day", "00:00 to 23:59"),
        (with_hours({"to": "24:00"}), "window.weekly.to", "time of day", "also ends a day"),
        (with_hours({"zone": "CEST"}), "window.weekly.zone", "time zone", "Europe/Berlin"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_with_the_remedy(
    body: dict[str, Any], field: str, problem: str, hint: str
) -> None:
    with pytest.raises(InvalidBodyError) as refused:
        parse_action(json.dumps(body).encode())
    found = refused.value.problems[0]
    assert found.field == field
    assert problem in found.problem
    assert hint in found.hint


def test_all_that_is_wrong_is_told_at_once() -> None:
    with pytest.raises(InvalidBodyError) as refused:
        parse_action(json.dumps(on_incident("close", until=LATER)).encode())
    assert [found.field for found in refused.value.problems] == ["note", "until"]


def test_a_key_sent_twice_is_refused() -> None:
    with pytest.raises(InvalidBodyError) as refused:
        parse_action(b'{"incident_id": "i", "action": "note", "note": "n", "note": "m"}')
    assert refused.value.problems[0].problem == "has a key more than once"


def test_null_is_as_good_as_absent_but_where_it_takes_a_setting_back() -> None:
    """PowerShell writes null for what has no value."""
    plain = on_incident("acknowledge")
    assert parse_action(json.dumps({**plain, "note": None, "until": None, "version": None}).encode()) == (
        parse_action(json.dumps(plain).encode())
    )
    request = parse_action(json.dumps(on_sender("set_interval", interval_minutes=None)).encode())
    assert isinstance(request, ActOnSender)
    assert request.interval_minutes is None
