"""One server's story, played through the projection: what each thing that can happen to it costs."""

import json
import random
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from bench.capacity.indexed import backed_up_bytes, find_entry, stored_bytes
from bench.capacity.items import WRITE_UNIT_BYTES, Item, item_bytes, units
from bench.capacity.metered import MeteredTables
from bench.capacity.stack import INCIDENTS, RUNS, SENDERS, default_settings
from components.tables.specs.table import TableSpec
from contract.incidents import IncidentAttribute, IncidentIndex
from contract.moments import format_moment
from contract.senders import OWN_PART, SenderAttribute, SenderIndex, SenderKind
from handlers.ingest.origin import Origin
from handlers.ingest.parsing import parse_report
from handlers.ingest.told_runs import tell_run
from handlers.projection.applying import apply_runs
from handlers.projection.refolding import Refolding
from handlers.projection.run_table import RunTable
from handlers.projection.sender_store import SenderStore
from handlers.projection.sweeping import Sweep
from handlers.runs.run_items import build_run_items
from handlers.runs.told import ToldRun
from handlers.web.caller import Caller

SUBJECT = "8f7b1e0a-6c0d-4c39-b1a1-6f0c8a0d4e11"
_START = datetime(2026, 11, 1, 8, 0, 4, 500_000, tzinfo=UTC)
_RUN_IN_RUNS = 40
"""Before anything is counted: what an item remembers of runs and addresses is full then."""
_ENDED_WITHIN = timedelta(days=3)
"""By then the incident of a server that says nothing more has lapsed."""


@dataclass(frozen=True)
class Used:
    """Units of one thing that happened."""

    written: Mapping[tuple[str, str], float]
    """By table and index."""
    reads: float

    @property
    def writes(self) -> float:
        """In all tables and indexes."""
        return sum(self.written.values())


@dataclass(frozen=True, kw_only=True)
class Story:
    """What a server's runs cost the projection, and how large what it keeps is."""

    run: Item
    """The item of a run with one folder in breach."""
    empty_run: Item
    """Of one with nothing stuck."""
    sender: Item
    """The sender's own item, with an open incident."""
    parts: Sequence[Item]
    """All that the table of senders holds of it: the same, its folder sets and its list."""
    opened: Item
    """The item of an open incident."""
    ended: Item
    """The same when it has ended."""
    repeated: Used
    """A run that says what the one before said."""
    opens: Used
    """A run that finds a folder in breach."""
    changes: Used
    """A run that finds other files stuck in it."""
    ends: Used
    """All that ends the incident: a run; or the sweep, twice, where the script says nothing."""

    @property
    def live_entry_bytes(self) -> int:
        """Of an open incident in the index that is counted each minute."""
        return _entry_bytes(INCIDENTS, IncidentIndex.LIVE, self.opened)

    @property
    def state_entry_bytes(self) -> int:
        """Of the sender in the index that is read each minute."""
        return _entry_bytes(SENDERS, SenderIndex.STATE, self.sender)

    @property
    def sender_stored(self) -> tuple[int, int]:
        """Bytes of a sender's items with their indexes, and of these the ones backed up."""
        stored = sum(stored_bytes(SENDERS, part) for part in self.parts)
        return stored, sum(backed_up_bytes(SENDERS, part) for part in self.parts)

    @property
    def incident_stored(self) -> tuple[int, int]:
        """Of an incident that has ended; an open one differs by little."""
        return stored_bytes(INCIDENTS, self.ended), backed_up_bytes(INCIDENTS, self.ended)


@cache
def tell_story(kind: SenderKind, interval: timedelta, folders: int, files: int) -> Story:
    """Plays it.

    Args:
        kind: what the script tells.
        interval: of its runs.
        folders: that the server watches.
        files: stuck in a folder that is in breach.
    """
    server = _Server(kind, interval, folders)
    for _ in range(_RUN_IN_RUNS):
        server.report(1 if kind is SenderKind.STOCK else 0)
    # The folder has been in breach before: what comes now is not its first incident.
    server.end()
    server.report(files)
    server.end()
    quiet = server.tell(0)
    opens = server.report(files)
    opened = server.find_incident()
    run = server.tell(files)
    server.report(files)
    repeated = server.report(files)
    changes = server.report(files - 1)
    sender, parts = server.find_sender(), server.tables.list_items(SENDERS.table_name)
    ends = server.end()
    return Story(
        run=_one_item(run),
        empty_run=_one_item(quiet),
        sender=sender,
        parts=parts,
        opened=opened,
        ended=server.find_incident(),
        repeated=repeated,
        opens=opens,
        changes=changes,
        ends=ends,
    )


def run_units(item: Item) -> int:
    """Write units of a run in its table, which has no indexes."""
    return units(item_bytes(item), WRITE_UNIT_BYTES)


