"""What the projection costs: calls and items of a run, a burst of runs, a sender that is replayed."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from bench.figures import Figure, compared, counted
from bench.service import Service
from bench.workload import MONTH_RUNS, list_breaches, make_month, make_run
from contract.moments import format_moment
from contract.names import Output
from handlers.incidents.projection import replay
from handlers.projection.replay import SenderReplay
from handlers.projection.stream import apply_runs
from store.dynamodb import ConflictError, Reader
from store.runs import Run, RunTable, build_run_items
from store.senders import SenderAttribute, sender_key
from store.state import SenderStore

_KEPT = timedelta(days=3_650)
_BATCH = 25
_MOST_SECONDS = 600.0
UNCHANGED = ((1, 1), (10_000, 1), (500, 500))
"""Folders in breach, and folder sets they are in."""
CHANGED = (1, 100, 10_000)
_BURST = 1_000
_MONTH_FOLDERS = 20


def name_unchanged(folders: int, sets: int) -> str:
    """What the figures of such a run begin with."""
    return f"a run with nothing changed, {folders:,} folders in {sets} sets"


def name_changed(folders: int) -> str:
    """What the figures of such a run begin with."""
    return f"a run that clears {folders:,} folders"


def measure_projection(service: Service, rounds: int) -> list[Figure]:
    """Applies runs in this process to the stack's tables, and counts; a burst goes through its stream."""
    client = service.aws.client("dynamodb")
    meter = _Meter()
    meter.attach(client)
    tables = service.outputs
    store = SenderStore(client, tables[Output.SENDERS_TABLE_NAME], tables[Output.INCIDENTS_TABLE_NAME], None)
    return [
        *_measure_unchanged(store, meter, rounds),
        *_measure_changed(store, meter),
        _measure_burst(client, tables),
        _measure_replay(client, store, tables, rounds),
    ]


@dataclass
class _Meter:
    """Counts what a client writes."""

    calls: int = 0
    written: int = 0
    """Items."""
    _writes: tuple[str, ...] = field(default=("UpdateItem", "PutItem", "TransactWriteItems"), init=False)

    def attach(self, client: Any) -> None:
        for operation in self._writes:
            client.meta.events.register(f"provide-client-params.dynamodb.{operation}", self._asked)

    def _asked(self, params: Mapping[str, Any], **_: Any) -> None:
        self.calls += 1
        self.written += len(params.get("TransactItems", (params,)))

    def reset(self) -> None:
        self.calls = self.written = 0


def _measure_unchanged(store: SenderStore, meter: _Meter, rounds: int) -> list[Figure]:
    """Beside the plainest projection, which writes every open incident at each run."""
    figures: list[Figure] = []
    first: list[float] | None = None
    for folders, sets in UNCHANGED:
        sender, breaches = f"unchanged {folders} {sets}", list_breaches(folders, sets)
        apply_runs(store, sender, [make_run(sender, 0, breaches)])
        apply_runs(store, sender, [make_run(sender, 1, breaches)])
        times: list[float] = []
        meter.reset()
        for number in range(rounds):
            run = make_run(sender, 2 + number, breaches)
            started = time.perf_counter()
            apply_runs(store, sender, [run])
            times.append((time.perf_counter() - started) * 1000)
        what = name_unchanged(folders, sets)
        figures.append(
            counted(f"{what}, items written, vs each incident", meter.written / rounds, folders, "items")
        )
        first = first or times
        figures.append(compared(f"{what}, vs 1 folder", "ms", list(zip(times, first, strict=True))))
    return figures


def _measure_changed(store: SenderStore, meter: _Meter) -> list[Figure]:
    """Beside one call for each item."""
    figures: list[Figure] = []
    for folders in CHANGED:
        sender = f"changed {folders}"
        apply_runs(store, sender, [make_run(sender, 0, list_breaches(folders))])
        meter.reset()
        started = time.perf_counter()
        apply_runs(store, sender, [make_run(sender, 1, (), empty=True)])
        seconds = time.perf_counter() - started
        what = name_changed(folders)
        figures += [
            counted(f"{what}, calls, vs items written", meter.calls, meter.written, "calls"),
            counted(f"{what}, vs a Lambda's 300 s", seconds, 300, "s"),
        ]
    return figures


def _measure_burst(client: Any, tables: Mapping[str, Any]) -> Figure:
    """How long until the projection is current after so many runs, beside storing them alone."""
    runs = [make_run(f"burst {number}", 0, list_breaches(2)) for number in range(_BURST)]
    started = time.perf_counter()
    _put(client, tables[Output.RUNS_TABLE_NAME], runs)
    stored = time.perf_counter() - started
    for run in reversed(runs):
        _await(client, tables, run)
    seconds = time.perf_counter() - started
    return counted(f"{_BURST:,} runs at once, until current, vs storing them", seconds, stored, "s")


def _measure_replay(client: Any, store: SenderStore, tables: Mapping[str, Any], rounds: int) -> Figure:
    """A month of runs of one sender, beside the rules alone on runs in memory."""
    sender, name = "replayed", tables[Output.RUNS_TABLE_NAME]
    runs = list(make_month(sender, _MONTH_FOLDERS))
    _put(client, name, runs)
    _await(client, tables, runs[-1])
    replays = SenderReplay(store, RunTable(Reader(client), name))
    now = runs[-1].arrival
    pairs: list[tuple[float, float]] = []
    while len(pairs) < rounds:
        store.senders.mark_for_replay(sender, store.clock())
        started = time.perf_counter()
        try:
            replays.replay(store.read(sender), now, lambda: _MOST_SECONDS)
        except ConflictError:
            continue  # the stack's own sweep was there first
        replayed = time.perf_counter() - started
        started = time.perf_counter()
        replay(runs)
        pairs.append((replayed, time.perf_counter() - started))
    return compared(f"a month of {MONTH_RUNS:,} runs replayed, vs the rules alone", "s", pairs)


def _await(client: Any, tables: Mapping[str, Any], last: Run) -> None:
    """Waits until the stack has applied a run of a sender."""
    table, key = tables[Output.SENDERS_TABLE_NAME], sender_key(last.sender)
    until = time.perf_counter() + _MOST_SECONDS
    while time.perf_counter() < until:
        item = client.get_item(TableName=table, Key=key).get("Item", {})
        if item.get(SenderAttribute.LAST_RUN_AT, {}).get("S", "") >= format_moment(last.moment):
            return
        time.sleep(0.2)
    raise RuntimeError(f"{last.sender} is not projected after {_MOST_SECONDS:.0f} s")


def _put(client: Any, table: str, runs: Sequence[Run]) -> None:
    items = [item for run in runs for item in build_run_items(run, _KEPT)]
    for start in range(0, len(items), _BATCH):
        batch = [{"PutRequest": {"Item": item}} for item in items[start : start + _BATCH]]
        while batch:
            answer = client.batch_write_item(RequestItems={table: batch})
            batch = answer["UnprocessedItems"].get(table, [])
