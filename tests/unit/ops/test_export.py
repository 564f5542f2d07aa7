"""Records written to files: all of a range and no others, with odd dates, formulas and interruptions."""

import csv
import json
from collections.abc import Iterator
from datetime import datetime
from io import StringIO
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pandas as pd
import pyarrow.parquet as parquet
import pytest

from dashboard.columns import FOLDER
from dashboard.figures.text import format_csv
from ops import export
from ops.export import FILE_COLUMNS, RECORD_COLUMNS
from store.records import Attribute, FileAttribute
from tests.stands.projection_tables import ERRORS, RUNS
from tests.unit.ops.conftest import Ops

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

ODD_DATES = [
    "0001-01-01T00:00:00Z", "1601-01-01T00:00:00Z", "1676-12-31T23:59:59.999999Z",
    "9999-12-31T23:59:59.999999Z",
]  # fmt: skip
ODD_NAMES = [
    "=1+1", " =1+1", "@SUM(A1)", "-2", "+3", "\tx", "\r\ny", 'a "quoted", name', " ", "plain.csv", "öß🙂",
]  # fmt: skip


def put(
    client: "DynamoDBClient",
    detected: str,
    folder: str = r"D:\In",
    names: tuple[tuple[str, str], ...] = (("a.csv", "2026-11-23T08:00:00Z"),),
    **more: Any,
) -> str:
    error_id = f"{detected} {folder}"
    texts = {
        Attribute.ERROR_ID: error_id, Attribute.FOLDER: folder, Attribute.DETECTED_AT: detected,
        Attribute.AFFECTED_DATE: f"{detected[:13]}:00:00Z", Attribute.REPORTED_BY: "files-01",
    }  # fmt: skip
    files = [
        {"M": {FileAttribute.FILENAME: {"S": name}, FileAttribute.CREATION_DATE: {"S": created}}}
        for name, created in names
    ]
    numbers: dict[str, Any] = {Attribute.SLA: {"N": "30"}, Attribute.FILE_COUNT: {"N": str(len(names))}}
    item: dict[str, Any] = {
        **{str(name): {"S": text} for name, text in texts.items()},
        **numbers,
        "Files": {"L": files},
    }
    client.put_item(TableName=ERRORS, Item={**item, **more})
    return error_id


def run(ops: Ops, file: Path, *arguments: str, code: int = 0) -> str:
    return ops("export", str(file), "--from", "2026-11-23", "--to", "2026-11-24", *arguments, code=code)


