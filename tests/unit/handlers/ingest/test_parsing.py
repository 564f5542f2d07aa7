import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from contract.answers import FieldProblem
from contract.limits import MAX_CLIENT_CHARACTERS, MAX_ERROR_CHARACTERS, MAX_FOLDER_BYTES, MAX_FOLDERS
from contract.moments import format_moment
from contract.report import ReportedRun
from handlers.ingest.parsing import parse_report
from handlers.web.errors import InvalidBodyError, TooLargeError
from tests.stands.events import a_report


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
    report = parse_report((samples / "report-powershell-5.1.json").read_bytes()).report
    first, second = report.sla_error
    assert (first.folder, first.sla) == (r"C:\Jobs\sample_monitored_folders\Folder_A", 20)
    assert second.sla == 1440
    # Seven fractional digits are cut, not rounded: rounding would move this file to the next day.
    assert second.files[0].creation_date == datetime(2024, 8, 2, 2, 59, 59, 999_999, tzinfo=UTC)


@pytest.mark.parametrize("sample", ["one-file", "two-folders", "odd-files"])
def test_recorded_sample_reads_as_sent(samples: Path, sample: str) -> None:
    body = (samples / f"report-powershell-7-{sample}.json").read_bytes()
    read = [
        (breach.folder, breach.sla, file.filename, file.creation_date)
        for breach in parse_report(body).report.sla_error
        for file in breach.files
    ]
    assert read == [
        (breach["folder"], breach["sla"], file["filename"], datetime.fromisoformat(file["creationDate"]))
        for breach in json.loads(body)["sla_error"]
        for file in breach["files"]
    ]


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_empty_list_is_a_heartbeat_with_or_without_a_byte_order_mark(mark: bytes) -> None:
    assert parse_report(mark + b'{"sla_error": []}').report.sla_error == []


