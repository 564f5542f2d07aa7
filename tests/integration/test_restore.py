"""What was deleted by hand comes back while reports go on, and nothing that they store is lost.

DynamoDB's backup stands for a moment to go back to: to the emulator, every moment is now.
"""

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from contract.names import Output
from ops.__main__ import main as ops
from store.incidents import PEOPLES, IncidentAttribute
from store.records import Attribute
from store.runs import RunAttribute
from tests.stands.running_stack import RunningStack
from tests.stands.servers import Server, minutes_ago, ran, stuck, wait

Item = dict[str, Any]
TABLES = {"errors": Output.TABLE_NAME, "runs": Output.RUNS_TABLE_NAME}
KEYS = {
    Output.TABLE_NAME: (Attribute.ERROR_ID,),
    Output.RUNS_TABLE_NAME: (RunAttribute.SENDER, RunAttribute.RUN_KEY),
}


@dataclass
class Reporting:
    """A server that reports one folder after another."""

    server: Server
    ids: list[str] = field(default_factory=list)
    """Of the records that were acknowledged, in their order."""
    folders: list[str] = field(default_factory=list)
    failed: list[int] = field(default_factory=list)

    def report(self) -> None:
        folder = f"D:\\Running\\{len(self.ids):04}"
        body = {"sla_error": [stuck(minutes_ago(90), folder=folder)], "run": ran(interval_minutes=60)}
        answer = self.server.stack.report(body, self.server.token)
        if answer.status_code != HTTPStatus.OK:
            self.failed.append(answer.status_code)
            return
        self.ids += answer.json()["error_ids"]
        self.folders.append(folder)

    @contextmanager
    def in_the_background(self) -> Iterator[None]:
        ended = threading.Event()

        def go_on() -> None:
            while not ended.wait(0.1):
                self.report()

        thread = threading.Thread(target=go_on)
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join()

    def wait_for(self, more: int) -> None:
        wanted = len(self.ids) + more
        wait(lambda: len(self.ids) >= wanted or None)


def _items(server: Server, table: Output) -> list[Item]:
    stack = server.stack
    pages = stack.aws.client("dynamodb").get_paginator("scan").paginate(TableName=stack.outputs[table])
    items = [item for page in pages for item in page["Items"]]
    return [item for item in items if item[Attribute.SENDER]["S"] == server.key]


def _back_up(stack: RunningStack, table: Output) -> str:
    made = stack.aws.client("dynamodb").create_backup(TableName=stack.outputs[table], BackupName="before")
    return str(made["BackupDetails"]["BackupArn"])


def _ops(stack: RunningStack, *arguments: str) -> None:
    assert ops(["--outputs", str(stack.folder / "outputs.json"), *arguments]) == 0


def test_deleted_records_runs_and_incidents_come_back_under_running_reports(stack: RunningStack) -> None:
    running = Reporting(server := Server.create(stack))
    running.report()
    [incident] = server.wait_until_settled(runs=1).incidents
    acknowledge = {"incident_id": incident[IncidentAttribute.INCIDENT_ID]["S"], "action": "acknowledge"}
    stack.act({**acknowledge, "note": "I am on it"}, stack.token(stack.analyst)).raise_for_status()
    [acted] = _list_acted(server)
    with running.in_the_background():
        running.wait_for(5)
        server.wait_until_settled(runs=5)
        gone = {table: _items(server, table) for table in TABLES.values()}
        backups = {name: _back_up(stack, table) for name, table in TABLES.items()}
        incidents = _back_up(stack, Output.INCIDENTS_TABLE_NAME)
        for table, items in gone.items():
            assert len(items) >= 5
            for item in items:
                key = {name: item[name] for name in KEYS[table]}
                stack.aws.client("dynamodb").delete_item(TableName=stack.outputs[table], Key=key)
        server.forget()
        running.wait_for(3)
        for name, arn in backups.items():
            _ops(stack, "restore", "--table", name, "--from-backup", arn)
        running.wait_for(3)
    assert running.failed == []

    # Nothing is lost, nothing there twice, and what was deleted is as it was.
    records, runs = (_items(server, table) for table in TABLES.values())
    assert Counter(item[Attribute.ERROR_ID]["S"] for item in records) == Counter(running.ids)
    assert len({item[RunAttribute.RUN_ID]["S"] for item in runs}) == len(runs) == len(running.ids)
    for back, table in ((records, Output.TABLE_NAME), (runs, Output.RUNS_TABLE_NAME)):
        assert [item for item in gone[table] if item not in back] == []
    # No temporary table is left.
    names = stack.aws.client("dynamodb").list_tables()["TableNames"]
    assert not [name for name in names if "-restored-" in name]

    _ops(stack, "restore", "--table", "incidents", "--from-backup", incidents)
    _ops(stack, "incidents", "rebuild", "--sender", server.key, "--no-wait")
    wait(lambda: _is_whole(server, running) or None)
    assert _list_acted(server) == [acted]


def _list_acted(server: Server) -> list[Item]:
    """What people did about its incidents, with the ids of these."""
    names = (IncidentAttribute.INCIDENT_ID, *PEOPLES)
    return [
        {name: one[name] for name in names if name in one}
        for one in server.incidents()
        if IncidentAttribute.HISTORY in one
    ]


def _is_whole(server: Server, running: Reporting) -> bool:
    """Whether each folder has one incident, and the last alone is live: each report left out the one before.

    The stream may still bring a run that was put back, which is late then, and replayed with the next sweep.
    """
    server.sweep()
    if server.settled(runs=1) is None:
        return False
    incidents = server.incidents()
    live = [one for one in incidents if IncidentAttribute.LIVE_SHARD in one]
    return (
        Counter(one[IncidentAttribute.FOLDER]["S"] for one in incidents) == Counter(running.folders)
        and [one[IncidentAttribute.FOLDER]["S"] for one in live] == running.folders[-1:]
    )
