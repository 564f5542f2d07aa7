import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from contract.names import Variable
from handlers import file_sla_error
from store.records import Attribute
from store.runs import read_run_item
from tests.stands.events import LambdaContext, a_report, report_event
from tests.stands.projection_tables import RUNS
from tests.unit.conftest import TABLE

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


def _post(event: dict[str, Any], context: LambdaContext | None = None) -> tuple[int, dict[str, Any]]:
    answer = file_sla_error.handler(event, context or LambdaContext())
    assert answer["headers"]["Access-Control-Allow-Origin"] == "https://ops.example.com"
    body = json.loads(answer["body"])
    assert body["message"]
    return answer["statusCode"], body


def _stored(table: "DynamoDBClient") -> dict[str, Any]:
    items = table.scan(TableName=TABLE)["Items"]
    return {item[Attribute.ERROR_ID]["S"]: item for item in items}


def _runs(table: "DynamoDBClient") -> list[dict[str, Any]]:
    return list(table.scan(TableName=RUNS)["Items"])


def test_accepted_report_is_stored_and_counted(table: "DynamoDBClient") -> None:
    status, body = _post(report_event(a_report("a", "b", files=3)))
    assert (status, body["recorded"], body["files"]) == (200, 2, 6)
    assert set(body["error_ids"]) == set(_stored(table))


def test_an_account_that_floods_is_throttled_alone_and_told_what_to_do(
    table: "DynamoDBClient", monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(Variable.ACCOUNT_REPORT_LIMIT, "10")
    flood = [report_event({"sla_error": []}) for _ in range(30)]
    for event in flood:
        event["requestContext"]["authorizer"]["claims"]["sub"] = "flood"
    answers = [_post(event) for event in flood]
    # A minute may begin in between.
    assert 10 <= sum(status == 200 for status, _ in answers) <= 20
    status, body = answers[-1]
    if status == 429:
        assert "more than 10 reports within a minute" in body["message"]
    assert _post(report_event({"sla_error": []}))[0] == 200
    refused = [item for item in _runs(table) if item["Item"]["S"] == "refused"]
    assert {item["Sender"]["S"] for item in refused} == {"flood"}
    assert len(refused) <= 2


def test_heartbeat_stores_its_run_and_no_record(table: "DynamoDBClient") -> None:
    status, body = _post(report_event({"sla_error": []}))
    assert (status, body["recorded"], body["error_ids"]) == (200, 0, [])
    assert _stored(table) == {}
    [told] = map(read_run_item, _runs(table))
    assert told.empty


@pytest.mark.parametrize(("records", "calls"), [(0, 1), (24, 1), (25, 2), (49, 2), (50, 3)])
def test_run_goes_with_the_last_records(
    table: "DynamoDBClient", monkeypatch: pytest.MonkeyPatch, records: int, calls: int
) -> None:
    sent: list[list[str]] = []
    client = file_sla_error._client()
    write = client.batch_write_item

    def written(**request: Any) -> Any:
        sent.append(list(request["RequestItems"]))
        return write(**request)

    monkeypatch.setattr(client, "batch_write_item", written)
    _post(report_event(a_report(*map(str, range(records)))))
    assert len(sent) == calls
    assert [RUNS in tables for tables in sent] == [False] * (calls - 1) + [True]
    assert len(_stored(table)) == records


def test_run_tells_what_the_records_tell(table: "DynamoDBClient") -> None:
    report = a_report("D:/In", "d:\\in\\", files=2)
    report["sla_error"][1]["sla"] = 20
    report["run"] = {"sender": "FILES01", "interval_minutes": 15}
    event = report_event(report)
    event["requestContext"]["identity"] = {"sourceIp": "10.0.0.7"}
    assert _post(event)[0] == 200
    [told] = map(read_run_item, _runs(table))
    # Two spellings, one folder.
    [breach] = told.breaches
    assert (breach.key, breach.sla, breach.files) == ("d:\\in", 20, 4)
    assert (told.address, told.interval) == ("10.0.0.7", timedelta(minutes=15))
    assert told.sender_name == "reporter/FILES01"
    stored = list(_stored(table).values())
    assert {record[Attribute.RUN_ID]["S"] for record in stored} == {told.run_id}
    assert {record[Attribute.SENDER]["S"] for record in stored} == {told.sender}
    assert told.sender.endswith("/files01")


def test_run_is_dated_by_the_time_that_it_took(table: "DynamoDBClient") -> None:
    times = {"started_at": "2020-01-01T08:00:00+01:00", "sent_at": "2020-01-01T10:30:00+01:00"}
    _post(report_event({"sla_error": [], "run": times}))
    [told] = map(read_run_item, _runs(table))
    assert told.arrival - told.moment == timedelta(hours=2, minutes=30)
    assert told.skew > timedelta(days=365)
    assert told.has_sent_at


def test_refused_report_is_kept_once_a_minute(table: "DynamoDBClient") -> None:
    report = a_report("a")
    report["sla_error"][0]["sla"] = "soon"
    report["run"] = {"sender": "Files01"}
    for _ in range(2):
        assert _post(report_event(report))[0] == 422
    kept = _runs(table)
    # A minute may begin between the two.
    assert 1 <= len(kept) <= 2
    assert kept[0]["Item"] == {"S": "refused"}
    assert kept[0]["SenderName"] == {"S": "reporter/Files01"}
    assert kept[0]["Sender"]["S"].endswith("/files01")
    problem = kept[0]["Problems"]["L"][0]["M"]
    assert problem["Field"] == {"S": "sla_error[0].sla"}
    assert problem["Hint"]["S"]
    assert kept[0]["GatewayRequestId"] == {"S": "request-1"}


def test_refusal_is_answered_even_if_it_cannot_be_kept(aws: None) -> None:
    status, body = _post(report_event("nope"))
    assert status == 422
    assert body["errors"]


def test_misconfiguration_is_our_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(Variable.TABLE_NAME)
    status, body = _post(report_event(a_report("a")))
    assert status == 500
    assert Variable.TABLE_NAME not in json.dumps(body)
    assert body["request_id"] == "request-1"


def test_metrics_tell_what_was_reported(table: "DynamoDBClient", capsys: pytest.CaptureFixture[str]) -> None:
    _post(report_event(a_report("a", "b", files=2)))
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines() if "_aws" in line]
    metrics = {name: value for line in lines for name, value in line.items() if isinstance(value, list)}
    assert metrics["BreachedFolders"] == [2.0]
    assert metrics["StuckFiles"] == [4.0]
    assert metrics["RecordsWritten"] == [2.0]
    assert metrics["Heartbeats"] == [0.0]
    assert metrics["Requests"] == [1.0]


def test_log_holds_neither_folder_nor_file(
    table: "DynamoDBClient", capsys: pytest.CaptureFixture[str]
) -> None:
    _post(report_event(a_report("C:\\private")))
    _post(report_event(a_report("")))
    assert "private" not in capsys.readouterr().out
