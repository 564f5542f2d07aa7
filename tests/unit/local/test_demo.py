"""The demo's servers: their week is believable, holds to the contract, and ends as each is meant to."""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from unittest.mock import Mock

import httpx
import pytest

from contract.moments import parse_moment
from contract.words import IncidentStatus, SenderKind, SenderState, UnknownReason
from handlers.incidents.projection import advance, replay
from handlers.incidents.timing import is_shared
from handlers.ingest.building import build
from handlers.ingest.parsing import ParsedReport, parse_report
from local.demo.data import Account, build_origin, report_story
from local.demo.history import HISTORY, Story
from local.demo.script import add_stuck_file, make_folders, monitored_folders, scan_folders, this_machine
from local.demo.servers import SERVERS, Sends, Server
from ops.user_pool import User
from store.runs import Run
from store.state import RunHistory, State

NOW = datetime(2026, 11, 23, 20, 15, 4, tzinfo=UTC)
HERE = this_machine(Path("/tree"), "reporter")
ALL = (HERE, *SERVERS)


def _runs(server: Server, now: datetime = NOW) -> Iterator[Run]:
    """Those of its history, and the one that comes now."""
    story = Story.imagine(server, now)
    account = Account(User(username=server.account, password=""), server.account)
    reports = list(story.reports())
    if server.unheard_for is None and not server.refused:
        reports.append((now, story.report(now)))
    for moment, report in reports:
        origin = build_origin(story, account, moment)
        yield build(ParsedReport(report), origin, None, timedelta(days=1)).run


def _state(account: str) -> tuple[State, RunHistory]:
    runs = [run for server in ALL if server.account == account for run in _runs(server)]
    state = advance(replay(runs).state, NOW + timedelta(seconds=5)).state
    assert state.sender is not None
    return state, state.sender


Ending = tuple[IncidentStatus, UnknownReason | None]
OPEN: Ending = (IncidentStatus.OPEN, None)
SILENT, UNREADABLE, NOT_REPORTED = (
    (IncidentStatus.UNKNOWN, reason)
    for reason in (UnknownReason.SILENT, UnknownReason.UNREADABLE, UnknownReason.NOT_REPORTED)
)


def _live(state: State) -> dict[str, Ending]:
    return {
        incident.folder: (incident.status, incident.reason)
        for incident in state.incidents.values()
        if incident.live
    }


@pytest.mark.parametrize("server", ALL, ids=lambda server: server.name)
def test_a_week_is_the_same_each_time_in_order_and_within_the_contract(server: Server) -> None:
    week = list(Story.imagine(server, NOW).reports())
    assert week == list(Story.imagine(server, NOW).reports())
    moments = [moment for moment, _ in week]
    assert moments == sorted(moments)
    assert moments[0] > NOW - HISTORY
    assert moments[-1] < NOW
    for moment, report in week:
        parse_report(report.model_dump_json(by_alias=True).encode())
        for breach in report.sla_error:
            for file in breach.files:
                assert moment - file.creation_date > timedelta(minutes=breach.sla)
    assert any(report.sla_error for _, report in week)


def test_at_any_hour_of_the_day_every_server_has_a_past() -> None:
    for hour in range(0, 24, 3):
        for server in ALL:
            story = Story.imagine(server, NOW.replace(hour=hour))
            assert any(report.sla_error for _, report in story.reports())


@pytest.mark.parametrize(
    ("account", "kind", "state", "live"),
    [
        # Two servers with the same path, of which one is stuck.
        ("files-01", SenderKind.LISTING, SenderState.UP, {}),
        ("files-02", SenderKind.LISTING, SenderState.UP, {r"D:\Inbound": OPEN}),
        ("files-03", SenderKind.REGULAR, SenderState.SILENT, {r"C:\Jobs\Orders\ToWarehouse": SILENT}),
        ("bank-01", SenderKind.LISTING, SenderState.UP, {r"D:\Exchange\Bank\Returns": UNREADABLE}),
        ("reports-01", SenderKind.STOCK, SenderState.UP, {"/srv/jobs/reports/nightly": NOT_REPORTED}),
        (
            "reporter", SenderKind.STOCK, SenderState.UP,
            dict.fromkeys(("/tree/Inbound", "/tree/ToWarehouse", "/tree/Nightly"), OPEN),
        ),
    ],
)  # fmt: skip
def test_each_story_ends_as_it_is_meant_to(
    account: str, kind: SenderKind, state: SenderState, live: dict[str, Ending]
) -> None:
    found, sender = _state(account)
    assert (sender.kind, sender.state) == (kind, state)
    assert _live(found) == live
    assert not is_shared(sender, NOW)
    if state is SenderState.SILENT:
        assert abs(NOW - sender.state_since - timedelta(hours=1)) < timedelta(minutes=2)


def test_one_account_is_found_to_be_shared() -> None:
    state, sender = _state("files-shared")
    assert is_shared(sender, NOW)
    assert len(_live(state)) == 2


def test_the_last_report_of_this_machine_is_what_its_folders_hold(tmp_path: Path) -> None:
    scanned = parse_report(json.dumps(scan_folders(make_folders(tmp_path, NOW), NOW)).encode()).report
    imagined = Story.imagine(this_machine(tmp_path, "reporter"), NOW).report(NOW)
    found, wanted = (
        {(one.folder, file.filename, file.creation_date) for one in report.sla_error for file in one.files}
        for report in (scanned, imagined)
    )
    assert found == wanted


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
    created = parse_report(json.dumps(report).encode()).report.sla_error[1].files[0].creation_date
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


def test_every_kind_of_script_is_there_and_names_are_unlike() -> None:
    assert {server.sends for server in SERVERS} == set(Sends)
    assert Counter(server.name for server in ALL).most_common(1)[0][1] == 1
    assert Counter(server.address for server in ALL).most_common(1)[0][1] == 1


def _post(server: Server, status: int, monkeypatch: pytest.MonkeyPatch) -> tuple[int, Mock]:
    """The files that a report counted, and what it was posted with; the API answers with the status."""
    answer = httpx.Response(status, json={"files": 3}, request=httpx.Request("POST", "https://api"))
    posted = Mock(return_value=answer)
    monkeypatch.setattr("local.demo.data.post_report", posted)
    user = User(username=server.account, password="")
    return report_story("https://api", Story.imagine(server, NOW), user), posted


def test_a_report_has_its_times_and_comes_from_its_server(monkeypatch: pytest.MonkeyPatch) -> None:
    files, posted = _post(SERVERS[1], 200, monkeypatch)
    assert files == 3
    _, _, body, address = posted.call_args.args
    assert address == SERVERS[1].address
    run = json.loads(body)["run"]
    assert parse_moment(run["started_at"]) < parse_moment(run["sent_at"])
    parse_report(body)


def test_a_report_that_should_be_refused_is(monkeypatch: pytest.MonkeyPatch) -> None:
    refused = next(server for server in SERVERS if server.refused)
    files, posted = _post(refused, 422, monkeypatch)
    assert files == 0
    assert [folder["sla"] for folder in json.loads(posted.call_args.args[2])["sla_error"]] == ["20 minutes"]
    with pytest.raises(httpx.HTTPStatusError):
        _post(replace(refused, refused=False), 422, monkeypatch)
