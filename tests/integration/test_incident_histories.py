"""Made-up histories of servers, sent through the gateway in any order, held against the rules in memory."""

import random
from collections.abc import Iterator
from datetime import timedelta
from functools import partial

import pytest

from contract.names import Output
from handlers.incidents.folding import fold
from handlers.incidents.projection import advance
from handlers.incidents.runs import merged
from handlers.incidents.sightings import settled
from handlers.incidents.state import Incident, State
from handlers.projection.incident_items import read_incident
from handlers.projection.run_table import RunTable
from handlers.projection.sender_store import SenderStore
from store.incidents import IncidentAttribute
from store.senders import SenderAttribute
from tests.integration.test_incidents import Item, Server, minutes_ago, ran, stuck, wait
from tests.running_stack import RunningStack

HISTORIES = 24
RUNS = 7
PATHS = (r"D:\Inbound", "d:/inbound/", r"D:\Out", "/srv/in")
KINDS = ("stock", "heartbeats", "lists", "shared")


@pytest.mark.parametrize("kind", KINDS)
def test_tables_say_what_the_rules_say(stack: RunningStack, kind: str) -> None:
    chance = random.Random(kind)
    servers = [Server.create(stack) for _ in range(HISTORIES // len(KINDS))]
    for server in servers:
        hours = sorted((chance.uniform(0.1, 60) for _ in range(RUNS)), reverse=True)
        if chance.random() < 0.5:
            chance.shuffle(hours)  # some were spooled
        for body in _tell(kind, hours, chance):
            folders: list[Item] = body["folders"]
            server.report(*folders, run=body.get("run"), address=body.get("address", "10.9.0.1"))
    for server in servers:
        table = RunTable(stack.aws.client("dynamodb"), stack.outputs[Output.RUNS_TABLE_NAME])
        wait(partial(_is_current, server, table))
        server.sweep()
        own = wait(server.applied)
        told = table.read(server.key)
        assert len(told) == RUNS
        store = _store(stack)
        stored = store.read_state(store.read(server.key))
        assert stored.sender is not None
        expected = fold(merged(one.run for one in told)).state
        now = max(one.run.arrival for one in told)
        assert _incidents(advance(stored, now).state) == _incidents(advance(expected, now).state)
        live = [one for one in server.incidents() if IncidentAttribute.LISTED_IN in one]
        counted = int(own[SenderAttribute.OPEN]["N"]) + int(own[SenderAttribute.UNKNOWN]["N"])
        assert len(live) == counted == sum(one.live for one in stored.incidents.values())
        # Each folder has one latest incident, and what people read is what the rules know.
        for item in live:
            known = read_incident(item)
            assert (item[IncidentAttribute.STATUS]["S"], item[IncidentAttribute.FOLDER]["S"]) == (
                known.status,
                known.folder,
            )


def _tell(kind: str, hours: list[float], chance: random.Random) -> Iterator[Item]:
    for ago in hours:
        breached = chance.sample(PATHS[1:], chance.randint(1 if kind in ("stock", "shared") else 0, 2))
        if chance.random() < 0.3:
            breached = [PATHS[0] if path == PATHS[1] else path for path in breached]
        folders = [stuck(minutes_ago(60 * ago + chance.randint(40, 400)), folder=path) for path in breached]
        # Even a stock script's history can be sent afterwards, if it is told as a run.
        run = ran(timedelta(hours=ago), interval_minutes=chance.choice([None, 60]))
        if kind == "lists":
            others = [path for path in PATHS[1:] if path not in breached]
            listed: list[Item] = [{"folder": path} for path in {*breached, *others[1:]}]
            listed += [{"folder": path, "error": "Access is denied."} for path in others[:1]]
            run["folders"] = listed
        address = f"10.9.0.{chance.randint(1, 2)}" if kind == "shared" else "10.9.0.1"
        yield {"folders": folders, "run": run, "address": address}


def _store(stack: RunningStack) -> SenderStore:
    tables = stack.outputs
    client = stack.aws.client("dynamodb")
    return SenderStore(client, tables[Output.SENDERS_TABLE_NAME], tables[Output.INCIDENTS_TABLE_NAME], None)


def _is_current(server: Server, table: RunTable) -> bool | None:
    """Whether the last run is the projection's last, or its sender waits for a fold."""
    known = _store(server.stack).read(server.key)
    if known.fold_since is not None:
        server.sweep()
        return None
    newest = max(one.run.stamp for one in table.read(server.key))
    return True if known.sender is not None and known.sender.last == newest else None


def _incidents(state: State) -> dict[str, object]:
    return {key: _plain(one) for key, one in settled(state).incidents.items()}


def _plain(incident: Incident) -> object:
    return (
        incident.status,
        incident.reason,
        incident.opened,
        incident.breached_since,
        incident.seen,
        incident.files,
        incident.ended_at,
        incident.cleared_by,
        incident.reopened,
        incident.after is not None,
    )
