"""What the projection takes: a burst of runs through stream and function, and a sender that is replayed."""

import time
from datetime import timedelta
from functools import partial
from typing import Any, Final

from bench.figures import Figure, compared, counted, measure_seconds
from bench.workload import MONTH_RUNS, Bench, list_breaches, make_month, make_run, open_store
from contract.moments import format_moment
from contract.names import Output
from handlers.incidents.projection import replay
from handlers.ingest.storing import RecordStore
from handlers.projection.replay import SenderReplay
from store.dynamodb import ConflictError, Reader
from store.runs import Run, RunTable, build_run_items
from store.senders import SenderAttribute, sender_key

_KEPT: Final = timedelta(days=3_650)
_MOST_SECONDS: Final = 600.0
_BURST: Final = 1_000
_MONTH_FOLDERS: Final = 20


def measure_projection(bench: Bench) -> list[Figure]:
    """Stores runs for the stack to apply, and replays them in this process, on the stack's tables."""
    tables, client = bench.service.outputs, bench.service.aws.client("dynamodb")
    stored_runs = RecordStore(client, "", tables[Output.RUNS_TABLE_NAME])

    def put(runs: list[Run]) -> None:
        items = [item for run in runs for item in build_run_items(run, _KEPT)]
        stored_runs.put_all((), lambda: _MOST_SECONDS, items)

    def wait(*runs: Run) -> None:
        for run in runs:
            _wait(client, tables[Output.SENDERS_TABLE_NAME], run)

    burst = [make_run(f"burst {number}", 0, list_breaches(2)) for number in range(_BURST)]
    seconds = measure_seconds(partial(put, burst))
    current = seconds + measure_seconds(partial(wait, *reversed(burst)))
    name = f"{_BURST:,} runs at once, until current, vs storing them"
    figures = [counted(name, current, seconds, "s")]

    sender = "replayed"
    month = list(make_month(sender, _MONTH_FOLDERS))
    put(month)
    wait(month[-1])
    store = open_store(bench.service)
    replays = SenderReplay(store, RunTable(Reader(client), tables[Output.RUNS_TABLE_NAME]))
    pairs: list[tuple[float, float]] = []
    while len(pairs) < bench.rounds:
        store.senders.mark_for_replay(sender, store.clock())
        stored = store.read(sender)
        act = partial(replays.replay, stored, month[-1].arrival, lambda: _MOST_SECONDS)
        try:
            pairs.append((measure_seconds(act), measure_seconds(partial(replay, month))))
        except ConflictError:
            continue  # the stack's own sweep was there first
    figures.append(compared(f"a month of {MONTH_RUNS:,} runs replayed, vs the rules alone", "s", pairs))
    return figures


def _wait(client: Any, senders_table: str, last: Run) -> None:
    """Waits until the stack has applied a run of a sender."""
    until = time.perf_counter() + _MOST_SECONDS
    while time.perf_counter() < until:
        item = client.get_item(TableName=senders_table, Key=sender_key(last.sender)).get("Item", {})
        if item.get(SenderAttribute.LAST_RUN_AT, {}).get("S", "") >= format_moment(last.moment):
            return
        time.sleep(0.2)
    raise RuntimeError(f"{last.sender} is not projected after {_MOST_SECONDS:.0f} s")
