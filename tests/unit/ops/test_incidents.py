"""Senders replayed by command: marked, waited for, and named if they could not be replayed."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from unittest.mock import Mock

import pytest

from handlers import runtime
from handlers.projection.replay import SenderReplay
from handlers.projection.sweep import SenderSweep
from ops.incidents import STALLED_AFTER, Finder, Found, Mark, Rebuild
from store.dynamodb import Reader
from store.runs import BreachedFolder, Run, RunTable, build_run_items
from store.senders import RETRY_REPLAY, NextCheck, SenderAttribute, SenderTable, sender_key
from store.state import SenderStore
from tests.stands.projection_tables import INCIDENTS, RUNS, SENDERS
from tests.unit.ops.conftest import Ops

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

NOW = datetime(2026, 11, 23, 20, 15, 4, tzinfo=UTC)
FIRST, SECOND = Found("files-01", "key-1"), Found("shared/FILES-02", "key-2/files-02")
RETENTION = timedelta(days=35)


class Clock:
    """Time that passes while someone waits."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@pytest.fixture
def client(client: "DynamoDBClient") -> Iterator["DynamoDBClient"]:
    for found in (FIRST, SECOND):
        for minutes in (60, 30):
            _put_run(client, found, NOW - timedelta(minutes=minutes))
    runtime.metrics.clear_metrics()
    yield client
    runtime.metrics.clear_metrics()


def _put_run(client: "DynamoDBClient", found: Found, moment: datetime) -> None:
    folder = r"D:\Inbound"
    breach = BreachedFolder(
        key=folder.lower(), folder=folder, sla=30, files=2,
        oldest=moment - timedelta(hours=9), hashes=("a" * 8,),
    )  # fmt: skip
    run = Run(
        sender=found.key, run_id=f"{moment:%H%M}", moment=moment, arrival=moment, breaches=(breach,)
    )  # fmt: skip
    for item in build_run_items(replace(run, sender_name=found.name, reported_by=found.name), RETENTION):
        client.put_item(TableName=RUNS, Item=item)


def _sweep(client: "DynamoDBClient", clock: Clock) -> None:
    store = SenderStore(client, SENDERS, INCIDENTS, None, clock=clock)
    replays = SenderReplay(store, RunTable(Reader(client), RUNS))
    SenderSweep(store=store, replays=replays).run(clock.now, lambda: 60)


def _rebuild(client: "DynamoDBClient", clock: Clock, sweep: bool = True) -> Rebuild:
    def sleep(seconds: float) -> None:
        clock.sleep(seconds)
        if sweep:
            _sweep(client, clock)

    return Rebuild(_senders(client), _say_nothing, clock, sleep)


def _say_nothing(*_: Any, **__: Any) -> None:
    pass


def _senders(client: "DynamoDBClient") -> SenderTable:
    return SenderTable(Reader(client), SENDERS)


def _finder(client: "DynamoDBClient") -> Finder:
    return Finder(runs=RunTable(Reader(client), RUNS), senders=_senders(client), seen=_say_nothing)


def _items(client: "DynamoDBClient", table: str) -> list[dict[str, Any]]:
    return [dict(item) for item in client.scan(TableName=table)["Items"]]


@pytest.mark.parametrize("text", ["key-2/files-02", "KEY-2/FILES-02", "shared/FILES-02", "Shared/files-02"])
@pytest.mark.parametrize("known", [True, False])
def test_a_sender_is_found_by_key_and_by_name(client: "DynamoDBClient", text: str, known: bool) -> None:
    if known:
        _senders(client).mark_for_replay(SECOND.key, NOW)
        _sweep(client, Clock())
    assert [one.key for one in _finder(client).find(text)] == [SECOND.key]


def test_a_sender_that_nobody_knows_is_an_error_and_is_not_marked(client: "DynamoDBClient", ops: Ops) -> None:
    for command in (["incidents", "rebuild", "--sender"], ["senders", "release"]):
        assert "files-99" in ops(*command, "files-99", code=1)
    assert _items(client, SENDERS) == []


def test_when_a_mark_is_due_says_what_became_of_it(client: "DynamoDBClient") -> None:
    due_in = {
        timedelta(0): Mark.WAITING,
        # Parts of a run may still come.
        timedelta(minutes=9): Mark.REPLAYED,
        RETRY_REPLAY - timedelta(seconds=2): Mark.FAILED,
    }
    for wait, mark in due_in.items():
        _senders(client).mark_for_replay(FIRST.key, NOW + wait)
        assert _rebuild(client, Clock())._read_marks([FIRST, SECOND]) == {FIRST: mark, SECOND: Mark.REPLAYED}


