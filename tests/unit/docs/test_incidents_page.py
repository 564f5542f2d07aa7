"""docs/incidents.md and the tables behind it: keys are those of the program, queries find what they say."""

import json
import re
from collections.abc import Iterator
from dataclasses import asdict, replace
from datetime import timedelta
from typing import Any

import boto3
import pytest
from moto import mock_aws

from contract.action import ActOnIncident
from contract.answers import IncidentAnswer, IncidentNow
from contract.names import ROOT
from contract.words import IncidentStatus, NotificationKind, SenderKind, UnknownReason
from handlers import runtime
from handlers.actions.acting import InvalidStateError
from handlers.actions.incidents import check_change
from handlers.actions.parsing import parse_action
from handlers.notifications.sending import build_log
from handlers.notifications.situation import Notice, Notification
from store.dynamodb import IndexSpec, TableSpec
from store.incidents import INCIDENTS_TABLE, parse_incident
from store.notifications import NOTIFICATIONS_TABLE, Recipient
from store.runs import RUNS_TABLE, Run
from store.senders import SENDERS_TABLE
from tests.stands.notifier import an_owners_file
from tests.stands.pages import find_blocks, run_blocks
from tests.stands.playing import run, stuck
from tests.stands.projection import Projection
from tests.stands.projection_tables import (
    INCIDENTS,
    MESSAGES,
    create_message_tables,
    create_projection_tables,
)
from tests.unit.conftest import REGION
from tests.unit.store.test_incidents import an_incident

PAGE = "".join(
    (ROOT / "docs" / name).read_text() for name in ("incidents.md", "development/incident-tables.md")
)
SENDER = "8f7b1e0a-6c0d-4c39-b1a1-6f0c8a0d4e11"
FIRST = run(0).moment
"""The page's day, by whose eight o'clock the stories' hours count."""
EIGHT = FIRST.replace(year=2026, month=11, day=24)
ROW = r"^\| ([*`][^|]+?)(?: \(local\))? \| ([^|]*) \|([^|]*)\|"
OLD, NEW = stuck("D:\\Old", "x", created=-9), stuck("D:\\New", "y")


@pytest.fixture(scope="module")
def found() -> Iterator[dict[str, Any]]:
    """What the page's Python leaves behind, over two senders, one of which is silent."""
    with pytest.MonkeyPatch.context() as patch, mock_aws():
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            patch.setenv(name, "testing")
        patch.setenv("AWS_DEFAULT_REGION", REGION)
        patch.setattr(runtime.metrics.provider, "namespace", "test")
        boto3.DEFAULT_SESSION = None
        client: Any = boto3.client("dynamodb")
        create_projection_tables(client)
        create_message_tables(client)
        _play(client)
        _tell(client)
        yield run_blocks(PAGE, "docs/development/incident-tables.md")


def _play(client: Any) -> None:
    projection = Projection(client, now=EIGHT + timedelta(hours=6))
    runs = [
        run(0, OLD, sender=SENDER),
        run(1, OLD, NEW, sender=SENDER),
        *(run(hour, OLD, NEW, sender=SENDER) for hour in (4, 5, 6)),
        run(0, OLD, sender="b", has_run=True),
        run(1, sender="b", has_run=True),
    ]
    projection.report(*map(_on_the_day, runs))
    projection.sweep()
    item = {
        "Sender": SENDER,
        "State": "refused",
        "SenderName": "files-01",
        "ArrivedAt": "2026-11-24T08:00:00Z",
    }
    projection.store.senders.put_refused(
        {**{name: {"S": text} for name, text in item.items()}, "Problems": {"L": []}}
    )


def _tell(client: Any) -> None:
    """A recipient is notified that what is open began."""
    owner = an_owners_file().owners["orders"]
    recipient = Recipient(owner=owner, channel=owner.channels[0])
    for item in client.scan(TableName=INCIDENTS)["Items"]:
        incident = parse_incident(item)
        notice = Notice(
            kind=NotificationKind.NEW, subject=f"incident#{incident.incident_id}", incident=incident
        )
        notification = Notification(recipient=recipient, notices=(notice,))
        for one in build_log(notification, incident.opened_at, None):
            client.put_item(TableName=MESSAGES, Item=one.build_item(recipient, "1.0"))


def _on_the_day(one: Run) -> Run:
    later = EIGHT - FIRST
    breaches = tuple(
        replace(breach, oldest=breach.oldest and breach.oldest + later) for breach in one.breaches
    )
    return replace(one, moment=one.moment + later, arrival=one.arrival + later, breaches=breaches)


def test_the_pages_queries_find_what_they_say(found: dict[str, Any]) -> None:
    # The longest in breach first.
    assert [incident["Folder"] for incident in found["open_now"]] == ["D:\\Old", "D:\\New"]
    [cleared] = found["cleared"]
    assert (cleared["Sender"], cleared["Folder"]) == ("b", "D:\\Old")
    assert [sender["SenderName"] for sender in found["silent"]] == ["name of b"]
    assert [report["RefusedAt"] for report in found["refused"]] == ["2026-11-24T08:00:00Z"]
    [(at, owner, channel, kind)] = found["sent"]
    assert (at, owner, channel, kind) == (found["open_now"][0]["OpenedAt"], "orders", "Slack orders", "new")


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
    with pytest.raises(InvalidStateError) as refused:
        check_change(asked, replace(before, version=after.version))
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
