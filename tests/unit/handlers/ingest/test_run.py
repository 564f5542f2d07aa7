"""What a report tells of its run: taken, refused by field and remedy, or as good as absent."""

import json
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from contract.answers import FieldProblem
from contract.limits import MAX_CLIENT_CHARACTERS, MAX_ERROR_CHARACTERS, MAX_FOLDER_BYTES, MAX_FOLDERS
from contract.report import ReportedRun
from handlers.ingest.parsing import parse_report
from handlers.web.errors import InvalidBodyError, TooLargeError
from tests.events import a_report

GUID = "0d3f7c1e-5b0a-4b43-9c37-2f1f3f0e8a11"


def _body(run: object, *folders: str) -> bytes:
    return json.dumps({**a_report(*folders), "run": run}).encode()


def _run(**fields: Any) -> ReportedRun:
    run = parse_report(_body(fields)).run
    assert run is not None
    return run


def _problems(run: object, *folders: str) -> list[FieldProblem]:
    with pytest.raises(InvalidBodyError) as refused:
        parse_report(_body(run, *folders))
    return list(refused.value.problems)


def test_report_without_a_run_is_one() -> None:
    assert parse_report(b'{"sla_error": []}').run is None
    assert parse_report(b'{"sla_error": [], "run": null}').run is None


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
    ).run  # fmt: skip
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
    [problem] = _problems({"folders": [{"folder": None}]})
    assert (problem.field, problem.problem) == ("run.folders[0].folder", "is missing")


def test_lone_folder_stands_for_a_list_of_one_and_unknown_keys_are_ignored() -> None:
    assert _run(folders={"folder": "a", "colour": 1}, colour=2) == _run(folders=[{"folder": "a"}])


@pytest.mark.parametrize(
    ("run", "field", "hint"),
    [
        (7, "run", "object"),
        ([], "run", "object"),
        ("@{sender=a}", "run", "-Depth"),
        ({"sender": ""}, "run.sender", "name"),
        ({"sender": "a/b"}, "run.sender", "COMPUTERNAME"),
        ({"sender": "é" * 65}, "run.sender", "64 characters"),
        ({"sender": 7}, "run.sender", "string"),
        ({"client": 7}, "run.client", "string"),
        *(({"interval_minutes": bad}, "run.interval_minutes", "1 to 10,080, without quotes")
          for bad in (0, 10_081, "15", 15.5, True)),
        ({"started_at": "2026-11-24T08:00:03"}, "run.started_at", "(Get-Date).ToString('o')"),
        ({"sent_at": 1795503609}, "run.sent_at", "(Get-Date).ToString('o')"),
        ({"started_at": "2026-11-24T08:00:03Z", "sent_at": "2026-11-24T08:00:02Z"}, "run.sent_at", "clock"),
        ({"started_at": "2026-11-24T08:00:03Z", "sent_at": "2026-12-01T08:00:04Z"}, "run.sent_at", "clock"),
        ({"id": "17"}, "run.id", "NewGuid"),
        ({"id": 17}, "run.id", "NewGuid"),
        ({"part": 0, "id": GUID}, "run.part", "1 to 1,000"),
        ({"parts": 1_001, "id": GUID}, "run.parts", "1 to 1,000"),
        ({"part": 2, "id": GUID}, "run.parts", "part and parts"),
        ({"part": 3, "parts": 2, "id": GUID}, "run.parts", "part and parts"),
        ({"part": 1, "parts": 2}, "run.id", "NewGuid"),
        ({"part": 1, "parts": 2, "id": None}, "run.id", "NewGuid"),
        ({"folders": "System.Object[]"}, "run.folders", "-Depth"),
        ({"folders": 7}, "run.folders", "@("),
        ({"folders": ["@{folder=a}"]}, "run.folders[0]", "-Depth"),
        ({"folders": [{}]}, "run.folders[0].folder", "add it"),
        ({"folders": [{"folder": ""}]}, "run.folders[0].folder", "name"),
        ({"folders": [{"folder": "é" * MAX_FOLDER_BYTES}]}, "run.folders[0].folder", "1024"),
        ({"folders": [{"folder": "a", "sla": 0}]}, "run.folders[0].sla", "1 to 525,600"),
        ({"folders": [{"folder": "a", "file_count": -1}]}, "run.folders[0].file_count", "0 on"),
        ({"folders": [{"folder": "a", "oldest_creation": "x"}]}, "run.folders[0].oldest_creation", "Creat"),
        ({"folders": [{"folder": "a", "error": 5}]}, "run.folders[0].error", "string"),
    ],
)  # fmt: skip
def test_refusal_names_the_field_and_the_remedy(run: object, field: str, hint: str) -> None:
    [problem] = _problems(run)
    assert problem.field == field
    assert hint in problem.hint