@pytest.mark.parametrize(
    ("body", "field", "hint"),
    [
        ({}, "sla_error", "case-sensitive"),
        (_with(["sla_error", 0, "folder"], ""), "sla_error[0].folder", "name"),
        (_with(["sla_error", 0, "folder"], "é" * (MAX_FOLDER_BYTES // 2 + 1)), "sla_error[0].folder", "1024"),
        *((_with(["sla_error", 0, "sla"], sla), "sla_error[0].sla", "1 to 525,600")
          for sla in (525_601, 0, -20, 20.5, "20", None, True)),
        (_with(["sla_error", 0, "files"], []), "sla_error[0].files", "leave out"),
        (_with(FILE, "@{filename=a.csv; creationDate=x}"), "sla_error[0].files[0]", "-Depth"),
        (_with([*FILE, "filename"], "a\0b"), "sla_error[0].files[0].filename", "U+0000"),
        *((_with([*FILE, "creationDate"], date), DATE, "CreationTime.ToString('o')")
          for date in ("2024-07-31T00:00:00", 1574202819, "yesterday", "07/31/2024 00:00:00",
                       "0000-01-01T00:00:00Z", {"value": 7})),
    ],
)  # fmt: skip
def test_refusal_names_the_field_and_the_remedy(body: object, field: str, hint: str) -> None:
    [problem] = _problems(body)
    assert problem.field == field
    assert hint in problem.hint


@pytest.mark.parametrize(
    ("sent", "stored"),
    [
        ("0001-01-01T00:00:00-14:00", "0001-01-01T14:00:00Z"),
        ("1960-05-04T03:02:01.0000000-03:00", "1960-05-04T06:02:01Z"),
        ("9999-12-31T23:59:59.9999999Z", "9999-12-31T23:59:59.999999Z"),
        ("9999-12-31T23:59:59-14:00", "9999-12-31T23:59:59.999999Z"),
        ("/Date(1574202819000)/", "2019-11-19T22:33:39Z"),
        ("/Date(1574202819000-0300)/", "2019-11-19T22:33:39Z"),
        ({"value": "/Date(1574202819000)/", "DisplayHint": 2, "DateTime": "x"}, "2019-11-19T22:33:39Z"),
        ("/Date(99999999999999999)/", "9999-12-31T23:59:59.999999Z"),
        ("/Date(-99999999999999999)/", "0001-01-01T00:00:00Z"),
    ],
)
def test_any_date_that_a_clock_can_show_is_taken(sent: object, stored: str) -> None:
    body = json.dumps(_with([*FILE, "creationDate"], sent)).encode()
    created = parse_report(body).report.sla_error[0].files[0].creation_date
    assert created.tzinfo is UTC
    assert format_moment(created) == stored


def _sent(*folders: tuple[str, list[str]]) -> bytes:
    """Folders and the names of their files, as they are on the wire."""
    report = a_report(*(folder for folder, _ in folders))
    for breach, (_, names) in zip(report["sla_error"], folders, strict=True):
        [file] = breach["files"]
        breach["files"] = [{**file, "filename": name} for name in names]
    return json.dumps(report, ensure_ascii=False).encode()


def test_names_that_lost_letters_are_taken_as_they_came_and_counted() -> None:
    body = _sent(("in", ["a", "b"]), ("relat\ufffdrios", ["c", "mar\ufffdo", "relat\ufffdrios"]))
    parsed = parse_report(body)
    folder = parsed.report.sla_error[1]
    assert folder.folder == "relat\ufffdrios"
    assert [file.filename for file in folder.files] == ["c", "mar\ufffdo", "relat\ufffdrios"]
    assert parsed.lost_letters == 2
    listed = b'{"sla_error": [], "run": {"folders": [{"folder": "mar\xef\xbf\xbdo"}, {"folder": "a"}]}}'
    assert parse_report(listed).lost_letters == 1


def test_bytes_that_are_not_utf_8_are_read_as_windows_1252_and_counted() -> None:
    body = _sent(("in", ["a"]), ("relatórios €", ["março", "c"])).decode().encode("cp1252")
    parsed = parse_report(body)
    folder = parsed.report.sla_error[1]
    assert (folder.folder, [file.filename for file in folder.files]) == ("relatórios €", ["março", "c"])
    assert parsed.lost_letters == 2


def test_name_that_really_holds_the_sign_of_a_lost_letter_lost_none() -> None:
    parsed = parse_report(_sent(("a\ufffd", ["b\ufffd"])).replace("\ufffd".encode(), b"\\ufffd"))
    folder = parsed.report.sla_error[0]
    assert (folder.folder, folder.files[0].filename, parsed.lost_letters) == ("a\ufffd", "b\ufffd", 0)


OF_FOLDERS = [
    (b'{"sla_error"', b'{"sla_error": [], "sla_error"', "sla_error"),
    (b'"folder"', b'"folder": "other", "folder"', "folder"),
    (b'"creationDate"', b'"creationDate": "2024-01-01T00:00:00Z", "creationDate"', "creationDate"),
    (b'"folder"', b'"f\\u006flder": "other", "folder"', "folder"),
]
OF_A_RUN = [
    (b'"run"', b'"run": {}, "run"', "run"),
    (b'"folders"', b'"folders": [], "folders"', "folders"),
    (b'"folder": "lost"', b'"folder": "x", "folder": "lost"', "folder"),
]
LISTED = [{"folder": "in", "sla": 20}, {"folder": "out"}, {"folder": "lost", "error": "e"}]


@pytest.mark.parametrize(
    ("run", "sent", "twice", "key"),
    [
        *((None, *case) for case in OF_FOLDERS),
        *(({"sender": "s", "part": 1, "folders": LISTED}, *case) for case in [*OF_FOLDERS, *OF_A_RUN]),
    ],
)
def test_key_that_an_object_has_twice_is_told(run: object, sent: bytes, twice: bytes, key: str) -> None:
    report = json.loads(_sent(("in", ["a", "b"]), ("out", ["c"])))
    body = json.dumps({**report, "run": run} if run else report).encode()
    assert parse_report(body.replace(b"{", b'{"note": 1, "note": 2, ', 1)).report
    [problem] = _problems(body.replace(sent, twice, 1))
    assert problem.field == key
    assert "more than once" in problem.problem


def test_names_that_are_keys_of_the_contract_are_names_like_others() -> None:
    names = ["filename", "folder", "O'Brien's", "A.csv"]
    body = _sent(("sla", names), ("files", ["sla_error"]))
    for sent in (body, body.replace(b"O'Brien's", b"O'Brien\\u0027s").replace(b"A.csv", b"\\u0041.csv")):
        first, second = parse_report(sent).report.sla_error
        assert (first.folder, second.folder) == ("sla", "files")
        assert [file.filename for file in first.files] == names


# A folder that a report names twice.


def _read(report: dict[str, Any]) -> list[tuple[str, int, list[str]]]:
    return [
        (folder.folder, folder.sla, [file.filename for file in folder.files])
        for folder in parse_report(json.dumps(report).encode()).report.sla_error
    ]


def test_folder_that_a_report_has_twice_is_one_with_all_files_and_the_smaller_sla() -> None:
    report = a_report("a", "b", "a", files=2)
    first, _, again = report["sla_error"]
    first["sla"], again["sla"] = 60, 30
    again["files"][0]["filename"] = "other.csv"
    # The other one is the same file, named twice.
    assert _read(report) == [
        ("a", 30, ["file_0.csv", "file_1.csv", "other.csv"]),
        ("b", 20, ["file_0.csv", "file_1.csv"]),
    ]


def test_the_same_name_with_another_date_is_another_file() -> None:
    report = a_report("a", "a")
    report["sla_error"][1]["files"][0]["creationDate"] = "2024-08-01T00:00:00Z"
    assert _read(report) == [("a", 20, ["file_0.csv", "file_0.csv"])]


# The run of a report.

GUID = "0d3f7c1e-5b0a-4b43-9c37-2f1f3f0e8a11"


def _body(run: object, *folders: str) -> bytes:
    return json.dumps({**a_report(*folders), "run": run}).encode()


def _run(**fields: Any) -> ReportedRun:
    run = parse_report(_body(fields)).report.run
    assert run is not None
    return run


def _problems_of_run(run: object, *folders: str) -> list[FieldProblem]:
    return _problems(_body(run, *folders))


def test_everything_that_a_run_tells_is_read() -> None:
    run = parse_report(
        _body(
            {
                "sender": "FILES01", "client": "FileSla/1.0", "interval_minutes": 15,
                "started_at": "2026-11-24T08:00:03+01:00", "sent_at": "/Date(1795503609000)/",
                "id": f"{{{GUID.upper()}}}", "part": 1, "parts": 1,
                "folders": [
                    {"folder": "in", "sla": 20, "file_count": 0, "oldest_creation": "1601-01-01T00:00:00Z"},
                    {"folder": "\\\\nas\\out", "error": "Access is denied."},
                ],
            },
            "in",
        )
    ).report.run  # fmt: skip
    assert run is not None
    assert (run.sender, run.client, run.interval_minutes) == ("FILES01", "FileSla/1.0", 15)
    assert run.started_at == datetime(2026, 11, 24, 7, 0, 3, tzinfo=UTC)
    assert run.sent_at == datetime(2026, 11, 24, 7, 0, 9, tzinfo=UTC)
    assert (run.id, run.part, run.parts) == (UUID(GUID), 1, 1)
    first, second = run.folders or []
    assert (first.sla, first.file_count, first.error) == (20, 0, None)
    assert first.oldest_creation == datetime(1601, 1, 1, tzinfo=UTC)
    assert (second.folder, second.error) == ("\\\\nas\\out", "Access is denied.")


def test_null_is_as_good_as_absent() -> None:
    nothing = dict.fromkeys(("sla", "file_count", "oldest_creation", "error"))
    nulls: dict[str, Any] = {
        **dict.fromkeys(ReportedRun.model_fields),
        "folders": [{"folder": "a", **nothing}, None],
    }
    assert _run(**nulls) == _run(folders=[{"folder": "a"}])
    assert _run(**dict.fromkeys(ReportedRun.model_fields)) == _run()
    assert (_run().part, _run().parts) == (1, 1)
    [problem] = _problems_of_run({"folders": [{"folder": None}]})
    assert (problem.field, problem.problem) == ("run.folders[0].folder", "is missing")


def test_lone_folder_stands_for_a_list_of_one_and_unknown_keys_are_ignored() -> None:
    assert _run(folders={"folder": "a", "colour": 1}, colour=2) == _run(folders=[{"folder": "a"}])
    [breach] = a_report("in")["sla_error"]
    lone = {"sla_error": {**breach, "files": breach["files"][0]}}
    assert parse_report(json.dumps(lone).encode()) == parse_report(json.dumps(a_report("in")).encode())


@pytest.mark.parametrize(
    ("run", "field", "hint"),
    [
        (7, "run", "object"),
        ("@{sender=a}", "run", "-Depth"),
        ({"sender": "a/b"}, "run.sender", "COMPUTERNAME"),
        ({"sender": "é" * 65}, "run.sender", "64 characters"),
        *(({"interval_minutes": bad}, "run.interval_minutes", "1 to 10,080, without quotes")
          for bad in (0, 10_081, "15", 15.5, True)),
        ({"started_at": "2026-11-24T08:00:03"}, "run.started_at", "(Get-Date).ToString('o')"),
        ({"started_at": "2026-11-24T08:00:03Z", "sent_at": "2026-11-24T08:00:02Z"}, "run.sent_at", "clock"),
        ({"started_at": "2026-11-24T08:00:03Z", "sent_at": "2026-12-01T08:00:04Z"}, "run.sent_at", "clock"),
        ({"id": "17"}, "run.id", "NewGuid"),
        ({"part": 0, "id": GUID}, "run.part", "1 to 1,000"),
        ({"part": 2, "id": GUID}, "run.parts", "part and parts"),
        ({"part": 1, "parts": 2}, "run.id", "NewGuid"),
        ({"folders": 7}, "run.folders", "@("),
        ({"folders": ["@{folder=a}"]}, "run.folders[0]", "-Depth"),
        ({"folders": [{"folder": "a", "file_count": -1}]}, "run.folders[0].file_count", "0 on"),
        ({"folders": [{"folder": "a", "oldest_creation": "x"}]}, "run.folders[0].oldest_creation", "Creat"),
    ],
)  # fmt: skip
def test_refusal_of_a_run_names_the_field_and_the_remedy(run: object, field: str, hint: str) -> None:
    [problem] = _problems_of_run(run)
    assert problem.field == field
    assert hint in problem.hint


def test_long_words_are_cut_and_not_refused() -> None:
    run = _run(client="c" * 5_000, folders=[{"folder": "a", "error": "e" * 5_000}])
    assert run.client == "c" * MAX_CLIENT_CHARACTERS
    assert [folder.error for folder in run.folders or ()] == ["e" * MAX_ERROR_CHARACTERS]


def test_every_bad_folder_is_listed_beside_what_else_is_wrong() -> None:
    bad = {"sender": "", "folders": [{"folder": "a"}, {"folder": ""}, {"folder": "b", "sla": 0}]}
    body = {**a_report("a", "b"), "run": bad}
    body["sla_error"][0]["sla"] = body["sla_error"][1]["sla"] = 0
    assert {problem.field for problem in _problems(body)} == {
        "run.sender", "run.folders[1].folder", "run.folders[2].sla", "sla_error[0].sla", "sla_error[1].sla",
    }  # fmt: skip


def test_folder_in_breach_that_the_list_lacks_is_refused_by_name() -> None:
    [problem] = _problems_of_run({"folders": [{"folder": "a"}]}, "a", "C:\\Jobs\\Lost")
    assert problem.field == "sla_error[1].folder"
    assert "C:\\Jobs\\Lost" in problem.problem


@pytest.mark.parametrize(
    "run",
    [
        {"folders": [{"folder": "c:/jobs/IN/"}]},
        {"folders": None},
        {},
        # The other part may have it.
        {"folders": [], "id": GUID, "part": 1, "parts": 2},
    ],
)
def test_folder_in_breach_may_be_spelt_otherwise_or_be_in_another_part(run: dict[str, Any]) -> None:
    assert parse_report(_body(run, "C:\\Jobs\\In")).report


def test_more_folders_than_can_be_kept_are_refused_with_the_way_to_split() -> None:
    folders = [{"folder": str(number)} for number in range(MAX_FOLDERS + 1)]
    assert _run(folders=folders[1:])
    with pytest.raises(TooLargeError, match=r"10,001 folders.*run\.id.*run\.part"):
        parse_report(_body({"folders": folders}))
