"""What was deleted by hand comes back as it was, beside what was reported since, and the service goes on.

DynamoDB's backup stands for a moment to go back to: to the emulator, every moment is now.
"""

from collections import Counter
from typing import Any

from contract.names import Output
from ops.__main__ import main as ops
from store.incidents import PEOPLES, IncidentAttribute
from store.records import Attribute
from store.runs import RunAttribute
from tests.stands.running_stack import RunningStack
from tests.stands.servers import Server, minutes_ago, ran, stuck, wait

Item = dict[str, Any]
TABLES = {
    "errors": Output.TABLE_NAME,
    "runs": Output.RUNS_TABLE_NAME,
    "incidents": Output.INCIDENTS_TABLE_NAME,
}
KEYS = {
    Output.TABLE_NAME: (Attribute.ERROR_ID,),
    Output.RUNS_TABLE_NAME: (RunAttribute.SENDER, RunAttribute.RUN_KEY),
}
FOLDERS = [f"D:\\Running\\{number}" for number in range(6)]


def _report(server: Server, folder: str) -> list[str]:
    """Reports one folder, and leaves out the one before; returns the ids of what is stored."""
    body = {"sla_error": [stuck(minutes_ago(90), folder=folder)], "run": ran(interval_minutes=60)}
    ids: list[str] = server.stack.report(body, server.token).raise_for_status().json()["error_ids"]
    return ids


def _items(server: Server, table: Output) -> list[Item]:
    stack = server.stack
    pages = stack.aws.client("dynamodb").get_paginator("scan").paginate(TableName=stack.outputs[table])
    items = [item for page in pages for item in page["Items"]]
    return [item for item in items if item[Attribute.SENDER]["S"] == server.key]


def _back_up(stack: RunningStack, table: Output) -> str:
    client = stack.aws.client("dynamodb")
    made = client.create_backup(TableName=stack.outputs[table], BackupName="before")
    return str(made["BackupDetails"]["BackupArn"])


def _ops(stack: RunningStack, *arguments: str) -> None:
    assert ops(["--outputs", str(stack.folder / "outputs.json"), *arguments]) == 0


def test_deleted_records_runs_and_incidents_come_back_beside_what_came_since(stack: RunningStack) -> None:
    server, client = Server.create(stack), stack.aws.client("dynamodb")
    ids = _report(server, FOLDERS[0])
    [incident] = server.wait_until_settled(runs=1).incidents
    acknowledge = {"incident_id": incident[IncidentAttribute.INCIDENT_ID]["S"], "action": "acknowledge"}
    stack.act({**acknowledge, "note": "I am on it"}, stack.token(stack.analyst)).raise_for_status()
    [acted] = _list_acted(server)
    ids += [one for folder in FOLDERS[1:4] for one in _report(server, folder)]
    server.wait_until_settled(runs=4)
    gone = {table: _items(server, table) for table in KEYS}
    backups = {name: _back_up(stack, table) for name, table in TABLES.items()}
    for table, items in gone.items():
        assert len(items) == 4
        for item in items:
            client.delete_item(TableName=stack.outputs[table], Key={name: item[name] for name in KEYS[table]})
    server.forget()
    ids += _report(server, FOLDERS[4])
    for name in ("errors", "runs"):
        _ops(stack, "restore", "--table", name, "--from-backup", backups[name])
    ids += _report(server, FOLDERS[5])

    # Nothing is lost, nothing there twice, and what was deleted is as it was.
    records, runs = (_items(server, table) for table in KEYS)
    assert Counter(item[Attribute.ERROR_ID]["S"] for item in records) == Counter(ids)
    assert len({item[RunAttribute.RUN_ID]["S"] for item in runs}) == len(runs) == len(ids)
    for back, table in ((records, Output.TABLE_NAME), (runs, Output.RUNS_TABLE_NAME)):
        assert [item for item in gone[table] if item not in back] == []
    # No temporary table is left.
    assert not [name for name in client.list_tables()["TableNames"] if "-restored-" in name]

    _ops(stack, "restore", "--table", "incidents", "--from-backup", backups["incidents"])
    _ops(stack, "incidents", "rebuild", "--sender", server.key, "--no-wait")
    wait(lambda: _is_whole(server) or None)
    assert _list_acted(server) == [acted]


def _list_acted(server: Server) -> list[Item]:
    """What people did about its incidents, with the ids of these."""
    names = (IncidentAttribute.INCIDENT_ID, *PEOPLES)
    acted = [one for one in server.incidents() if IncidentAttribute.HISTORY in one]
    return [{name: one[name] for name in names if name in one} for one in acted]


def _is_whole(server: Server) -> bool:
    """Whether each folder has one incident, and the last alone is live: each report left out the one before.

    The stream may still bring a run that was put back, which is late then, and replayed with the next sweep.
    """
    server.sweep()
    if server.settled(runs=1) is None:
        return False
    incidents = server.incidents()
    live = [one[IncidentAttribute.FOLDER]["S"] for one in incidents if IncidentAttribute.LIVE_SHARD in one]
    return live == FOLDERS[-1:] and sorted(one[IncidentAttribute.FOLDER]["S"] for one in incidents) == FOLDERS
