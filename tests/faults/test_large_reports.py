"""Reports of every size: stored whole within DynamoDB's limits, or refused with the way to split them."""

import json
from collections import Counter
from typing import Any

import pytest

from bench.units import item_bytes
from contract.limits import MAX_FILENAME_CHARACTERS, MAX_FOLDER_BYTES, MAX_FOLDERS
from store.records import Attribute, FileAttribute
from tests.faults.conftest import Service
from tests.stands.events import a_report

MAX_ITEM_BYTES = 400 * 1024
"""DynamoDB's limit of an item (service quotas)."""


def _files(item: dict[str, Any]) -> list[str]:
    return [file["M"][FileAttribute.FILENAME]["S"] for file in item[Attribute.FILES]["L"]]


def _assert_whole(service: Service, report: dict[str, Any]) -> None:
    stored: dict[str, Counter[str]] = {}
    for item in service.table.items.values():
        assert item_bytes(item) <= MAX_ITEM_BYTES
        assert int(item[Attribute.FILE_COUNT]["N"]) == len(_files(item))
        stored.setdefault(item[Attribute.FOLDER]["S"], Counter()).update(_files(item))
    expected = {
        breach["folder"]: Counter(file["filename"] for file in breach["files"])
        for breach in report["sla_error"]
    }
    assert stored == expected


@pytest.mark.parametrize("files", [1, 1_000, 20_000, 45_000])
def test_files_of_one_folder(service: Service, files: int) -> None:
    report = a_report("C:\\Data", files=files)
    answer = service.post(report)
    assert (answer.status, answer.body["files"]) == (200, files)
    _assert_whole(service, report)


@pytest.mark.parametrize("folders", [5_000, MAX_FOLDERS])
def test_many_folders(service: Service, folders: int) -> None:
    report = a_report(*(f"C:\\Data\\{number}" for number in range(folders)))
    answer = service.post(report)
    assert (answer.status, answer.body["recorded"]) == (200, folders)
    _assert_whole(service, report)


@pytest.mark.parametrize("letter", ["a", "é", "語", "👩"])
def test_names_at_their_length_limits(service: Service, letter: str) -> None:
    report = a_report(letter * (MAX_FOLDER_BYTES // len(letter.encode())), files=1_000)
    for number, file in enumerate(report["sla_error"][0]["files"]):
        file["filename"] = f"{number:04}".ljust(MAX_FILENAME_CHARACTERS, letter)
    answer = service.post(json.dumps(report, ensure_ascii=False))
    assert (answer.status, answer.body["files"]) == (200, 1_000)
    _assert_whole(service, report)
