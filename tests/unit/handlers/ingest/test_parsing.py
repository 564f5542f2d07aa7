import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pydantic_core import ErrorDetails

from contract.answers import FieldProblem
from contract.limits import MAX_FOLDER_BYTES, MAX_LISTED_PROBLEMS
from contract.moments import format_moment
from contract.report import Report, ReportedFolder
from handlers.ingest import transmission
from handlers.ingest.parsing import parse_report
from handlers.ingest.transmission import count_lost_letters
from handlers.web.errors import InvalidBodyError
from handlers.web.problems import describe_problem
from tests.events import a_report


def _problems(body: object) -> list[FieldProblem]:
    with pytest.raises(InvalidBodyError) as refused:
        parse_report(body if isinstance(body, bytes) else json.dumps(body).encode())
    return list(refused.value.problems)


def _with(path: list[str | int], value: object) -> dict[str, Any]:
    report: Any = a_report("C:\\in")
    target = report
    for step in path[:-1]:
        target = target[step]
    target[path[-1]] = value
    result: dict[str, Any] = report
    return result


FILE: list[str | int] = ["sla_error", 0, "files", 0]
DATE = "sla_error[0].files[0].creationDate"


def test_sample_of_windows_powershell_reads_as_sent(samples: Path) -> None:
    report = parse_report((samples / "report-powershell-5.1.json").read_bytes())
    first, second = report.sla_error
    assert (first.folder, first.sla) == (r"C:\Jobs\sample_monitored_folders\Folder_A", 20)
    assert second.sla == 1440
    # Seven fractional digits are cut, not rounded: rounding would move this file to the next day.
    assert second.files[0].creation_date == datetime(2024, 8, 2, 2, 59, 59, 999_999, tzinfo=UTC)


def test_sample_of_powershell_7_keeps_accents(samples: Path) -> None:
    report = parse_report((samples / "report-powershell-7.json").read_bytes())
    assert [file.filename for file in report.sla_error[0].files][1] == "relatório março.csv"


@pytest.mark.parametrize("sample", ["one-file", "two-folders", "odd-files"])
def test_recorded_sample_reads_as_sent(samples: Path, sample: str) -> None:
    body = (samples / f"report-powershell-7-{sample}.json").read_bytes()
    read = [
        (breach.folder, breach.sla, file.filename, file.creation_date)
        for breach in parse_report(body).sla_error
        for file in breach.files
    ]
    assert read == [
        (breach["folder"], breach["sla"], file["filename"], datetime.fromisoformat(file["creationDate"]))
        for breach in json.loads(body)["sla_error"]
        for file in breach["files"]
    ]


def test_every_sample_is_taken(samples: Path) -> None:
    reports = sorted(samples.glob("*.json"))
    assert len(reports) == 5
    for report in reports:
        assert parse_report(report.read_bytes()).sla_error


def test_empty_list_is_a_heartbeat() -> None:
    assert parse_report(b'{"sla_error": []}').sla_error == []


def test_byte_order_mark_is_ignored() -> None:
    assert parse_report(b'\xef\xbb\xbf{"sla_error": []}').sla_error == []


def test_lone_objects_stand_for_lists_of_one() -> None:
    report = a_report("C:\\in")
    report["sla_error"] = {**report["sla_error"][0], "files": report["sla_error"][0]["files"][0]}
    assert [len(breach.files) for breach in parse_report(json.dumps(report).encode()).sla_error] == [1]


def test_date_of_convertto_json_is_read() -> None:
    body = _with([*FILE, "creationDate"], "/Date(1574202819000)/")
    file = parse_report(json.dumps(body).encode()).sla_error[0].files[0]
    assert file.creation_date == datetime(2019, 11, 19, 22, 33, 39, tzinfo=UTC)


