"""The route of actions: who is answered what, what is counted, and what no log holds."""

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from handlers import incident_action, runtime
from store.runs import Run
from tests.stands.events import LambdaContext, action_event
from tests.stands.playing import stuck
from tests.stands.projection import ACCOUNT, Projection

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

NOTE = "the-note-of-an-analyst"


def _post(body: object, **more: Any) -> tuple[int, dict[str, Any]]:
    answer = incident_action.handler(action_event(body, **more), LambdaContext())
    assert answer["headers"]["Access-Control-Allow-Origin"] == "https://ops.example.com"
    told = json.loads(answer["body"])
    assert told["message"]
    return answer["statusCode"], told


@pytest.fixture
def incident_id(table: "DynamoDBClient") -> str:
    """Of one that a run has just shown."""
    now = datetime.now(UTC) - timedelta(minutes=1)
    projection = Projection(table, clock=lambda: now)
    projection.stream.read(
        projection.put(
            Run(sender=ACCOUNT, run_id="r", moment=now, arrival=now, breaches=(stuck("D:\\Inbound", "x"),))
        )
    )
    [incident] = projection.incidents()
    return str(incident["IncidentId"])


def test_an_action_is_answered_with_the_incident_as_it_is_then(incident_id: str) -> None:
    status, body = _post({"incident_id": incident_id, "action": "acknowledge", "note": NOTE})
    assert status == 200
    incident = body["incident"]
    assert incident.pop("acknowledged_until") > datetime.now(UTC).isoformat()
    assert incident == {
        "incident_id": incident_id, "sender": ACCOUNT, "sender_name": "name of account",
        "folder": "D:\\Inbound", "status": "open", "reason": None, "owner": None,
        "acknowledged_by": "reporter", "snoozed_until": None, "version": 1,
    }  # fmt: skip


def test_an_action_is_answered_with_the_sender_as_it_is_then(incident_id: str) -> None:
    status, body = _post({"sender": ACCOUNT, "action": "set_interval", "interval_minutes": 15})
    assert status == 200
    sender = body["sender"]
    assert sender["state_since"] <= sender.pop("last_run_at")
    sender.pop("state_since")
    assert sender == {
        "sender": ACCOUNT, "sender_name": "name of account", "state": "up", "kind": "stock", "due_at": None,
        "interval_minutes": 15, "interval_from": "set",
    }  # fmt: skip


def test_what_is_not_known_or_not_right_is_refused(incident_id: str) -> None:
    assert _post({"incident_id": "x", "action": "acknowledge"})[0] == 404
    assert _post({"sender": "x", "action": "retire"})[0] == 404
    status, told = _post({"incident_id": incident_id, "action": "close"})
    assert (status, told["errors"][0]["field"]) == (422, "note")
    status, told = _post(
        {"incident_id": incident_id, "action": "acknowledge"}, headers={"Idempotency-Key": " "}
    )
    assert (status, told["errors"][0]["field"]) == (422, "header Idempotency-Key")
    assert _post("x" * 40_000)[0] == 413


def test_no_log_holds_a_note(
    incident_id: str, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    for body in (
        {"incident_id": incident_id, "action": "note", "note": NOTE},
        {"incident_id": incident_id, "action": "close", "note": NOTE},
        {"incident_id": incident_id, "action": "note", "note": NOTE * 100},
        {"incident_id": incident_id, "action": "note", "note": NOTE, "until": NOTE, NOTE: NOTE},
        {"sender": ACCOUNT, "action": "retire", "note": NOTE},
    ):
        _post(body)
    lines = [runtime.logger.registered_formatter.format(record) for record in caplog.records]
    assert sum('"message":"acted"' in line for line in lines) == 2
    assert NOTE not in "".join([*lines, *capsys.readouterr()])


def test_actions_are_counted_by_their_outcome(incident_id: str, capsys: pytest.CaptureFixture[str]) -> None:
    body = {"incident_id": incident_id, "action": "acknowledge"}
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    for headers in ({"Idempotency-Key": "k"}, {"Idempotency-Key": "k"}):
        _post(body, headers=headers)
    _post({**body, "incident_id": "x"})
    _post({**body, "version": 9})
    _post({**body, "version": "x"})
    _post(body, groups=None)
    _post({"action": "schedule_maintenance", "window": {"sender": "x", "to": tomorrow, "reason": "r"}})
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines() if "_aws" in line]
    outcomes = [line["Outcome"] for line in lines if "Actions" in line]
    refused = ["not_found", "invalid_state", "invalid_body", "not_in_group"]
    assert outcomes == ["done", "already_done", *refused, "done"]
    assert [line["MaintenanceMade"] for line in lines if "MaintenanceMade" in line] == [[1.0]]
