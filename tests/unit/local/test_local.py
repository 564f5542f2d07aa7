import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from handlers.ingest.parsing import parse_report
from local.commands import watch
from local.demo.script import add_stuck_file, make_folders, monitored_folders, scan_folders
from local.ending import Ending
from local.processes import ProcessId, StateFolder
from local.provider import Aws, UnknownResourceError, create

NOW = datetime(2026, 11, 23, 20, 15, 4, tzinfo=UTC)


def test_resource_that_nothing_can_create_is_an_error() -> None:
    bucket = "aws:s3/bucket:Bucket"
    with pytest.raises(UnknownResourceError, match=f"'bucket': it does not know the type {bucket}"):
        create(Aws("http://127.0.0.1:1", "us-east-1"), bucket, "bucket", {})


def test_scan_reports_what_waited_too_long_in_the_scripts_form(tmp_path: Path) -> None:
    now = datetime.now(UTC)
    report = scan_folders(make_folders(tmp_path, now), now)
    found = {Path(b["folder"]).name: [f["filename"] for f in b["files"]] for b in report["sla_error"]}
    assert found == {
        "Inbound": ["INV-20809.xml", "INV-20816.xml"],
        "ToWarehouse": ["order_4469.csv"],
        "Nightly": ["relatório março.csv"],
    }
    [overdue] = [b for b in report["sla_error"] if b["sla"] == 20]
    created = parse_report(json.dumps(report).encode()).sla_error[1].files[0].creation_date
    assert abs(created - (now - timedelta(minutes=47))) < timedelta(milliseconds=1)
    # Seven fractional digits and an offset with a colon.
    assert len(overdue["files"][0]["creationDate"]) == len("2024-07-31T00:00:00.0000000-03:00")


def test_a_file_added_to_the_tree_is_stuck_and_a_deleted_one_is_not(tmp_path: Path) -> None:
    now = datetime.now(UTC)
    make_folders(tmp_path, now)
    added = add_stuck_file(tmp_path, now)
    (tmp_path / "ToWarehouse" / "order_4469.csv").unlink()
    [breach] = [b for b in scan_folders(monitored_folders(tmp_path), now)["sla_error"] if b["sla"] == 20]
    assert [file["filename"] for file in breach["files"]] == [added.name]


def test_process_is_told_from_a_later_one_of_the_same_number() -> None:
    assert not ProcessId(os.getpid(), started=0.0).alive
    ProcessId(os.getpid(), started=0.0).stop()


def test_a_stack_taken_down_elsewhere_is_told_from_one_that_broke(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    state = StateFolder(tmp_path / "state")
    state.note_process("dashboard", ProcessId(pid=1, started=0.0))
    state.write_outputs({})
    assert watch(state, Ending()) == 1
    state.forget_outputs()
    assert watch(state, Ending()) == 0
    assert "Another command stopped the stack." in capsys.readouterr().err
