"""The projection over tables in memory, with a clock that tests turn."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from contract.owners.model import Owners
from handlers.projection.replay import SenderReplay
from handlers.projection.stream import FailedRuns, StreamReader
from handlers.projection.sweep import SenderSweep
from store.dynamodb import Reader
from store.runs import Run, RunTable, build_run_items
from store.state import SenderStore, State
from tests.stands.playing import at
from tests.stands.projection_tables import INCIDENTS, RUNS, SENDERS

ACCOUNT = "account"


class Letters(FailedRuns):
    def __init__(self) -> None:
        self.put_in: list[tuple[str, str, str]] = []

    def put(self, sender: str, run_key: str, error: Exception) -> None:
        self.put_in.append((sender, run_key, type(error).__name__))

    def __bool__(self) -> bool:
        return bool(self.put_in)


@dataclass
class Projection:
    client: Any
    now: datetime = field(default_factory=lambda: at(0))
    clock: Callable[[], datetime] | None = None
    """Where tests have one of their own, in place of `now`."""
    retention: timedelta | None = None
    owners: Owners | None = None
    letters: Letters = field(default_factory=Letters)

    def __post_init__(self) -> None:
        self.store = SenderStore(
            self.client,
            SENDERS,
            INCIDENTS,
            self.retention,
            clock=self.clock or (lambda: self.now),
            owners=self.owners,
        )
        self.stream = StreamReader(store=self.store, failed_runs=self.letters)
        replays = SenderReplay(self.store, RunTable(Reader(self.client), RUNS))
        self.sweeper = SenderSweep(store=self.store, replays=replays)

    def put(self, *runs: Run) -> list[dict[str, Any]]:
        """Stores runs, and gives the records of the stream that tell of them."""
        records = []
        for run in runs:
            for item in build_run_items(tell(run), timedelta(days=35)):
                self.client.put_item(TableName=RUNS, Item=item)
                records.append({"eventName": "INSERT", "dynamodb": {"NewImage": item}})
        return records

    def report(self, *runs: Run) -> None:
        self.now = max(self.now, *(run.arrival for run in runs))
        self.stream.read(self.put(*runs))

    def mark(self, sender: str = ACCOUNT) -> None:
        """Somebody asks for a replay."""
        self.store.senders.mark_for_replay(sender, self.store.clock())

    def sweep(self, hours: float | None = None) -> int:
        """Time passes, until so many hours after the start, and the sweep comes."""
        if hours is not None:
            self.now = at(hours)
        return self.sweeper.run(self.store.clock(), lambda: 60)

    def state(self, sender: str = ACCOUNT) -> State:
        return self.store.read_state(self.store.read(sender))

    def statuses(self, sender: str = ACCOUNT) -> dict[str, str]:
        return {key: str(incident.status) for key, incident in self.state(sender).incidents.items()}

    def own(self, sender: str = ACCOUNT) -> dict[str, Any]:
        """A sender's own item, as plain values."""
        key = {"Sender": {"S": sender}, "Part": {"S": "sender"}}
        item = self.client.get_item(TableName=SENDERS, Key=key).get("Item", {})
        return {name: next(iter(value.values())) for name, value in item.items()}

    def incidents(self) -> list[dict[str, Any]]:
        items = self.client.scan(TableName=INCIDENTS)["Items"]
        return [{name: next(iter(value.values())) for name, value in item.items()} for item in items]


def tell(run: Run) -> Run:
    if run.sender_name:
        return run
    return replace(run, sender_name=f"name of {run.sender}", reported_by=run.sender)
