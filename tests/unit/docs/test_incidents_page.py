"""docs/incidents.md and the tables behind it: keys are those of the program, queries find what they say."""

import json
import re
from dataclasses import asdict, replace
from datetime import UTC, datetime

import boto3
import pytest
from moto import mock_aws

from contract.action import ActOnIncident
from contract.answers import IncidentAnswer, IncidentNow
from contract.names import ROOT
from contract.words import IncidentStatus, SenderKind, UnknownReason
from handlers.actions.acting import InvalidStateError
from handlers.actions.incidents import check_change
from handlers.actions.parsing import parse_action
from store.dynamodb import IndexSpec, TableSpec
from store.incidents import INCIDENTS_TABLE, HistoryEntry
from store.notifications import NOTIFICATIONS_TABLE
from store.runs import RUNS_TABLE
from store.senders import SENDERS_TABLE
from tests.stands.pages import find_blocks, run_blocks
from tests.stands.projection_tables import INCIDENTS, MESSAGES, SENDERS, create_projection_tables
from tests.unit.conftest import REGION
from tests.unit.store.test_incidents import an_incident

PAGE = "".join(
    (ROOT / "docs" / name).read_text() for name in ("incidents.md", "development/incident-tables.md")
)
ROW = r"^\| ([*`][^|]+?)(?: \(local\))? \| ([^|]*) \|([^|]*)\|"
STORED = {
    INCIDENTS: """
        Sender=a IncidentId=1 LiveShard=open#3 BreachedSince=08 Folder=A
        Sender=b IncidentId=2 LiveShard=open#0 BreachedSince=07 Folder=B
        Sender=b IncidentId=3 LiveShard=unknown#0 BreachedSince=06
        Sender=c IncidentId=4 EndedOn=2026-11-24 EndedAt=09 Status=cleared
        Sender=c IncidentId=5 EndedOn=2026-11-24 EndedAt=10 Status=expired
        Sender=c IncidentId=6 EndedOn=2026-11-23 EndedAt=09 Status=cleared""",
    SENDERS: """
        Sender=a Part=sender State=silent SenderName=files-01
        Sender=b Part=sender State=up SenderName=files-02
        Sender=a Part=refused State=refused SenderName=files-01 RefusedAt=now""",
    MESSAGES: """
        Subject=incident#2 Part=09 NotifiedAt=09 Owner=o Channel=x Kind=ended
        Subject=incident#2 Part=08 NotifiedAt=08 Owner=o Channel=x Kind=new
        Subject=incident#1 Part=08 NotifiedAt=08 Owner=o Channel=x Kind=new""",
}


def test_the_pages_queries_find_what_they_say(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)
    with mock_aws():
        monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
        client = boto3.client("dynamodb")
        create_projection_tables(client)
        for table, lines in STORED.items():
            for line in lines.strip().splitlines():
                pairs = (pair.split("=") for pair in line.split())
                client.put_item(TableName=table, Item={name: {"S": text} for name, text in pairs})
        found = run_blocks(PAGE, "docs/development/incident-tables.md")
    # The longest in breach first.
    assert [incident["Folder"] for incident in found["open_now"]] == ["B", "A"]
    assert [incident["IncidentId"] for incident in found["cleared"]] == ["4"]
    assert [sender["SenderName"] for sender in found["silent"]] == ["files-01"]
    assert [report["RefusedAt"] for report in found["refused"]] == ["now"]
    assert found["sent"] == [("08", "o", "x", "new"), ("09", "o", "x", "ended")]


def test_the_worked_example_of_an_action_is_taken_and_answered() -> None:
    [call] = find_blocks(PAGE, "shell")
    asked = parse_action(call.rpartition("-d '")[2].partition("'")[0].encode())
    assert isinstance(asked, ActOnIncident)
    [answer] = map(json.loads, find_blocks(PAGE, "json"))
    after = IncidentNow(**answer["incident"])
    assert answer == asdict(IncidentAnswer(message=answer["message"], incident=after))
    assert asked.incident_id == after.incident_id
    until = after.acknowledged_until
    assert answer["message"] == f"Acknowledged until {until}."
    before = an_incident(incident_id=after.incident_id)
    check_change(asked, before)
    at = datetime(2026, 11, 24, 8, tzinfo=UTC)
    done = HistoryEntry(action_id="1", at=at, by=str(after.acknowledged_by), action=asked.action)
    with pytest.raises(InvalidStateError) as refused:
        check_change(asked, replace(before, version=after.version, history=(done,)))
    assert f'`"message": "{refused.value.message}"`' in PAGE


def test_keys_on_the_page_are_those_of_the_program() -> None:
    documented = {
        name.strip("*` "): (first.strip("` "), second.strip("` "))
        for name, first, second in re.findall(ROW, PAGE, re.MULTILINE)
    }
    specs: list[TableSpec | IndexSpec] = []
    for table in (RUNS_TABLE, SENDERS_TABLE, INCIDENTS_TABLE, NOTIFICATIONS_TABLE):
        specs += [table, *table.indexes]
    declared = {spec.name: (spec.partition_key, spec.sort_key or "") for spec in specs}
    assert {name: keys for name, keys in documented.items() if name in declared} == declared


def test_every_status_reason_and_kind_is_explained() -> None:
    for word in (*IncidentStatus, *UnknownReason):
        assert f"`{word}`" in PAGE
    for kind in SenderKind:
        assert f"**{kind}**" in PAGE