@dataclass
class _Server:
    kind: SenderKind
    interval: timedelta
    folders: int
    number: int = 0
    episode: int = 0
    """Each has other stuck files."""
    tables: MeteredTables = field(init=False)

    def __post_init__(self) -> None:
        self.now = _START
        names = {spec.table_name: spec for spec in (RUNS, SENDERS, INCIDENTS)}
        self.tables = MeteredTables(names)
        client: Any = self.tables
        retention = timedelta(days=default_settings().retention_days)
        self.store = SenderStore(
            client, SENDERS.table_name, INCIDENTS.table_name, retention, clock=lambda: self.now
        )
        self.sweep = Sweep(
            client=client,
            senders_table=SENDERS.table_name,
            store=self.store,
            refolding=Refolding(self.store, RunTable(client, RUNS.table_name)),
        )

    def tell(self, files: int) -> ToldRun:
        """The next run, as the ingest function makes it of a report."""
        report = parse_report(json.dumps(self._body(files)).encode())
        origin = Origin(
            caller=Caller(SUBJECT, "server-0001.example.com", frozenset()),
            arrival=self.now,
            address="203.0.113.17",
            idempotency_key=None,
        )
        return tell_run(report, origin, _run_id(self.number), 0)

    def report(self, files: int) -> Used:
        """A run, applied."""
        self.number += 1
        self.now += self.interval
        return self._count(lambda: apply_runs(self.store, SUBJECT, [self.tell(files)]))

    def end(self) -> Used:
        """Ends what is open, and leaves it alone for long enough that what comes next is new."""
        if self.kind is SenderKind.STOCK:
            ends = self._pass_time()
        else:
            ends = self.report(0)
            for _ in range(_RUN_IN_RUNS):
                self.report(0)
        self.episode += 1
        return ends

    def _pass_time(self) -> Used:
        """Nothing comes for long: what the sweep makes of it, without its own round."""
        total = Used(Counter(), 0)
        until = self.now + _ENDED_WITHIN
        while (wakes := self._wakes_at()) is not None and wakes <= until:
            self.now = max(self.now, wakes) + timedelta(minutes=1)
            used = self._count(lambda: self.sweep.run(self.now, lambda: 100.0))
            total = Used(Counter(total.written) + Counter(used.written), total.reads + used.reads)
        self.now = until
        return total

    def find_sender(self) -> Item:
        """Its own item."""
        items = self.tables.list_items(SENDERS.table_name)
        return next(item for item in items if item[SenderAttribute.PART]["S"] == OWN_PART)

    def find_incident(self) -> Item:
        """Its last."""
        items = self.tables.list_items(INCIDENTS.table_name)
        return max(items, key=lambda item: str(item[IncidentAttribute.OPENED_AT]["S"]))

    def _wakes_at(self) -> datetime | None:
        at = self.find_sender().get(SenderAttribute.WAKES_AT)
        return None if at is None else datetime.fromisoformat(at["S"])

    def _count(self, act: Callable[[], object]) -> Used:
        written, read = Counter(self.tables.written), Counter(self.tables.read)
        act()
        reads = Counter(self.tables.read)
        reads.subtract(read)
        # The sweep's own round is counted for the whole fleet, not for a server.
        reads.pop((SENDERS.table_name, SenderIndex.WAKE), None)
        return Used(Counter(self.tables.written) - written, sum(reads.values()))

    def _body(self, files: int) -> dict[str, Any]:
        paths = [rf"C:\Jobs\Invoices\Inbound_{number}" for number in range(self.folders)]
        oldest = _START - timedelta(hours=3)
        stuck = [
            {"filename": f"INV-{self.episode}{number:05}.xml", "creationDate": format_moment(oldest)}
            for number in range(files)
        ]
        body: dict[str, Any] = {
            "sla_error": [{"folder": paths[0], "sla": 30, "files": stuck}] if files else []
        }
        if self.kind is SenderKind.LISTING:
            body["run"] = {
                "client": "report.ps1 2.0",
                "interval_minutes": int(self.interval / timedelta(minutes=1)),
                "sent_at": format_moment(self.now),
                "folders": [{"folder": path, "sla": 30, "file_count": 3} for path in paths],
            }
        return body


def _run_id(number: int) -> str:
    return f"{random.Random(number).getrandbits(128):032x}"  # noqa: S311 - an id, not a secret


def _one_item(told: ToldRun) -> Item:
    retention = timedelta(days=default_settings().run_retention_days)
    [item] = build_run_items(told, retention)
    return item


def _entry_bytes(table: TableSpec, name: str, item: Item) -> int:
    index = next(index for index in table.indexes if index.name == name)
    entry = find_entry(table, index, item)
    return item_bytes(entry) if entry is not None else 0
