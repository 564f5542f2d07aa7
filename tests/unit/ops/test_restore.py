"""What a table held, put back: nothing newer is written over, nothing expired comes back, and it goes on."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any
from unittest.mock import Mock

import pytest

from ops import restore as restoring
from ops.restore import RESTORABLE, ItemOutcome, Merge, find_deleted, start, wait
from ops.stack import OpsError
from store.incidents import HistoryAttribute, IncidentAttribute
from store.records import Attribute
from store.senders import ACTION_PREFIX, OWN_PART, SenderAttribute
from tests.stands.projection_tables import ERRORS, INCIDENTS, SENDERS, create_table
from tests.unit.ops.conftest import Ops

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

COPY = "Copy"
NOW = 1_800_000_000
AT = datetime(2026, 11, 24, 8, 15, tzinfo=UTC)
Item = dict[str, Any]


@pytest.fixture
def client(client: "DynamoDBClient") -> "DynamoDBClient":
    create_table(client, COPY, Attribute.ERROR_ID)
    return client


def _record(number: int, folder: str = "inbound", expires: int | None = None) -> Item:
    expiry: Item = {} if expires is None else {Attribute.EXPIRES_AT: {"N": str(expires)}}
    return {
        Attribute.ERROR_ID: {"S": f"error-{number}"},
        Attribute.FOLDER: {"S": folder},
        Attribute.FILES: {"L": [{"M": {"Filename": {"S": f"{number}.csv"}}}]},
        **expiry,
    }


def _put(client: "DynamoDBClient", table: str, *items: Item) -> None:
    for item in items:
        client.put_item(TableName=table, Item=item)


def _held(client: "DynamoDBClient", table: str) -> list[Item]:
    found = [dict(item) for item in client.scan(TableName=table)["Items"]]
    return sorted(found, key=lambda item: json.dumps(item, sort_keys=True))


def _ignore(step: str, done: int, of: int | None) -> None:
    pass


def _merge(client: "DynamoDBClient", **options: Any) -> Merge:
    given: dict[str, Any] = {"what": RESTORABLE["errors"], "table": ERRORS, **options}
    return Merge(client=client, clock=lambda: NOW, restored=COPY, progress=_ignore, **given)


def test_what_is_lacking_comes_back_and_what_came_since_stays(
    client: "DynamoDBClient", monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(restoring, "MAX_KEYS", 2)
    _put(client, COPY, *map(_record, range(5)))
    _put(client, ERRORS, *map(_record, range(0, 8, 2)))
    assert _merge(client).run()[0] == {ItemOutcome.PUT_BACK: 2, ItemOutcome.THERE: 3}
    assert _merge(client).run()[0] == {ItemOutcome.THERE: 5}
    assert _held(client, ERRORS) == list(map(_record, [*range(5), 6]))


NEWER, EXPIRED = _record(1, folder="newer"), _record(1, expires=NOW)


@pytest.mark.parametrize(
    ("restored", "live", "options", "outcome", "held"),
    [
        (_record(1), NEWER, {}, ItemOutcome.DIFFERS, NEWER),
        (_record(1), NEWER, {"overwrite": True}, ItemOutcome.OVERWRITTEN, _record(1)),
        (_record(1), NEWER, {"overwrite": True, "write": False}, ItemOutcome.OVERWRITTEN, NEWER),
        (_record(1), None, {"write": False}, ItemOutcome.PUT_BACK, None),
        (_record(1, expires=NOW + 1), None, {}, ItemOutcome.PUT_BACK, _record(1, expires=NOW + 1)),
        (EXPIRED, None, {}, ItemOutcome.EXPIRED, None),
        (EXPIRED, None, {"overwrite": True}, ItemOutcome.EXPIRED, None),
    ],
)
def test_what_becomes_of_an_item(
    client: "DynamoDBClient",
    restored: Item,
    live: Item | None,
    options: dict[str, Any],
    outcome: ItemOutcome,
    held: Item | None,
) -> None:
    _put(client, COPY, restored)
    _put(client, ERRORS, *filter(None, [live]))
    counts, differing = _merge(client, **options).run()
    assert counts == {outcome: 1}
    assert differing == (["error-1"] if outcome is ItemOutcome.DIFFERS else [])
    assert _held(client, ERRORS) == list(filter(None, [held]))


def _write_meanwhile(monkeypatch: pytest.MonkeyPatch, write: Callable[[], object]) -> None:
    """Has somebody write between the comparison and the writing."""
    compare = Merge._read_live

    def read_live(self: Merge, items: Any) -> Iterator[Any]:
        yield from list(compare(self, items))
        write()

    monkeypatch.setattr(Merge, "_read_live", read_live)


@pytest.mark.parametrize("there", [True, False])
def test_what_someone_writes_between_comparison_and_writing_stays(
    client: "DynamoDBClient", there: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    _put(client, COPY, _record(1))
    if there:
        _put(client, ERRORS, _record(1, folder="spoilt"))
    _write_meanwhile(monkeypatch, lambda: _put(client, ERRORS, _record(1, folder="written meanwhile")))
    assert _merge(client, overwrite=True).run() == ({ItemOutcome.CHANGED: 1}, ["error-1"])
    assert _held(client, ERRORS) == [_record(1, folder="written meanwhile")]


def test_of_senders_only_what_people_did_is_put_back(client: "DynamoDBClient", ops: Ops) -> None:
    def part(name: str) -> Item:
        return {SenderAttribute.SENDER: {"S": "key-1"}, SenderAttribute.PART: {"S": name}}

    act = part(f"{ACTION_PREFIX}2026-11-24#1")
    create_table(client, "SendersCopy", SenderAttribute.SENDER, SenderAttribute.PART)
    _put(client, "SendersCopy", act, part(OWN_PART))
    said = ops("restore", "--table", "senders", "--from-table", "SendersCopy")
    assert "file-sla incidents rebuild --all" in said
    assert _held(client, SENDERS) == [act]


# Attributes alone, beside what the projection writes.


def _incident(number: int, *, version: int = 0, by: str = "") -> Item:
    acted: Item = {
        IncidentAttribute.ACTION_VERSION: {"N": str(version)},
        IncidentAttribute.HISTORY: {"L": [{"M": {HistoryAttribute.ACTION: {"S": "note"}}}] * version},
    }
    taken: Item = {IncidentAttribute.ACKNOWLEDGED_BY: {"S": by}}
    return {
        IncidentAttribute.SENDER: {"S": "key-1"},
        IncidentAttribute.INCIDENT_ID: {"S": f"incident-{number}"},
        **(acted if version else {}),
        **(taken if by else {}),
    }


def _id_of(item: Item) -> str:
    return str(item[IncidentAttribute.INCIDENT_ID]["S"])


@pytest.fixture
def incidents(client: "DynamoDBClient") -> "DynamoDBClient":
    client.delete_table(TableName=COPY)
    create_table(client, COPY, IncidentAttribute.SENDER, IncidentAttribute.INCIDENT_ID)
    return client


def _merge_incidents(client: "DynamoDBClient", **options: Any) -> Merge:
    return _merge(client, what=RESTORABLE["incidents"], table=INCIDENTS, **options)


def test_an_incident_that_was_replayed_gets_back_what_people_did(incidents: "DynamoDBClient") -> None:
    status: Item = {IncidentAttribute.STATUS: {"S": "open"}}
    _put(incidents, COPY, {**_incident(1, version=2, by="ana"), IncidentAttribute.STATUS: {"S": "cleared"}})
    # Of the second nobody had said anything yet: what was said since is no difference.
    _put(incidents, COPY, _incident(2), _incident(3, version=1))
    _put(incidents, INCIDENTS, {**_incident(1), **status}, _incident(2, version=1))
    counts = _merge_incidents(incidents).run()[0]
    assert counts == {ItemOutcome.PUT_BACK: 2, ItemOutcome.THERE: 1}
    back = [{**_incident(1, version=2, by="ana"), **status}, _incident(2, version=1), _incident(3, version=1)]
    assert sorted(_held(incidents, INCIDENTS), key=_id_of) == back
    assert _merge_incidents(incidents, overwrite=True).run()[0] == {ItemOutcome.THERE: 3}


def test_what_people_did_since_stays_unless_it_is_to_be_overwritten(incidents: "DynamoDBClient") -> None:
    before, since = _incident(1, version=2), _incident(1, version=1, by="ben")
    _put(incidents, COPY, before)
    _put(incidents, INCIDENTS, since)
    for options, outcome, held in (
        ({}, ItemOutcome.DIFFERS, since),
        ({"overwrite": True, "write": False}, ItemOutcome.OVERWRITTEN, since),
        ({"overwrite": True}, ItemOutcome.OVERWRITTEN, before),
    ):
        assert _merge_incidents(incidents, **options).run()[0] == {outcome: 1}
        assert _held(incidents, INCIDENTS) == [held]


@pytest.mark.parametrize("overwrite", [True, False])
@pytest.mark.parametrize("meanwhile", [_incident(1, version=3), None])
def test_what_somebody_does_between_comparison_and_writing_stays(
    incidents: "DynamoDBClient", overwrite: bool, meanwhile: Item | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    _put(incidents, COPY, _incident(1, version=2))
    _put(incidents, INCIDENTS, _incident(1, version=1) if overwrite else _incident(1))

    def act() -> None:
        keys = (IncidentAttribute.SENDER, IncidentAttribute.INCIDENT_ID)
        incidents.delete_item(TableName=INCIDENTS, Key={key: _incident(1)[key] for key in keys})
        _put(incidents, INCIDENTS, *filter(None, [meanwhile]))

    _write_meanwhile(monkeypatch, act)
    assert _merge_incidents(incidents, overwrite=overwrite).run()[0] == {ItemOutcome.CHANGED: 1}
    assert _held(incidents, INCIDENTS) == list(filter(None, [meanwhile]))


# Where it comes from.


def test_dynamodb_restores_to_a_table_beside_and_an_interrupted_command_goes_on(
    client: "DynamoDBClient",
) -> None:
    _put(client, ERRORS, _record(1))
    client.update_continuous_backups(
        TableName=ERRORS, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True}
    )
    # The second time nothing is restored once more, which DynamoDB would refuse.
    assert start(client, ERRORS, AT) == start(client, ERRORS, AT) == f"{ERRORS}-restored-20261124T081500Z"
    assert _held(client, start(client, ERRORS, AT)) == [_record(1)]


def test_waiting_ends_when_the_table_is_there_or_gone(
    client: "DynamoDBClient", monkeypatch: pytest.MonkeyPatch
) -> None:
    states = iter([*({"TableStatus": one} for one in ("CREATING", "CREATING", "ACTIVE")), None])
    monkeypatch.setattr(restoring, "describe", lambda *_: next(states))
    waited: list[int] = []
    slept: list[float] = []
    wait(client, "somewhere", lambda _, seconds, __: waited.append(seconds), slept.append)
    assert (waited, slept) == ([0, 5], [5, 5])
    with pytest.raises(OpsError, match="someone deleted it"):
        wait(client, "gone", _ignore)


def test_the_latest_backup_of_a_deleted_table_is_found() -> None:
    backups = [{"BackupArn": str(day), "BackupCreationDateTime": AT.replace(day=day)} for day in (1, 3, 2)]
    paginator = Mock(**{"paginate.return_value": [{"BackupSummaries": backups}]})
    assert find_deleted(Mock(**{"get_paginator.return_value": paginator}), ERRORS) == "3"
    paginator.paginate.assert_called_once_with(TableName=ERRORS, BackupType="SYSTEM")


# The command line.


def _back_up_and_lose(client: "DynamoDBClient", *numbers: int) -> str:
    """Backs records up and deletes them; returns the ARN of the backup."""
    _put(client, ERRORS, *map(_record, numbers))
    arn = client.create_backup(TableName=ERRORS, BackupName="one")["BackupDetails"]["BackupArn"]
    for number in numbers:
        client.delete_item(TableName=ERRORS, Key={Attribute.ERROR_ID: {"S": f"error-{number}"}})
    return arn


@pytest.fixture
def restore(client: "DynamoDBClient", ops: Ops) -> Callable[..., str]:
    return partial(ops, "restore", "--table")


def test_kept_the_copy_is_named_and_else_it_goes_when_all_is_put_back(
    client: "DynamoDBClient", restore: Callable[..., str]
) -> None:
    given = ["errors", "--from-backup", _back_up_and_lose(client, 1)]
    before = client.list_tables()["TableNames"]
    assert "what was deleted on purpose" in restore(*given, "--dry-run", "--keep")
    said = json.loads(restore(*given, "--json", "--dry-run", "--keep"))
    assert said["kept"].startswith(f"{ERRORS}-restored-")
    assert said["counts"]["put back"] == 1
    assert _held(client, ERRORS) == []
    assert "Done: 1 put back." in restore(*given)
    assert _held(client, ERRORS) == [_record(1)]
    assert client.list_tables()["TableNames"] == before


def test_a_copy_of_another_table_is_refused_and_the_temporary_one_is_named(
    client: "DynamoDBClient", restore: Callable[..., str]
) -> None:
    arn = client.create_backup(TableName=ERRORS, BackupName="one")["BackupDetails"]["BackupArn"]
    said = restore("runs", "--from-backup", arn, code=1)
    [copy] = [name for name in client.list_tables()["TableNames"] if "-restored-" in name]
    assert f"{copy} is still there, and billed: delete it" in said
    said = restore("runs", "--from-table", COPY, code=1)
    assert "has the key ErrorId, and not Sender, RunKey" in said
    assert "billed" not in said


def test_what_differs_makes_the_command_fail_and_says_the_remedy(
    client: "DynamoDBClient", restore: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(restoring, "_LISTED", 1)
    _put(client, COPY, _record(1), _record(2))
    _put(client, ERRORS, NEWER, _record(2, folder="newer"))
    said = restore("errors", "--from-table", COPY, code=1)
    for part in ("2 differs", "error-", "--overwrite"):
        assert part in said
    # Of what differs no more than a screenful is named.
    assert said.count("error-") == 1
    assert COPY in client.list_tables()["TableNames"]


def test_interrupted_it_says_where_it_stands_and_goes_on_from_there(
    client: "DynamoDBClient", restore: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    given = ["errors", "--from-backup", _back_up_and_lose(client, 1)]

    with monkeypatch.context() as patched:
        patched.setattr(restoring, "wait", Mock(side_effect=KeyboardInterrupt))
        said = restore(*given, code=130)
    assert f"so does the temporary table {ERRORS}-restored-" in said
    assert "Run the same command again to go on from there" in said
    restore(*given)
    assert _held(client, ERRORS) == [_record(1)]


def test_a_table_that_was_deleted_as_a_whole_comes_back_from_its_backup(
    client: "DynamoDBClient", restore: Callable[..., str]
) -> None:
    assert "keeps no backup of a deleted table" in restore("errors", "--from-deleted", code=1)
    _put(client, ERRORS, _record(0), _record(1))
    # It stands for the one that DynamoDB makes of a table that is deleted.
    client.create_backup(TableName=ERRORS, BackupName="of the deleted")
    client.delete_table(TableName=ERRORS)
    assert "pulumi up --refresh" in restore("errors", "--from-deleted", code=1)
    create_table(client, ERRORS, Attribute.ERROR_ID)
    _put(client, ERRORS, _record(2))
    restore("errors", "--from-deleted")
    assert len(_held(client, ERRORS)) == 3


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (["--at", "yesterday"], "yesterday is no time"),
        (["--at", "2026-11-24T08:15:00"], "has no offset"),
        (["--at", "2999-01-01T00:00:00Z"], "in the future"),
        ([], "one of the arguments"),
        (["--at", "2026-01-01T00:00:00Z", "--from-deleted"], "not allowed with"),
    ],
)
def test_a_source_that_is_none_is_refused(given: list[str], told: str, ops: Ops) -> None:
    assert told in ops.refuse("restore", "--table", "errors", *given)
