import json
from typing import Any

from handlers.ingest.parsing import parse_report
from tests.events import a_report


def _read(report: dict[str, Any]) -> list[tuple[str, int, list[str]]]:
    return [
        (folder.folder, folder.sla, [file.filename for file in folder.files])
        for folder in parse_report(json.dumps(report).encode()).sla_error
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


def test_other_spellings_stay_what_they_are() -> None:
    assert [folder for folder, _, _ in _read(a_report("C:\\in", "c:\\IN"))] == ["C:\\in", "c:\\IN"]


def test_the_same_name_with_another_date_is_another_file() -> None:
    report = a_report("a", "a")
    report["sla_error"][1]["files"][0]["creationDate"] = "2024-08-01T00:00:00Z"
    assert _read(report) == [("a", 20, ["file_0.csv", "file_0.csv"])]
