"""docs/development/data-model.md: what it says of the table is so, and its queries find what they say."""

import json
import re
from collections.abc import Iterator
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
from tests.dashboard.fake_table import REGION, TABLE, create_table
from tests.stands.pages import find_blocks, run_blocks

PAGE = (ROOT / "docs" / "development" / "data-model.md").read_text()
FOLDER = "C:\\Jobs\\Invoices\\Inbound"
OTHER = "/srv/jobs/sensors"
CREATED = "2026-11-10T06:46:03Z"
AT_EIGHT = datetime(2026, 11, 24, 8, 15, 4, 500_000, tzinfo=UTC)
MANY = 100

Named = dict[str, str]


[EXAMPLE] = map(json.loads, find_blocks(PAGE, "json"))


def _report(*folders: str, files: int = 1) -> Report:
    names = ["INV-20816.xml", *(f"INV-{number}.xml" for number in range(files - 1))]
    listed = [{"filename": name, "creationDate": CREATED} for name in names]
    return Report.model_validate(
        {"sla_error": [{"folder": folder, "sla": 30, "files": listed} for folder in folders]}
    )


def _records(report: Report, at: datetime, retention: timedelta | None = None) -> list[dict[str, Any]]:
    origin = Origin(caller=Caller("s", "files-01", frozenset()), arrival=at)
    return build(ParsedReport(report), origin, retention, timedelta(days=1)).records


# What was reported, by what each is for.
REPORTED = {
    "week before": (_report(FOLDER), datetime(2026, 11, 16, 23, 59, tzinfo=UTC)),
    "first hour of the range": (_report(FOLDER), datetime(2026, 11, 17, 0, 30, tzinfo=UTC)),
    "before the day": (_report(FOLDER), datetime(2026, 11, 23, 18, 29, 59, 999_999, tzinfo=UTC)),
    "as the day begins": (_report(FOLDER), datetime(2026, 11, 23, 18, 30, tzinfo=UTC)),
    "just after": (_report(FOLDER), datetime(2026, 11, 23, 18, 30, 0, 500_000, tzinfo=UTC)),
    "at eight": (_report(OTHER, FOLDER, files=MANY), AT_EIGHT),
    "again at eight": (_report(OTHER), AT_EIGHT + timedelta(minutes=30)),
    "hour after": (_report(FOLDER), datetime(2026, 11, 24, 9, tzinfo=UTC)),
    "as the day ends": (_report(OTHER), datetime(2026, 11, 24, 18, 29, 59, 999_999, tzinfo=UTC)),
    "after the day": (_report(OTHER), datetime(2026, 11, 24, 18, 30, tzinfo=UTC)),
    "just after the day": (_report(OTHER), datetime(2026, 11, 24, 18, 30, 0, 1, tzinfo=UTC)),
}
OF_DAY = {
    "as the day begins", "just after", "at eight", "again at eight", "hour after", "as the day ends",
}  # fmt: skip
OF_RANGE = {"first hour of the range", "before the day", "as the day begins", "just after", "at eight"}


@pytest.fixture(scope="module")
def stored() -> Iterator[Named]:
    """The table with all that was reported, as the function stores it: what each record is for, by id."""
    with pytest.MonkeyPatch.context() as patch, mock_aws():
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            patch.setenv(name, "testing")
        patch.setenv("AWS_DEFAULT_REGION", REGION)
        patch.setattr(building, "MAX_FILES_BYTES", 2_000)
        boto3.DEFAULT_SESSION = None
        client = create_table()
        named: Named = {}
        for name, (report, at) in REPORTED.items():
            for record in _records(report, at):
                client.put_item(TableName=TABLE, Item=record)
                named[record[Attribute.ERROR_ID]["S"]] = name
        yield named


@pytest.fixture(autouse=True)
def _region(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)


@pytest.fixture(scope="module")
def found(stored: Named) -> dict[str, Any]:
    """What the page's Python leaves behind."""
    return run_blocks(PAGE, "docs/development/data-model.md")


@pytest.mark.parametrize(
    ("query", "names", "folders"),
    [
        ("of_hour", {"at eight", "again at eight"}, {FOLDER, OTHER}),
        # It begins and ends where its zone says.
        ("of_day", OF_DAY, {FOLDER, OTHER}),
        # Both its hours are in the range.
        ("of_folder", OF_RANGE, {FOLDER}),
    ],
)
def test_a_query_finds_what_the_page_says(
    found: dict[str, Any], stored: Named, query: str, names: set[str], folders: set[str]
) -> None:
    assert {stored[record["ErrorId"]] for record in found[query]} == names
    listed = [record["Folder"] for record in found[query]]
    assert set(listed) == folders
    assert listed == sorted(listed) or query != "of_hour"


def test_the_files_of_a_record_are_those_of_all_its_parts(found: dict[str, Any]) -> None:
    assert len(found["parts"]) > 1
    assert [file["Filename"] for file in found["files"]] == [
        file.filename for file in REPORTED["at eight"][0].sla_error[1].files
    ]


def test_a_query_is_asked_to_its_last_page(found: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    condition = Key("Folder").eq(FOLDER)
    everything = list(found["query"](Index.FOLDER, condition))
    one_by_one = SimpleNamespace(query=partial(found["table"].query, Limit=1))
    monkeypatch.setitem(found["query"].__globals__, "table", one_by_one)
    assert list(found["query"](Index.FOLDER, condition)) == everything
    assert len(everything) > 5


def test_the_record_on_the_page_is_one_that_the_function_stores() -> None:
    file = EXAMPLE["Files"]["L"][0]["M"]
    files = [{"filename": file["Filename"]["S"], "creationDate": file["CreationDate"]["S"]}]
    breach = {"folder": EXAMPLE["Folder"]["S"], "sla": int(EXAMPLE["SLA"]["N"]), "files": files}
    [record] = _records(Report.model_validate({"sla_error": [breach]}), AT_EIGHT)
    assert {**record, **{name: EXAMPLE[name] for name in ("ErrorId", "Sender", "RunId")}} == EXAMPLE


def test_every_attribute_is_documented_with_its_type(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(building, "MAX_FILES_BYTES", 2_000)
    rows = re.findall(r"^\| (`\w+`(?:, `\w+`)*) \| ([A-Z]) \|", PAGE, re.MULTILINE)
    documented = {name: kind for names, kind in rows for name in re.findall(r"\w+", names)}
    full = _records(_report(FOLDER, files=MANY), AT_EIGHT, timedelta(days=90))[0]
    assert documented == {name: next(iter(value)) for name, value in full.items()}
    assert documented.keys() == set(Attribute)
    assert all(f"`{name}`" in PAGE for name in (*FileAttribute, *Index))
