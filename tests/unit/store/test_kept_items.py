"""The promise of 1.0.0: what it stored, each later version reads.

The items are kept beside this file, one file for each release. The release itself writes it, once, of a demo
that is up, and in whose dashboard somebody acknowledged an incident with a note, set an interval, and planned
maintenance for the owner `bank`: `python -m tests.unit.store.test_kept_items .local/outputs.json`.
"""

import base64
import gzip
import json
import sys
import tomllib
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import pytest

from contract.moments import parse_moment
from contract.names import ROOT, Output
from contract.owners.reading import read_owners_file
from ops.export import build_file_rows
from ops.stack import Stack
from store.dynamodb import Reader
from store.incidents import INCIDENTS_TABLE, IncidentTable
from store.maintenance import MaintenanceTable
from store.notifications import NOTIFICATIONS_TABLE, RecipientTable, list_recipients
from store.records import RECORDS_TABLE
from store.runs import RUNS_TABLE, read_run_item
from store.senders import SENDERS_TABLE, SenderTable
from store.state import SenderStore
from tests.stands.memory_tables import MemoryTables, make_memory_tables

KEPT: Final = Path(__file__).with_name("kept")
TABLES: Final[Mapping[str, Output]] = {
    RECORDS_TABLE.name: Output.TABLE_NAME,
    RUNS_TABLE.name: Output.RUNS_TABLE_NAME,
    SENDERS_TABLE.name: Output.SENDERS_TABLE_NAME,
    INCIDENTS_TABLE.name: Output.INCIDENTS_TABLE_NAME,
    NOTIFICATIONS_TABLE.name: Output.NOTIFICATIONS_TABLE_NAME,
}
MOST: Final = 60
"""Items of the tables that a week fills; of the others, all."""
NOVEMBER: Final = datetime(2026, 11, 1, tzinfo=UTC)
OWNERS: Final = ROOT / "local" / "demo" / "owners.yaml"


@pytest.fixture(params=sorted(KEPT.glob("items-*.json.gz")), ids=lambda file: file.name)
def kept(request: pytest.FixtureRequest) -> MemoryTables:
    tables = make_memory_tables()
    content = json.loads(gzip.decompress(request.param.read_bytes()), object_hook=_unpack)
    for table, items in content.items():
        for item in items:
            tables.put_item(TableName=table, Item=item)
    return tables


def _unpack(value: dict[str, Any]) -> dict[str, Any]:
    return {"B": base64.b64decode(value["B"])} if set(value) == {"B"} else value


def test_records_and_runs_are_read(kept: Any) -> None:
    rows = [row for record in kept.list_items(RECORDS_TABLE.name) for row in build_file_rows(record)]
    assert len(rows) >= MOST
    assert all(parse_moment(str(row[0])) and row[1] for row in rows)
    runs = [read_run_item(item) for item in kept.list_items(RUNS_TABLE.name)]
    assert len(runs) == MOST
    assert any(run.breaches for run in runs)


def test_senders_their_rules_and_what_people_did_are_read(kept: Any) -> None:
    fleet = SenderTable(Reader(kept), SENDERS_TABLE.name).list_all()
    store = SenderStore(kept, SENDERS_TABLE.name, INCIDENTS_TABLE.name, None)
    assert len(fleet.senders) >= 8
    for sender in fleet.senders:
        known = store.read(sender.key)
        state = store.read_state(known)
        assert state.sender is not None
        assert state.sender.last_arrival == sender.last_arrival_at
    assert [action for sender in fleet.senders for action in store.list_actions(sender.key)] != []


def test_incidents_and_their_history_are_read(kept: Any) -> None:
    table = IncidentTable(Reader(kept), INCIDENTS_TABLE.name)
    live = {one.incident_id for one in table.list_live()}
    senders = {item["Sender"]["S"] for item in kept.list_items(INCIDENTS_TABLE.name)}
    incidents = [one for sender in senders for one in table.list_of(sender)]
    assert len(incidents) == len(kept.list_items(INCIDENTS_TABLE.name))
    assert live == {one.incident_id for one in incidents if one.live} != set()
    assert any(entry.note for one in incidents for entry in one.history)


def test_recipients_and_windows_are_read(kept: Any) -> None:
    recipients = list_recipients(read_owners_file(OWNERS))
    found = RecipientTable(kept, NOTIFICATIONS_TABLE.name).read(recipients)
    assert found.unreadable == {}
    assert any(one.state.entries for one in found.stored.values())
    [window] = MaintenanceTable(Reader(kept), NOTIFICATIONS_TABLE.name).list_windows(NOVEMBER)
    assert (window.owner, window.reason) == ("bank", "Close of the year.")


def _list_items(client: Any, outputs: Mapping[str, Any], table: str) -> Iterator[Any]:
    pages = client.get_paginator("scan").paginate(TableName=outputs[TABLES[table]])
    items = [item for page in pages for item in page["Items"]]
    items.sort(key=lambda item: json.dumps(item, default=str, sort_keys=True))
    large = table in {RECORDS_TABLE.name, RUNS_TABLE.name}
    yield from items[:: len(items) // MOST][:MOST] if large else items


def _write(file: str) -> None:
    outputs = json.loads(Path(file).read_text())
    client: Any = Stack(outputs).client("dynamodb")
    content = {table: list(_list_items(client, outputs, table)) for table in TABLES}
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    text = json.dumps(content, default=lambda one: base64.b64encode(bytes(one)).decode(), sort_keys=True)
    KEPT.mkdir(exist_ok=True)
    (KEPT / f"items-{version}.json.gz").write_bytes(gzip.compress(text.encode(), mtime=0))


if __name__ == "__main__":
    _write(sys.argv[1])
