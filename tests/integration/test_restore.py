"""What was deleted by hand comes back while reports go on, and nothing that they store is lost.

DynamoDB's backup stands for a moment to go back to: to the emulator, every moment is now.
"""

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from http import HTTPStatus
from typing import Any

import pytest

from contract.names import Output
from contract.words import LIVE, IncidentStatus
from ops.__main__ import main as ops
from store.incidents import PEOPLES, IncidentAttribute
from store.records import Attribute
from store.runs import RunAttribute
from tests.integration.test_incidents import Server, minutes_ago, ran, stuck, wait
from tests.integration.test_incidents import _told as told
from tests.running_stack import RunningStack

Item = dict[str, Any]
TABLES = {"errors": Output.TABLE_NAME, "runs": Output.RUNS_TABLE_NAME}
KEYS = {
    Output.TABLE_NAME: (Attribute.ERROR_ID,),
    Output.RUNS_TABLE_NAME: (RunAttribute.SENDER, RunAttribute.RUN_KEY),
}


@dataclass
class Reporting:
    """A server that reports all the time."""

    server: Server
    ids: list[str] = field(default_factory=list)
    """Of the records that were acknowledged, in their order."""
    folders: list[str] = field(default_factory=list)
    failed: list[int] = field(default_factory=list)

    def report(self, folder: str) -> None:
        """Sends one report, and notes what was acknowledged."""
        body = {"sla_error": [stuck(minutes_ago(90), folder=folder)], "run": ran(interval_minutes=60)}
        answer = self.server.stack.report(body, self.server.token)
        if answer.status_code != HTTPStatus.OK:
            self.failed.append(answer.status_code)
            return
        self.ids += answer.json()["error_ids"]
        self.folders.append(folder)

    @contextmanager
    def in_the_background(self) -> Iterator[None]:
        """Reports one folder after another until it ends."""
        ended = threading.Event()

        def go_on() -> None:
            while not ended.is_set():
                self.report(f"D:\\Running\\{len(self.ids):04}")

        thread = threading.Thread(target=go_on)
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join()

    def wait_for(self, more: int) -> None:
        """Waits until so many more records were acknowledged."""
        wanted = len(self.ids) + more
        wait(lambda: len(self.ids) >= wanted or None)


def _scan(stack: RunningStack, table: Output) -> list[Item]:
    pages = stack.aws.client("dynamodb").get_paginator("scan").paginate(TableName=stack.outputs[table])
    return [item for page in pages for item in page["Items"]]


def _back_up(stack: RunningStack, table: Output) -> str:
    made = stack.aws.client("dynamodb").create_backup(TableName=stack.outputs[table], BackupName="before")
    return str(made["BackupDetails"]["BackupArn"])


def _of(stack: RunningStack, table: Output, *servers: Server) -> list[Item]:
    senders = {server.key for server in servers}
    return [item for item in _scan(stack, table) if item[Attribute.SENDER]["S"] in senders]


def _delete(stack: RunningStack, table: Output, items: list[Item]) -> None:
    for item in items:
        stack.aws.client("dynamodb").delete_item(
            TableName=stack.outputs[table], Key={key: item[key] for key in KEYS[table]}
        )


def _sweep(server: Server) -> Item | None:
    server.sweep()
    return server.applied()


def _ops(stack: RunningStack, *arguments: str) -> int:
    return ops(["--outputs", str(stack.folder / "outputs.json"), *arguments])


@pytest.fixture(scope="module")
def quiet(stack: RunningStack) -> Server:
    """A server with incidents, of which somebody is on one."""
    server = Server.create(stack)
    created = minutes_ago(600)
    story = ((6, [stuck(created), stuck(created, folder=r"E:\Out")]), (5, [stuck(created)]))
    for hours, folders in story:
        server.report(*folders, run=ran(timedelta(hours=hours), interval_minutes=60))
    wait(server.applied)
    server.sweep()
    wait(server.applied)
    live = next(one for one in server.incidents() if one[IncidentAttribute.STATUS]["S"] in LIVE)
    deed = {"incident_id": live[IncidentAttribute.INCIDENT_ID]["S"], "action": "acknowledge"}
    stack.act({**deed, "note": "I am on it"}, stack.token(stack.analyst)).raise_for_status()
    return server


def _deeds(server: Server) -> list[Item]:
    """What people did about its incidents."""
    return [{name: one[name] for name in PEOPLES if name in one} for one in server.incidents()]


def test_deleted_records_and_runs_come_back_under_running_reports(stack: RunningStack, quiet: Server) -> None:
    running = Reporting(Server.create(stack))
    with running.in_the_background():
        running.wait_for(5)
        before, deeds = told(quiet), _deeds(quiet)
        assert [len(one[IncidentAttribute.HISTORY]["L"]) for one in deeds if one] == [1]
        gone = {table: _of(stack, table, quiet, running.server) for table in TABLES.values()}
        backups = {name: _back_up(stack, table) for name, table in TABLES.items()}
        incidents = _back_up(stack, Output.INCIDENTS_TABLE_NAME)
        running.wait_for(5)
        for table, items in gone.items():
            assert len(items) >= 5
            _delete(stack, table, items)
        for server in (quiet, running.server):
            server.forget()
        running.wait_for(5)
        for name, arn in backups.items():
            assert _ops(stack, "restore", "--table", name, "--from-backup", arn) == 0
        running.wait_for(5)
    assert running.failed == []

    records = Counter(item[Attribute.ERROR_ID]["S"] for item in _scan(stack, Output.TABLE_NAME))
    assert [one for one in running.ids if records[one] != 1] == []
    for table, items in gone.items():
        back = _of(stack, table, quiet, running.server)
        assert [item for item in items if item not in back] == []
    runs = Counter(
        item[RunAttribute.RUN_ID]["S"] for item in _of(stack, Output.RUNS_TABLE_NAME, running.server)
    )
    assert (len(runs), set(runs.values())) == (len(running.ids), {1})
    # No temporary table is left.
    names = stack.aws.client("dynamodb").list_tables()["TableNames"]
    assert not [name for name in names if "-restored-" in name]

    assert _ops(stack, "restore", "--table", "incidents", "--from-backup", incidents) == 0
    for server in (quiet, running.server):
        assert _ops(stack, "incidents", "rebuild", "--sender", server.key, "--no-wait") == 0
        wait(partial(_sweep, server))
    # The stream may still bring a run that was put back, which is late then, and folded with the next sweep.
    wait(lambda: (_sweep(quiet) and told(quiet) == before) or None)
    assert _deeds(quiet) == deeds
    opened = Counter(one[IncidentAttribute.FOLDER]["S"] for one in running.server.incidents())
    assert opened == Counter(running.folders)
    # Each report left out the folder of the one before it.
    live = [
        one for one in running.server.incidents() if one[IncidentAttribute.STATUS]["S"] == IncidentStatus.OPEN
    ]
    assert [one[IncidentAttribute.FOLDER]["S"] for one in live] == running.folders[-1:]