@pytest.mark.parametrize(
    "run",
    [
        {"sender": "s" * 64},
        {"sender": " "},
        {"interval_minutes": 1},
        {"interval_minutes": 10_080},
        {"started_at": "2026-11-24T08:00:03Z", "sent_at": "2026-11-24T08:00:03Z"},
        {"started_at": "2026-11-24T08:00:03Z", "sent_at": "2026-12-01T08:00:03Z"},
        {"sent_at": "2026-11-24T08:00:03Z"},
        {"part": 1000, "parts": 1000, "id": GUID},
    ],
)
def test_what_just_fits_is_taken(run: dict[str, Any]) -> None:
    assert _run(**run).model_dump(exclude_unset=True)


def test_long_words_are_cut_and_not_refused() -> None:
    run = _run(client="c" * 5_000, folders=[{"folder": "a", "error": "e" * 5_000}])
    assert run.client == "c" * MAX_CLIENT_CHARACTERS
    assert [folder.error for folder in run.folders or ()] == ["e" * MAX_ERROR_CHARACTERS]


def test_every_bad_folder_is_listed_beside_what_else_is_wrong() -> None:
    bad = {"sender": "", "folders": [{"folder": "a"}, {"folder": ""}, {"folder": "b", "sla": 0}]}
    body = {**a_report("a", "b"), "run": bad}
    body["sla_error"][0]["sla"] = body["sla_error"][1]["sla"] = 0
    with pytest.raises(InvalidBodyError) as refused:
        parse_report(json.dumps(body).encode())
    assert {problem.field for problem in refused.value.problems} == {
        "run.sender", "run.folders[1].folder", "run.folders[2].sla", "sla_error[0].sla", "sla_error[1].sla",
    }  # fmt: skip


def test_folder_in_breach_that_the_list_lacks_is_refused_by_name() -> None:
    [problem] = _problems({"folders": [{"folder": "a"}]}, "a", "C:\\Jobs\\Lost")
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
    assert parse_report(_body(run, "C:\\Jobs\\In"))


def test_more_folders_than_can_be_kept_are_refused_with_the_way_to_split() -> None:
    folders = [{"folder": str(number)} for number in range(MAX_FOLDERS + 1)]
    assert _run(folders=folders[1:])
    with pytest.raises(TooLargeError, match=r"10,001 folders.*run\.id.*run\.part"):
        parse_report(_body({"folders": folders}))


@pytest.mark.parametrize(
    ("sent", "twice", "key"),
    [
        (b'"run"', b'"run": {}, "run"', "run"),
        (b'"sender"', b'"sender": "a", "sender"', "sender"),
        (b'"folders"', b'"folders": [], "folders"', "folders"),
        (b'"error"', b'"error": "a", "error"', "error"),
        (b'"folder": "other"', b'"folder": "x", "folder": "other"', "folder"),
        (b'"part"', b'"part": null, "part"', "part"),
    ],
)
def test_key_that_an_object_has_twice_is_told(sent: bytes, twice: bytes, key: str) -> None:
    run = {
        "sender": "s",
        "part": 1,
        "folders": [{"folder": "in", "sla": 20}, {"folder": "other", "error": "e"}],
    }
    body = _body(run, "in")
    assert parse_report(body)
    with pytest.raises(InvalidBodyError) as refused:
        parse_report(body.replace(sent, twice, 1))
    [problem] = refused.value.problems
    assert problem.field == key
    assert "more than once" in problem.problem
