"""A file's or a person's name, forgotten: in every table, after a replay and a restore, and nothing else."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from contract.manifest import Declared, write_manifest
from contract.names import Output
from ops.forget import ForgottenName
from store.dynamodb import update_item
from store.records import Attribute, FileAttribute
from store.senders import ACTION_PREFIX
from tests.stands.projection_tables import ERRORS, INCIDENTS, RUNS, SENDERS, create_table
from tests.unit.ops.conftest import Ops
from tests.unit.ops.test_incidents import FIRST, NOW, Clock, _put_run, _senders, _sweep

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

CV = "Ana Souza CV.pdf"
FILE, USER = ForgottenName.of("file", CV).word, ForgottenName.of("user", "ana").word
ANA = replace(FIRST, name="ana/WEB")


@pytest.fixture(autouse=True)
def _stack(ops: Ops, client: "DynamoDBClient") -> None:
    logs = Declared("LogGroup", {"Name": "/aws/lambda/x-auth", "RetentionInDays": 30})
    ops.know(**{Output.MANIFEST: write_manifest([logs])})


def _record(number: int, *names: str) -> dict[str, Any]:
    files = [{"M": {FileAttribute.FILENAME: {"S": name}}} for name in names]
    return {
        Attribute.ERROR_ID: {"S": str(number)},
        Attribute.REPORTED_BY: {"S": "ana"},
        Attribute.FILES: {"L": files},
    }


def _incident(*notes: str) -> dict[str, Any]:
    history = [{"M": {"ActedBy": {"S": "Ana"}, "Note": {"S": note}}} for note in notes]
    keys = {"Sender": {"S": FIRST.key}, "IncidentId": {"S": "1"}, "Reason": {"S": "silent"}}
    return {**keys, "Folder": {"S": r"D:\ana"}, "AcknowledgedBy": {"S": "ana"}, "History": {"L": history}}


def _held(client: "DynamoDBClient", table: str) -> str:
    return json.dumps(client.scan(TableName=table)["Items"], default=str, sort_keys=True)


def test_a_files_name_is_shown_and_then_replaced_there_and_nowhere_else(
    client: "DynamoDBClient", ops: Ops
) -> None:
    client.put_item(TableName=ERRORS, Item=_record(1, CV, f"old {CV}", CV.upper()))
    client.put_item(TableName=ERRORS, Item=_record(2, "other.csv"))
    client.put_item(TableName=INCIDENTS, Item=_incident(f"D:\\In\\{CV}: asked for it.", f"x{CV} is another"))
    before = _held(client, ERRORS)
    assert "FileSlaErrors: 1 items" in ops("forget", "--file", CV, code=1)
    assert _held(client, ERRORS) == before
    said = ops("forget", "--file", CV, "--yes")
    for part in (FILE, "until 20", "/aws/lambda/x-auth, for 30 days"):
        assert part in said
    [one] = [item for item in client.scan(TableName=ERRORS)["Items"] if item["ErrorId"]["S"] == "1"]
    assert one == _record(1, FILE, f"old {CV}", FILE)
    [incident] = client.scan(TableName=INCIDENTS)["Items"]
    assert incident == _incident(f"D:\\In\\{FILE}: asked for it.", f"x{CV} is another")
    assert ops.json("forget", "--file", CV, code=1)["found"] == {}
    assert "Give the name to forget" in ops("forget", "--file", " ", "--yes", code=1)


def test_a_persons_name_is_replaced_and_a_replay_does_not_bring_it_back(
    client: "DynamoDBClient", ops: Ops
) -> None:
    _put_run(client, ANA, NOW - timedelta(minutes=30))
    _senders(client).mark_for_replay(ANA.key, NOW)
    _sweep(client, Clock())
    act = {"Sender": {"S": ANA.key}, "Part": {"S": f"{ACTION_PREFIX}1"}, "ActedBy": {"S": "ana"}}
    rules = {"by": "ana", "action": "retire", "note": "ana left, not ana.souza"}
    client.put_item(TableName=SENDERS, Item={**act, "RuleState": {"S": json.dumps(rules)}})
    ops("forget", "--user", "Ana", "--yes")
    [kept] = [item for item in client.scan(TableName=SENDERS)["Items"] if "ActedBy" in item]
    assert kept["ActedBy"] == {"S": USER}
    assert json.loads(str(kept["RuleState"]["S"])) == {
        "by": USER, "action": "retire", "note": f"{USER} left, not ana.souza",
    }  # fmt: skip
    client.delete_item(TableName=SENDERS, Key={key: act[key] for key in ("Sender", "Part")})
    _senders(client).mark_for_replay(ANA.key, NOW)
    _sweep(client, Clock())
    for table in (RUNS, SENDERS, INCIDENTS):
        assert f"{USER}/WEB" in _held(client, table)
        assert "ana/WEB" not in _held(client, table)


def test_a_restore_does_not_bring_it_back(client: "DynamoDBClient", ops: Ops) -> None:
    create_table(client, "Copy", Attribute.ERROR_ID)
    client.put_item(TableName="Copy", Item=_record(1, CV))
    client.put_item(TableName=ERRORS, Item=_record(1, CV))
    client.put_item(TableName="Copy", Item=_record(2, CV))
    ops("forget", "--file", CV, "--yes")
    ops("forget", "--user", "ana", "--yes")
    counts = ops.json("restore", "--table", "errors", "--from-table", "Copy")["counts"]
    assert (counts["put back"], counts["there already"]) == (1, 1)
    assert "ana" not in _held(client, ERRORS).lower()


def test_what_somebody_adds_meanwhile_stays(
    client: "DynamoDBClient", ops: Ops, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.put_item(TableName=INCIDENTS, Item=_incident("ana knows"))
    added: list[int] = []

    def overtaken(*arguments: Any) -> Any:
        if not added:
            added.append(1)
            client.put_item(TableName=INCIDENTS, Item=_incident("ana knows", "ana asked"))
        return update_item(*arguments)

    monkeypatch.setattr("ops.forget.update_item", overtaken)
    ops("forget", "--user", "ana", "--yes")
    [incident] = client.scan(TableName=INCIDENTS)["Items"]
    notes = [entry["M"]["Note"]["S"] for entry in incident["History"]["L"]]
    assert notes == [f"{USER} knows", f"{USER} asked"]
    # The folder's path identifies the incident, and a status is no name.
    assert (incident["Folder"], incident["Reason"]) == ({"S": r"D:\ana"}, {"S": "silent"})
