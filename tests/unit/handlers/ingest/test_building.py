"""What is stored of a report: records, their ids, and the digest that makes a retry the same report."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bench.units import item_bytes
from contract.report import Report
from handlers.ingest.building import MAX_FILES_BYTES, Origin, build
from handlers.ingest.parsing import ParsedReport, parse_report
from handlers.web.requests import Caller
from store.records import Attribute, FileAttribute
from tests.stands.events import a_report

DETECTED = datetime(2026, 11, 23, 20, 15, 4, 500_000, tzinfo=UTC)


def _report(*folders: str, files: int = 1) -> Report:
    return parse_report(json.dumps(a_report(*folders, files=files)).encode()).report


def _build(
    report: Report,
    *,
    key: str | None = None,
    subject: str = "s",
    arrival: datetime = DETECTED,
    retention: timedelta | None = None,
) -> list[Any]:
    origin = Origin(caller=Caller(subject, "reporter", frozenset()), arrival=arrival, idempotency_key=key)
    return build(ParsedReport(report), origin, retention, timedelta(days=1)).records


def test_record_holds_what_the_table_fixes() -> None:
    [item] = _build(_report("C:\\in"))
    error_id = item.pop(Attribute.ERROR_ID)
    assert len(error_id["S"]) == 36
    assert len(item.pop(Attribute.RUN_ID)["S"]) == 32
    assert item == {
        "Folder": {"S": "C:\\in"},
        "AffectedDate": {"S": "2026-11-23T20:00:00Z"},
        "DetectedAt": {"S": "2026-11-23T20:15:04.500000Z"},
        "SLA": {"N": "20"},
        "Files": {
            "L": [{"M": {"Filename": {"S": "file_0.csv"}, "CreationDate": {"S": "2024-07-31T03:00:00Z"}}}]
        },
        "FileCount": {"N": "1"},
        "ReportedBy": {"S": "reporter"},
        "Sender": {"S": "s"},
    }


def test_retention_sets_the_expiry_in_epoch_seconds() -> None:
    [item] = _build(_report("in"), retention=timedelta(days=1))
    assert item[Attribute.EXPIRES_AT]["N"] == str(int(DETECTED.timestamp()) + 86_400)


def test_folder_with_many_files_is_split_into_numbered_parts() -> None:
    items = _build(_report("in", files=20_000))
    assert len(items) > 1
    assert [int(item[Attribute.PART]["N"]) for item in items] == list(range(1, len(items) + 1))
    assert {item[Attribute.PARTS]["N"] for item in items} == {str(len(items))}
    names = [f["M"][FileAttribute.FILENAME]["S"] for item in items for f in item[Attribute.FILES]["L"]]
    assert names == [f"file_{number}.csv" for number in range(20_000)]
    assert [int(item[Attribute.FILE_COUNT]["N"]) for item in items] == [
        len(item[Attribute.FILES]["L"]) for item in items
    ]
    # What DynamoDB counts of an item the tests of faults measure.
    assert item_bytes(items[0]) > MAX_FILES_BYTES * 0.99


def test_ids_are_random_without_a_key() -> None:
    report = _report("a", "b")
    ids = [i[Attribute.ERROR_ID]["S"] for _ in range(2) for i in _build(report)]
    assert len(set(ids)) == 4


def _ids(report: Report, **changes: Any) -> list[str]:
    return [record[Attribute.ERROR_ID]["S"] for record in _build(report, **{"key": "k", **changes})]


def test_same_key_gives_the_same_ids_whenever_it_is_sent() -> None:
    report = _report("a", "b")
    assert _ids(report) == _ids(report, arrival=DETECTED + timedelta(hours=3))
    assert len(set(_ids(report))) == 2


def test_a_retry_in_another_order_gives_the_same_records() -> None:
    sent = a_report("a", "b", files=9_000)
    again = {"sla_error": [dict(reversed(folder.items())) for folder in reversed(sent["sla_error"])]}
    for folder in again["sla_error"]:
        folder["files"] = folder["files"][::-1]
    first, second = (
        _build(parse_report(json.dumps(body).encode()).report, key="k") for body in (sent, again)
    )
    assert len(first) > 2
    by_id = {record[Attribute.ERROR_ID]["S"]: record for record in first}
    run = {record[Attribute.RUN_ID]["S"] for record in (*first, *second)}
    assert len(run) == 1
    assert {record[Attribute.ERROR_ID]["S"]: record for record in second} == by_id


@pytest.mark.parametrize("changes", [{"subject": "t"}, {"key": "l"}, {"subject": "s:k", "key": ""}])
def test_ids_differ_by_caller_and_key(changes: dict[str, str]) -> None:
    assert _ids(_report("a")) != _ids(_report("a"), **changes)


# The digest.

RUN: dict[str, Any] = {
    "sender": "s", "started_at": "2026-11-24T08:00:00Z", "sent_at": "2026-11-24T08:00:05Z",
    "folders": [{"folder": "a", "sla": 20}, {"folder": "b", "error": "e"}],
}  # fmt: skip


def _digest(report: dict[str, Any]) -> str:
    """What differs by digest alone: the run's id, for the same caller and key."""
    [record, *_] = _build(parse_report(json.dumps(report).encode()).report, key="k")
    return str(record[Attribute.RUN_ID]["S"])


def _reversed(value: Any) -> Any:
    """The same with every list and every object the other way round."""
    if isinstance(value, dict):
        return {key: _reversed(entry) for key, entry in reversed(value.items())}
    return [_reversed(entry) for entry in reversed(value)] if isinstance(value, list) else value


def _described(**changes: Any) -> dict[str, Any]:
    return {**a_report("a", "b", files=3), "run": {**RUN, **changes}}


@pytest.mark.parametrize(
    "same",
    [_reversed(_described()), _described(sent_at="2026-11-24T08:09:00Z"), _described(client=None, part=None)],
    ids=["in another order", "sent later", "with nulls"],
)
def test_a_retry_says_the_same(same: dict[str, Any]) -> None:
    assert _digest(same) == _digest(_described())


def _move_a_file(report: dict[str, Any]) -> None:
    first, second = report["sla_error"]
    first["files"][0]["filename"] = "moved"
    second["files"].append(first["files"].pop(0))


@pytest.mark.parametrize(
    "change",
    [
        lambda report: report["sla_error"][0]["files"][0].update(filename="other"),
        lambda report: report["sla_error"][0]["files"][0].update(creationDate="2024-07-31T00:00:00Z"),
        lambda report: report["sla_error"][0].update(sla=21),
        _move_a_file,
        lambda report: report.pop("run"),
        lambda report: report["run"].update(started_at="2026-11-24T08:00:01Z"),
        lambda report: report["run"]["folders"][1].update(error="f"),
    ],
)
def test_whatever_else_is_said_is_another_described(change: Any) -> None:
    report: dict[str, Any] = json.loads(json.dumps(_described()))
    change(report)
    assert _digest(report) != _digest(_described())
