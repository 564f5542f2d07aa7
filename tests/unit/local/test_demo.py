"""The demo's servers: their week is believable, holds to the contract, and ends as each is meant to."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from contract.words import IncidentStatus, SenderKind, SenderState, UnknownReason
from handlers.incidents.projection import advance, replay
from handlers.incidents.timing import is_shared
from handlers.ingest.building import build
from handlers.ingest.parsing import ParsedReport, parse_report
from local.demo.data import Account, build_origin
from local.demo.history import HISTORY, Story
from local.demo.script import add_stuck_file, make_folders, monitored_folders, scan_folders, this_machine
from local.demo.servers import SERVERS, Server
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


def test_the_tree_is_reported_as_it_is_now_in_the_scripts_form(tmp_path: Path) -> None:
    now = datetime.now(UTC)
    make_folders(tmp_path, now)
    added = add_stuck_file(tmp_path, now)
    (tmp_path / "ToWarehouse" / "order_4469.csv").unlink()
    report = scan_folders(monitored_folders(tmp_path), now)
    parse_report(json.dumps(report).encode())
    files = [file for breach in report["sla_error"] for file in breach["files"]]
    names = {"INV-20809.xml", "INV-20816.xml", "relatório março.csv", added.name}
    assert {file["filename"] for file in files} == names
    # Seven fractional digits and an offset with a colon.
    dates = r"\d{4}-\d\d-\d\dT[\d:]{8}\.\d{7}[+-]\d\d:\d\d"
    assert all(re.fullmatch(dates, file["creationDate"]) for file in files)