def read_csv(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8-sig", newline="") as opened:
        return list(csv.DictReader(opened))


@pytest.mark.parametrize("ending", export.ENDINGS)
@pytest.mark.parametrize("by_folder", [False, True])
def test_the_range_holds_its_first_moment_and_not_its_last(
    client: "DynamoDBClient", ops: Ops, tmp_path: Path, ending: str, by_folder: bool
) -> None:
    inside = [put(client, f"2026-11-23T{time}Z") for time in ("00:00:00", "09:59:59.5", "23:59:59.999999")]
    for moment in ("2026-11-22T23:59:59.999999Z", "2026-11-24T00:00:00Z", "2026-11-24T00:00:01Z"):
        put(client, moment)
    file = tmp_path / f"out{ending}"
    run(ops, file, *(["--folder", r"D:\In"] if by_folder else []))
    found = (
        [row["error_id"] for row in read_csv(file)]
        if ending == export.CSV
        else parquet.read_table(file).column("error_id").to_pylist()
    )
    assert sorted(found) == inside


def test_odd_dates_and_names_survive_and_formulas_are_defused_as_the_dashboard_does(
    client: "DynamoDBClient", ops: Ops, tmp_path: Path
) -> None:
    names = tuple((name, ODD_DATES[number % len(ODD_DATES)]) for number, name in enumerate(ODD_NAMES))
    put(client, "2026-11-23T10:00:00Z", folder="=cmd|' /C calc'!A0", names=names)
    file = tmp_path / "out.parquet"
    run(ops, file)
    table = parquet.read_table(file)
    assert table.column("file").to_pylist() == ODD_NAMES
    assert table.column("created").to_pylist() == [datetime.fromisoformat(date) for _, date in names]
    assert str(table.schema.field("created").type) == "timestamp[us, tz=UTC]"
    assert table.column_names == [column.name for column in FILE_COLUMNS]

    file = tmp_path / "out.csv"
    run(ops, file)
    rows = read_csv(file)
    assert [row["created"] for row in rows] == [date for _, date in names]
    frame = pd.DataFrame({FOLDER.name: pd.Series(ODD_NAMES, dtype="str")})
    download = StringIO(format_csv(frame, [FOLDER], ZoneInfo("UTC")).decode("utf-8-sig"), newline="")
    assert [row["file"] for row in rows] == [row[0] for row in list(csv.reader(download))[1:]]
    assert {row["folder"] for row in rows} == {"'=cmd|' /C calc'!A0"}
    assert file.read_bytes().startswith(b"\xef\xbb\xbf")


def test_a_row_for_each_record_of_some_folders_and_one_sender(
    client: "DynamoDBClient", ops: Ops, tmp_path: Path
) -> None:
    run_of_sender = {"Sender": {"S": "key-1"}, "RunKey": {"S": "1"}, "SenderName": {"S": "Files-01"}}
    client.put_item(TableName=RUNS, Item=run_of_sender)
    ours: Any = {"Sender": {"S": "key-1"}, "RunId": {"S": "run"}}
    put(client, "2026-11-23T10:00:00Z", folder=r"D:\A", **ours)
    put(client, "2026-11-23T11:00:00Z", folder=r"D:\B", **ours, Part={"N": "2"}, Parts={"N": "3"})
    put(client, "2026-11-23T10:00:01Z", folder=r"D:\A", Sender={"S": "key-2"})
    put(client, "2026-11-23T10:00:00Z", folder=r"D:\C", **ours)
    file = tmp_path / "out.CSV"
    run(ops, file, "--records", "--folder", r"D:\A", "--folder", r"D:\B", "--sender", "FILES-01")
    first, second = sorted(read_csv(file), key=lambda row: row["folder"])
    assert list(first) == [column.name for column in RECORD_COLUMNS]
    assert (first["sender"], first["run_id"], first["part"], first["parts"]) == ("key-1", "run", "1", "1")
    assert (second["folder"], second["part"], second["parts"], second["sla_minutes"]) == (
        r"D:\B",
        "2",
        "3",
        "30",
    )


@pytest.mark.parametrize("ending", export.ENDINGS)
def test_more_than_a_batch_goes_into_one_file(
    client: "DynamoDBClient", ops: Ops, tmp_path: Path, ending: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export, "_BATCH", 3)
    names = tuple((f"{number}", ODD_DATES[0]) for number in range(7))
    put(client, "2026-11-23T10:00:00Z", names=names)
    file, other = tmp_path / f"out{ending}", tmp_path / "other"
    told = json.loads(run(ops, file, "--json"))
    assert (told["rows"], told["records"]) == (7, 1)
    assert (told["from"], told["to"]) == ("2026-11-23T00:00:00Z", "2026-11-24T00:00:00Z")
    rows = read_csv(file) if ending == export.CSV else parquet.read_table(file).to_pylist()
    assert [row["file"] for row in rows] == [name for name, _ in names]
    other.touch()
    assert file.stat().st_mode == other.stat().st_mode


@pytest.mark.parametrize("ending", export.ENDINGS)
def test_an_interruption_leaves_what_was_there(
    client: "DynamoDBClient", ops: Ops, tmp_path: Path, ending: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(client, "2026-11-23T10:00:00Z", names=tuple((f"{number}", ODD_DATES[0]) for number in range(4)))
    monkeypatch.setattr(export, "_BATCH", 1)

    def interrupted(record: Any, build: Any = export.build_file_rows) -> Iterator[Any]:
        yield from islice(build(record), 2)
        raise KeyboardInterrupt

    monkeypatch.setattr(export, "build_file_rows", interrupted)
    file = tmp_path / "folder" / f"out{ending}"
    file.parent.mkdir()
    file.write_text("before")
    run(ops, file, code=130)
    assert file.read_text() == "before"
    assert list(file.parent.iterdir()) == [file]


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["nowhere/out.csv", "--from", "2026-11-23"], "cannot be written: No such file or directory"),
        (["out.csv", "--from", "2026-11-23", "--to", "2026-11-23"], "must be before --to"),
        (["out.csv", "--from", "2026-11-23", "--sender", "nobody"], "There is no sender"),
    ],
)
@pytest.mark.usefixtures("client")
def test_what_cannot_be_done_is_told(
    ops: Ops, tmp_path: Path, arguments: list[str], problem: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert problem in ops("export", *arguments, code=1)
    assert list(tmp_path.iterdir()) == [ops.outputs]


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["out.xlsx", "--from", "2026-11-23"], "must end in .csv or .parquet"),
        (["out.csv", "--from", "yesterday"], "yesterday is no time"),
        (["out.csv", "--from", "0001-01-01T00:00+01:00"], "is no time"),
        (["out.csv"], "--from"),
    ],
)
def test_wrong_arguments_are_wrong_usage(ops: Ops, arguments: list[str], problem: str) -> None:
    assert problem in ops.refuse("export", *arguments)
