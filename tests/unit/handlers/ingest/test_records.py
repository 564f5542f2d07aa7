import json
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from boto3.dynamodb.types import TypeSerializer

from contract.report import Report
from handlers.ingest.parsing import parse_report
from handlers.ingest.records import MAX_FILES_BYTES, Detection, build_records
from store.records import Attribute, FileAttribute
from tests.events import a_report

DETECTED = datetime(2026, 11, 23, 20, 15, 4, 500_000, tzinfo=UTC)
DYNAMODB_ITEM_LIMIT = 400 * 1024


def _report(*folders: str, files: int = 1) -> Report:
    return parse_report(json.dumps(a_report(*folders, files=files)).encode())


def _detection(**changes: Any) -> Detection:
    return Detection(
        **{
            "detected_at": DETECTED,
            "reported_by": "reporter",
            "subject": "s",
            "sender": "s",
            "run_id": "r",
            **changes,
        }
    )


def test_record_holds_what_the_table_fixes() -> None:
    [item] = build_records(_report("C:\\in"), _detection())
    error_id = item.pop(Attribute.ERROR_ID)
    assert len(error_id["S"]) == 36
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
        "RunId": {"S": "r"},
    }


def test_item_form_is_the_one_boto3_would_make() -> None:
    [item] = build_records(_report("in", files=2), _detection())
    plain = [
        {"Filename": f"file_{number}.csv", "CreationDate": "2024-07-31T03:00:00Z"} for number in range(2)
    ]
    assert item[Attribute.FILES] == TypeSerializer().serialize(plain)


def test_retention_sets_the_expiry_in_epoch_seconds() -> None:
    [item] = build_records(_report("in"), _detection(retention=timedelta(days=1)))
    assert item[Attribute.EXPIRES_AT]["N"] == str(int(DETECTED.timestamp()) + 86_400)


def test_folder_with_many_files_is_split_into_numbered_parts() -> None:
    items = build_records(_report("in", files=20_000), _detection())
    assert len(items) > 1
    assert [int(item[Attribute.PART]["N"]) for item in items] == list(range(1, len(items) + 1))
    assert {item[Attribute.PARTS]["N"] for item in items} == {str(len(items))}
    names = [f["M"][FileAttribute.FILENAME]["S"] for item in items for f in item[Attribute.FILES]["L"]]
    assert names == [f"file_{number}.csv" for number in range(20_000)]
    assert [int(item[Attribute.FILE_COUNT]["N"]) for item in items] == [
        len(item[Attribute.FILES]["L"]) for item in items
    ]
    for item in items:
        # A serialised item is larger than what DynamoDB counts.
        assert len(json.dumps(item[Attribute.FILES])) < DYNAMODB_ITEM_LIMIT * 1.6
        assert _dynamodb_size(item) < DYNAMODB_ITEM_LIMIT
    assert _dynamodb_size(items[0]) > MAX_FILES_BYTES * 0.99


def test_ids_are_random_without_a_key() -> None:
    report = _report("a", "b")
    ids = [i[Attribute.ERROR_ID]["S"] for _ in range(2) for i in build_records(report, _detection())]
    assert len(set(ids)) == 4


def _ids(report: Report, **changes: Any) -> list[str]:
    detection = _detection(**{"idempotency_key": "k", **changes})
    return [item[Attribute.ERROR_ID]["S"] for item in build_records(report, detection)]


def test_same_key_gives_the_same_ids_whenever_it_is_sent() -> None:
    report = _report("a", "b")
    assert _ids(report) == _ids(report, detected_at=DETECTED + timedelta(hours=3))
    assert len(set(_ids(report))) == 2


def test_a_retry_in_another_order_gives_the_same_records() -> None:
    sent = a_report("a", "b", files=9_000)
    again = {"sla_error": [dict(reversed(folder.items())) for folder in reversed(sent["sla_error"])]}
    for folder in again["sla_error"]:
        folder["files"] = folder["files"][::-1]
    first, second = (
        build_records(parse_report(json.dumps(body).encode()), _detection(idempotency_key="k"))
        for body in (sent, again)
    )
    assert len(first) > 2
    by_id = {item[Attribute.ERROR_ID]["S"]: item for item in first}
    assert {item[Attribute.ERROR_ID]["S"]: item for item in second} == by_id


def test_a_constant_key_does_not_overwrite_another_report() -> None:
    assert not set(_ids(_report("a", "b"))) & set(_ids(_report("a", "c")))
    assert not set(_ids(_report("a"))) & set(_ids(_report("a", files=2)))


@pytest.mark.parametrize(
    "changes", [{"subject": "t"}, {"idempotency_key": "l"}, {"subject": "s:k", "idempotency_key": ""}]
)
def test_ids_differ_by_caller_and_key(changes: dict[str, str]) -> None:
    assert _ids(_report("a")) != _ids(_report("a"), **changes)


def test_ids_differ_by_folder_and_part() -> None:
    detection = _detection(idempotency_key="k")
    ids = [detection.error_id("d", "a", 1), detection.error_id("d", "a", 2), detection.error_id("d", "a1", 1)]
    assert len({*ids, detection.error_id("e", "a", 1)}) == 4


def test_parts_hold_as_many_files_as_fit_and_no_more() -> None:
    items = build_records(_report("in", files=20_000), _detection())
    sizes = [[1 + _value_size(file) for file in item[Attribute.FILES]["L"]] for item in items]
    assert all(sum(of_part) <= MAX_FILES_BYTES for of_part in sizes)
    assert all(sum(of_part) + following[0] > MAX_FILES_BYTES for of_part, following in pairwise(sizes))


def _dynamodb_size(item: dict[str, Any]) -> int:
    """The item's size by the rules in DynamoDB's documentation, in bytes."""
    return sum(len(name.encode()) + _value_size(value) for name, value in item.items())


def _value_size(value: dict[str, Any]) -> int:
    [(kind, content)] = value.items()
    if kind == "L":
        return 3 + sum(1 + _value_size(element) for element in content)
    if kind == "M":
        return 3 + sum(1 + len(name.encode()) + _value_size(entry) for name, entry in content.items())
    if kind == "N":
        return (len(content) + 1) // 2 + 1
    return len(content.encode())