@pytest.mark.parametrize(
    ("body", "field", "hint"),
    [
        ({}, "sla_error", "case-sensitive"),
        ([], "body", "object"),
        (_with(["sla_error", 0, "folder"], ""), "sla_error[0].folder", "name"),
        (_with(["sla_error", 0, "folder"], 7), "sla_error[0].folder", "string"),
        (_with(["sla_error", 0, "folder"], "é" * (MAX_FOLDER_BYTES // 2 + 1)), "sla_error[0].folder", "1024"),
        (_with([*FILE, "filename"], ""), "sla_error[0].files[0].filename", "name"),
        *((_with(["sla_error", 0, "sla"], sla), "sla_error[0].sla", "1 to 525,600")
          for sla in (525_601, 0, -20, 20.5, "20", None, True)),
        (_with(["sla_error", 0, "files"], []), "sla_error[0].files", "leave out"),
        (_with(["sla_error", 0, "files"], "@{filename=a}"), "sla_error[0].files", "-Depth"),
        (_with(FILE, "@{filename=a.csv; creationDate=x}"), "sla_error[0].files[0]", "-Depth"),
        (_with([*FILE, "filename"], "a\0b"), "sla_error[0].files[0].filename", "U+0000"),
        (_with([*FILE, "creationDate"], "2024-07-31T00:00:00"), DATE, "CreationTime.ToString('o')"),
        (_with([*FILE, "creationDate"], 1574202819), DATE, "CreationTime.ToString('o')"),
        (_with([*FILE, "creationDate"], "yesterday"), DATE, "CreationTime.ToString('o')"),
    ],
)  # fmt: skip
def test_refusal_names_the_field_and_the_remedy(body: object, field: str, hint: str) -> None:
    [problem] = _problems(body)
    assert problem.field == field
    assert hint in problem.hint


@pytest.mark.parametrize(
    ("sent", "stored"),
    [
        ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z"),
        ("0001-01-01T00:00:00+14:00", "0001-01-01T00:00:00Z"),
        ("0001-01-01T00:00:00-14:00", "0001-01-01T14:00:00Z"),
        ("1601-01-01T01:00:00.0000000+01:00", "1601-01-01T00:00:00Z"),
        ("1960-05-04T03:02:01.0000000-03:00", "1960-05-04T06:02:01Z"),
        ("2999-12-31T23:59:59Z", "2999-12-31T23:59:59Z"),
        ("9999-12-31T23:59:59.9999999Z", "9999-12-31T23:59:59.999999Z"),
        ("9999-12-31T23:59:59-14:00", "9999-12-31T23:59:59.999999Z"),
        ("9999-12-31T23:59:59+14:00", "9999-12-31T09:59:59Z"),
        ("/Date(-11644473600000)/", "1601-01-01T00:00:00Z"),
        ("/Date(99999999999999999)/", "9999-12-31T23:59:59.999999Z"),
        ("/Date(-99999999999999999)/", "0001-01-01T00:00:00Z"),
    ],
)
def test_any_date_that_a_clock_can_show_is_taken(sent: str, stored: str) -> None:
    body = json.dumps(_with([*FILE, "creationDate"], sent)).encode()
    created = parse_report(body).sla_error[0].files[0].creation_date
    assert created.tzinfo is UTC
    assert format_moment(created) == stored


@pytest.mark.parametrize(
    "name", [" ", "\t", "\n", "a\nb.csv", "\u200b", "e\u0301", "👩‍👩‍👧‍👦.csv", '"', "'", "\x7f"]
)
def test_any_name_that_is_not_empty_is_taken(name: str) -> None:
    folder = parse_report(_sent((name, [name]))).sla_error[0]
    assert (folder.folder, folder.files[0].filename) == (name, name)


@pytest.mark.parametrize("sla", [1, 525_600])
def test_any_sla_from_a_minute_to_a_year_is_taken(sla: int) -> None:
    assert parse_report(json.dumps(_with(["sla_error", 0, "sla"], sla)).encode()).sla_error[0].sla == sla


def test_folder_that_is_too_long_is_told_by_the_end_of_its_name() -> None:
    [problem] = _problems(_sent(("x" * MAX_FOLDER_BYTES + "\\Inbound", ["a"])))
    assert problem.problem.startswith(f"has {MAX_FOLDER_BYTES + 8} bytes of UTF-8: …")
    assert problem.problem.endswith("\\Inbound")
    assert len(problem.problem) < 100


def test_every_problem_is_listed() -> None:
    body = _with(["sla_error", 0, "sla"], 0)
    body["sla_error"][0]["files"][0] = {}
    assert {problem.field for problem in _problems(body)} == {
        "sla_error[0].sla",
        "sla_error[0].files[0].filename",
        DATE,
    }


def test_listed_problems_are_limited() -> None:
    with pytest.raises(InvalidBodyError) as refused:
        parse_report(json.dumps({"sla_error": [{}] * 100}).encode())
    assert len(refused.value.problems) == MAX_LISTED_PROBLEMS
    assert "more than 50 problems" in refused.value.message


def test_values_are_never_quoted() -> None:
    [problem] = _problems(_with(["sla_error", 0, "sla"], "secret-value"))
    assert "secret-value" not in f"{problem}"


def _sent(*folders: tuple[str, list[str]]) -> bytes:
    """Folders and the names of their files, as they are on the wire."""
    report = a_report(*(folder for folder, _ in folders))
    for breach, (_, names) in zip(report["sla_error"], folders, strict=True):
        [file] = breach["files"]
        breach["files"] = [{**file, "filename": name} for name in names]
    return json.dumps(report, ensure_ascii=False).encode()


def test_names_that_lost_letters_are_taken_as_they_came_and_counted() -> None:
    body = _sent(("in", ["a", "b"]), ("relat\ufffdrios", ["c", "mar\ufffdo", "relat\ufffdrios"]))
    report = parse_report(body)
    assert report.sla_error[1].folder == "relat\ufffdrios"
    assert [file.filename for file in report.sla_error[1].files] == ["c", "mar\ufffdo", "relat\ufffdrios"]
    assert count_lost_letters(body, report) == 2


def test_lost_letters_are_counted_in_the_list_of_a_run_too() -> None:
    body = b'{"sla_error": [], "run": {"folders": [{"folder": "mar\xef\xbf\xbdo"}, {"folder": "a"}]}}'
    assert count_lost_letters(body, parse_report(body)) == 1


def test_name_that_really_holds_the_sign_of_a_lost_letter_lost_none() -> None:
    body = _sent(("a\ufffd", ["b\ufffd"])).replace("\ufffd".encode(), b"\\ufffd")
    report = parse_report(body)
    assert count_lost_letters(body, report) == 0
    assert (report.sla_error[0].folder, report.sla_error[0].files[0].filename) == ("a\ufffd", "b\ufffd")


@pytest.mark.parametrize(
    ("sent", "twice", "key"),
    [
        (b'{"sla_error"', b'{"sla_error": [], "sla_error"', "sla_error"),
        (b'"folder"', b'"folder": "other", "folder"', "folder"),
        (b'"sla"', b'"sla": 30, "sla"', "sla"),
        (b'"files"', b'"files": [], "files"', "files"),
        (b'"filename"', b'"filename": "other", "filename"', "filename"),
        (b'"creationDate"', b'"creationDate": "2024-01-01T00:00:00Z", "creationDate"', "creationDate"),
        (b'"folder"', b'"f\\u006flder": "other", "folder"', "folder"),
    ],
)
def test_key_that_an_object_has_twice_is_told(sent: bytes, twice: bytes, key: str) -> None:
    [problem] = _problems(_sent(("in", ["a", "b"]), ("out", ["c"])).replace(sent, twice, 1))
    assert problem.field == key
    assert "more than once" in problem.problem


def test_an_optional_key_is_counted_where_it_was_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    class Folder(ReportedFolder):
        owner: str | None = None

    class OfOwners(Report):
        sla_error: list[Folder]  # type: ignore[assignment]

    for keys in ("_STOCK_KEYS", "_KEYS"):
        monkeypatch.setattr(transmission, keys, getattr(transmission, keys) | {"owner"})
    body = _sent(("in", ["a"]), ("out", ["b"])).replace(b'"sla"', b'"owner": "o", "sla"', 1)
    report = OfOwners.model_validate_json(body)
    assert not transmission._may_repeat_a_key(body, report)
    twice = body.replace(b'"owner"', b'"owner": "p", "owner"')
    with pytest.raises(InvalidBodyError):
        transmission.check_transmission(twice, OfOwners.model_validate_json(twice))


def test_a_number_that_is_no_sla_is_not_spoken_of_as_minutes() -> None:
    finding: ErrorDetails = {
        "type": "int_type", "loc": ("sla_error", 0, "priority"), "input": "x",
        "msg": "Input should be a valid integer",
    }  # fmt: skip
    problem = describe_problem(finding)
    assert (problem.field, problem.problem) == ("sla_error[0].priority", "Input should be a valid integer")
    assert "minutes" in describe_problem({**finding, "loc": ("sla_error", 0, "sla")}).problem


def test_key_that_the_contract_does_not_have_may_be_there_twice() -> None:
    body = _sent(("in", ["sla"])).replace(b'{"sla_error"', b'{"note": 1, "note": 2, "sla_error"')
    assert parse_report(body).sla_error[0].folder == "in"


def test_names_that_are_keys_of_the_contract_are_names_like_others() -> None:
    report = parse_report(_sent(("sla", ["filename", "folder"]), ("files", ["sla_error"])))
    assert [breach.folder for breach in report.sla_error] == ["sla", "files"]


def test_file_name_may_be_as_long_as_it_says() -> None:
    assert parse_report(_sent(("in", ["é" * 1024])))
    [problem] = _problems(_sent(("in", ["é" * 1025])))
    assert problem.field == "sla_error[0].files[0].filename"
    assert problem.hint == "send at most 1024 characters"
