"""docs/development/data-model.md: what it says of the table is so, and its queries find what they say."""

import json
import re
from datetime import UTC, datetime, timedelta
from functools import partial
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
from boto3.dynamodb.conditions import Key
from moto import mock_aws

from contract.names import ROOT
from contract.report import Report
from handlers.ingest import building
from handlers.ingest.building import Origin, build
from handlers.ingest.parsing import ParsedReport
from handlers.web.requests import Caller
from store.records import Attribute, FileAttribute, Index
from tests.stands.pages import find_blocks, run_blocks
from tests.stands.projection_tables import ERRORS, create_message_tables
from tests.unit.conftest import REGION

PAGE = (ROOT / "docs" / "development" / "data-model.md").read_text()
FOLDER, OTHER = "C:\\Jobs\\Invoices\\Inbound", "/srv/jobs/sensors"
[EXAMPLE] = map(json.loads, find_blocks(PAGE, "json"))
# Name, folder, moment, and which part of how many.
STORED = """
    week-before       FOLDER 2026-11-16T23:59:00Z
    first-of-range    FOLDER 2026-11-17T00:30:00Z
    before-the-day    FOLDER 2026-11-23T18:29:59.999999Z
    day-begins        FOLDER 2026-11-23T18:30:00Z
    just-after        FOLDER 2026-11-23T18:30:00.500000Z
    eight             OTHER  2026-11-24T08:15:04.500000Z
    eight-2           FOLDER 2026-11-24T08:15:04.500000Z 2
    eight-1           FOLDER 2026-11-24T08:15:04.500000Z 1
    again-at-eight    OTHER  2026-11-24T08:45:04.500000Z
    hour-after        FOLDER 2026-11-24T09:00:00Z
    day-ends          OTHER  2026-11-24T18:29:59.999999Z
    after-the-day     OTHER  2026-11-24T18:30:00Z"""
AT_EIGHT = {"eight-1", "eight-2"}
OF_DAY = {"day-begins", "just-after", *AT_EIGHT, "eight", "again-at-eight", "hour-after", "day-ends"}


def _item(name: str, folder: str, moment: str, part: str = "") -> dict[str, Any]:
    path = FOLDER if folder == "FOLDER" else OTHER
    texts = {"ErrorId": name, "Folder": path, "AffectedDate": f"{moment[:13]}:00:00Z", "DetectedAt": moment}
    files = {"Files": {"L": [{"M": {"Filename": {"S": f"{name}.csv"}}}]}}
    parts = {"Part": {"N": part}, "Parts": {"N": "2"}} if part else {}
    return {**{key: {"S": text} for key, text in texts.items()}, "ReportedBy": {"S": "a"}, **files, **parts}


def test_the_pages_queries_find_what_they_say_to_their_last_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)
    with mock_aws():
        monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
        client = boto3.client("dynamodb")
        create_message_tables(client)
        for line in STORED.strip().splitlines():
            client.put_item(TableName=ERRORS, Item=_item(*line.split()))
        found = run_blocks(PAGE, "docs/development/data-model.md")
        names = {
            name: {record["ErrorId"] for record in found[name]} for name in ("of_hour", "of_day", "of_folder")
        }
        query, every = found["query"], (Index.FOLDER, Key("Folder").eq(FOLDER))
        everything = list(query(*every))
        one_by_one = SimpleNamespace(query=partial(found["table"].query, Limit=1))
        monkeypatch.setitem(query.__globals__, "table", one_by_one)
        assert list(query(*every)) == everything != []
    assert names["of_hour"] == {*AT_EIGHT, "eight", "again-at-eight"}
    # It begins and ends where its zone says; of the range, both its hours are in it.
    assert names["of_day"] == OF_DAY
    assert names["of_folder"] == {"first-of-range", "before-the-day", "day-begins", "just-after", *AT_EIGHT}
    listed = [record["Folder"] for record in found["of_hour"]]
    assert listed == sorted(listed)
    assert [file["Filename"] for file in found["files"]] == ["eight-1.csv", "eight-2.csv"]


def _build(report: Any, retention: timedelta | None = None) -> list[dict[str, Any]]:
    arrival = datetime(2026, 11, 24, 8, 15, 4, 500_000, tzinfo=UTC)
    origin = Origin(caller=Caller("s", "files-01", frozenset()), arrival=arrival)
    parsed = ParsedReport(Report.model_validate({"sla_error": [report]}))
    return build(parsed, origin, retention, timedelta(days=1)).records


def test_the_record_on_the_page_is_one_that_the_function_stores() -> None:
    file = EXAMPLE["Files"]["L"][0]["M"]
    files = [{"filename": file["Filename"]["S"], "creationDate": file["CreationDate"]["S"]}]
    [record] = _build({"folder": EXAMPLE["Folder"]["S"], "sla": int(EXAMPLE["SLA"]["N"]), "files": files})
    assert {**record, **{name: EXAMPLE[name] for name in ("ErrorId", "Sender", "RunId")}} == EXAMPLE


def test_every_attribute_is_documented_with_its_type(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(building, "MAX_FILES_BYTES", 2_000)
    rows = re.findall(r"^\| (`\w+`(?:, `\w+`)*) \| ([A-Z]) \|", PAGE, re.MULTILINE)
    documented = {name: kind for names, kind in rows for name in re.findall(r"\w+", names)}
    many = [{"filename": f"{number}.xml", "creationDate": "2026-11-10T06:46:03Z"} for number in range(100)]
    full = _build({"folder": FOLDER, "sla": 30, "files": many}, timedelta(days=90))[0]
    assert documented == {name: next(iter(value)) for name, value in full.items()}
    assert documented.keys() == set(Attribute)
    assert all(f"`{name}`" in PAGE for name in (*FileAttribute, *Index))