def test_a_replay_under_way_is_waited_for_and_one_that_was_given_up_failed(client: "DynamoDBClient") -> None:
    store = SenderStore(client, SENDERS, INCIDENTS, None, clock=lambda: NOW)
    for found in (FIRST, SECOND):
        store.senders.mark_for_replay(found.key, NOW)
        store.begin_replay(store.read(found.key))
    store.set_aside(store.read(SECOND.key))
    marks = _rebuild(client, Clock())._read_marks([FIRST, SECOND])
    assert marks == {FIRST: Mark.WAITING, SECOND: Mark.FAILED}


def test_a_sender_that_cannot_be_replayed_is_named(
    client: "DynamoDBClient", monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(SenderReplay, "replay", Mock(side_effect=ArithmeticError))
    rebuild = _rebuild(client, Clock())
    rebuild.mark([FIRST])
    assert rebuild.wait([FIRST]) == {FIRST: Mark.FAILED}


def test_no_sweep_for_minutes_ends_the_waiting(client: "DynamoDBClient") -> None:
    clock = Clock()
    rebuild = _rebuild(client, clock, sweep=False)
    rebuild.mark([FIRST])
    assert rebuild.wait([FIRST]) == {FIRST: Mark.WAITING}
    assert STALLED_AFTER < clock.now - NOW < 2 * STALLED_AFTER


# The command line.


def test_the_command_marks_and_says_how_many(client: "DynamoDBClient", ops: Ops) -> None:
    assert "Marked: 2 senders" in ops("incidents", "rebuild", "--all", "--no-wait")
    assert len(_items(client, SENDERS)) == 2


def test_the_command_names_what_failed(
    client: "DynamoDBClient", ops: Ops, monkeypatch: pytest.MonkeyPatch
) -> None:
    later = NextCheck(at=datetime.now(UTC) + RETRY_REPLAY, replay_since=NOW)
    monkeypatch.setattr(SenderTable, "read_next_checks", lambda *_: {FIRST.key: later})
    said = ops("incidents", "rebuild", "--all", code=1)
    assert "Replayed: 1 sender." in said
    assert "Could not be replayed: files-01" in said
    assert "/aws/lambda/file-sla-prod-incident-projection" in said


def test_interrupted_it_leaves_the_marks(
    client: "DynamoDBClient", ops: Ops, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Rebuild, "wait", Mock(side_effect=KeyboardInterrupt))
    said = ops("incidents", "rebuild", "--sender", "files-01", code=130)
    assert "replays the senders that are marked" in said
    [item] = _items(client, SENDERS)
    assert item[SenderAttribute.REPLAY_SINCE]


# Senders that were set aside, released by command, with or without their runs.


@pytest.fixture
def senders(client: "DynamoDBClient") -> SenderTable:
    """One that is set aside, with 30 runs more, beside one that is not."""
    for minute in range(29):
        _put_run(client, FIRST, NOW - timedelta(minutes=minute))
    store = SenderStore(client, SENDERS, INCIDENTS, None, clock=lambda: NOW)
    store.senders.mark_for_replay(FIRST.key, NOW)
    store.set_aside(store.begin_replay(store.read(FIRST.key)))
    assert store.senders.list_set_aside(NOW) == [FIRST.key]
    return SenderTable(Reader(client), SENDERS)


def test_release_has_the_sweep_try_again(ops: Ops, senders: SenderTable) -> None:
    assert "Released: key-1." in ops("senders", "release", FIRST.key)
    assert senders.list_set_aside(NOW) == []
    item = senders.reader.get(SENDERS, sender_key(FIRST.key)) or {}
    assert SenderAttribute.REPLAY_SINCE in item
    assert not {SenderAttribute.REPLAY_ATTEMPTS, SenderAttribute.SET_ASIDE_AT} & item.keys()


def test_delete_runs_deletes_those_of_one_sender_and_only_when_told(
    ops: Ops, senders: SenderTable, client: "DynamoDBClient"
) -> None:
    assert "31 runs" in ops("senders", "delete-runs", FIRST.key, code=1)
    assert client.scan(TableName=RUNS)["Count"] == 33
    answer = ops.json("senders", "delete-runs", FIRST.key, "--yes")
    assert answer == {"released": [FIRST.key], "deleted": 31}
    assert {item["Sender"]["S"] for item in client.scan(TableName=RUNS)["Items"]} == {SECOND.key}
    assert senders.list_set_aside(NOW) == []
