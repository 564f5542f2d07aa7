"""What a table held, put back: nothing newer is written over, nothing expired comes back, and it goes on."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from itertools import count
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from ops.restore import RestoreError, Restoring, find_deleted
from ops.restore_merge import RESTORABLE, ItemOutcome, Merge
from store.incidents import HistoryAttribute, IncidentAttribute
from store.records import Attribute
from store.senders import ACTION_PREFIX, OWN_PART, SenderAttribute
from tests.stands.projection_tables import ERRORS, INCIDENTS, RUNS, SENDERS, create_table
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


def test_what_is_lacking_comes_back_and_what_came_since_stays(client: "DynamoDBClient") -> None:
    _put(client, COPY, *map(_record, range(250)))
    _put(client, ERRORS, *map(_record, range(0, 300, 2)))
    merged = _merge(client).run()
    assert merged.counts == {ItemOutcome.PUT_BACK: 125, ItemOutcome.THERE: 125}
    assert _merge(client).run().counts == {ItemOutcome.THERE: 250}
    assert _held(client, ERRORS) == sorted(
        map(_record, [*range(250), *range(250, 300, 2)]), key=lambda item: json.dumps(item, sort_keys=True)
    )


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
    merged = _merge(client, **options).run()
    assert merged.counts == {outcome: 1}
    assert merged.differing == (["error-1"] if outcome is ItemOutcome.DIFFERS else [])
    assert _held(client, ERRORS) == list(filter(None, [held]))


def test_of_what_differs_no_more_than_a_screenful_is_named(client: "DynamoDBClient") -> None:
    _put(client, COPY, *map(_record, range(30)))
    _put(client, ERRORS, *(_record(number, folder="newer") for number in range(30)))
    merged = _merge(client).run()
    assert (merged.counts[ItemOutcome.DIFFERS], len(merged.differing)) == (30, 20)


@pytest.mark.parametrize("there", [True, False])
def test_what_someone_writes_between_comparison_and_writing_stays(
    client: "DynamoDBClient", there: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    _put(client, COPY, _record(1))
    if there:
        _put(client, ERRORS, _record(1, folder="spoilt"))
    compare = Merge._read_live

    def read_live(self: Merge, items: Any) -> Iterator[Any]:
        yield from list(compare(self, items))
        _put(client, ERRORS, _record(1, folder="written meanwhile"))

    monkeypatch.setattr(Merge, "_read_live", read_live)
    merged = _merge(client, overwrite=True).run()
    assert merged.counts == {ItemOutcome.CHANGED: 1}
    assert merged.differing == ["error-1"]
    assert _held(client, ERRORS) == [_record(1, folder="written meanwhile")]


def test_of_senders_only_what_people_did_is_put_back(client: "DynamoDBClient", ops: Ops) -> None:
    def part(name: str) -> Item:
        return {SenderAttribute.SENDER: {"S": "key-1"}, SenderAttribute.PART: {"S": name}}

    act = part(f"{ACTION_PREFIX}2026-11-24#1")
    create_table(client, "SendersCopy", SenderAttribute.SENDER, SenderAttribute.PART)
    _put(client, "SendersCopy", act, part(OWN_PART))
    ops("restore", "--table", "senders", "--from-table", "SendersCopy")
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
    _put(incidents, COPY, _incident(2), _incident(3, version=1))
    _put(incidents, INCIDENTS, {**_incident(1), **status}, _incident(2))
    merged = _merge_incidents(incidents).run()
    assert merged.counts == {ItemOutcome.PUT_BACK: 2, ItemOutcome.THERE: 1}
    back = [{**_incident(1, version=2, by="ana"), **status}, _incident(2), _incident(3, version=1)]
    assert sorted(_held(incidents, INCIDENTS), key=_id_of) == back
    assert _merge_incidents(incidents).run().counts == {ItemOutcome.THERE: 3}


def test_what_people_did_since_stays_unless_it_is_to_be_overwritten(incidents: "DynamoDBClient") -> None:
    _put(incidents, COPY, _incident(1, version=2))
    _put(incidents, INCIDENTS, _incident(1, version=1, by="ben"))
    assert _merge_incidents(incidents).run().counts == {ItemOutcome.DIFFERS: 1}
    assert _held(incidents, INCIDENTS) == [_incident(1, version=1, by="ben")]
    assert _merge_incidents(incidents, overwrite=True, write=False).run().counts == {
        ItemOutcome.OVERWRITTEN: 1
    }
    assert _held(incidents, INCIDENTS) == [_incident(1, version=1, by="ben")]
    assert _merge_incidents(incidents, overwrite=True).run().counts == {ItemOutcome.OVERWRITTEN: 1}
    assert _held(incidents, INCIDENTS) == [_incident(1, version=2)]


@pytest.mark.parametrize("overwrite", [True, False])
@pytest.mark.parametrize("meanwhile", [_incident(1, version=3), None])
def test_what_somebody_does_between_comparison_and_writing_stays(
    incidents: "DynamoDBClient", overwrite: bool, meanwhile: Item | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    _put(incidents, COPY, _incident(1, version=2))
    _put(incidents, INCIDENTS, _incident(1, version=1) if overwrite else _incident(1))
    compare = Merge._read_live

    def read_live(self: Merge, items: Any) -> Iterator[Any]:
        yield from list(compare(self, items))
        keys = (IncidentAttribute.SENDER, IncidentAttribute.INCIDENT_ID)
        incidents.delete_item(TableName=INCIDENTS, Key={key: _incident(1)[key] for key in keys})
        _put(incidents, INCIDENTS, *filter(None, [meanwhile]))

    monkeypatch.setattr(Merge, "_read_live", read_live)
    assert _merge_incidents(incidents, overwrite=overwrite).run().counts == {ItemOutcome.CHANGED: 1}
    assert _held(incidents, INCIDENTS) == list(filter(None, [meanwhile]))


def test_where_nobody_had_acted_yet_what_they_did_since_is_no_difference(incidents: "DynamoDBClient") -> None:
    _put(incidents, COPY, _incident(1))
    _put(incidents, INCIDENTS, _incident(1, version=1))
    assert _merge_incidents(incidents, overwrite=True).run().counts == {ItemOutcome.THERE: 1}
    assert _held(incidents, INCIDENTS) == [_incident(1, version=1)]


# Where it comes from.


def test_dynamodb_restores_to_a_table_beside_and_an_interrupted_command_goes_on(
    client: "DynamoDBClient",
) -> None:
    _put(client, ERRORS, _record(1))
    client.update_continuous_backups(
        TableName=ERRORS, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True}
    )
    restoring = Restoring(client=client, table=ERRORS, progress=_ignore, sleep=lambda _: None)
    name = restoring.start(AT)
    assert name == f"{ERRORS}-restored-20261124T081500Z"
    restoring.wait(name)
    # The second time nothing is restored once more, which DynamoDB would refuse.
    assert restoring.start(AT) == name
    assert _held(client, name) == [_record(1)]


def test_waiting_ends_when_the_table_is_there(
    client: "DynamoDBClient", monkeypatch: pytest.MonkeyPatch
) -> None:
    states = iter(["CREATING", "CREATING", "ACTIVE"])
    monkeypatch.setattr("ops.restore.describe", lambda *_: {"TableStatus": next(states)})
    told: list[tuple[str, int, int | None]] = []
    slept: list[float] = []
    restoring = Restoring(
        client=client,
        table=ERRORS,
        progress=lambda step, done, of: told.append((step, done, of)),
        sleep=slept.append,
    )
    restoring.wait("somewhere")
    assert [(seconds, of) for _, seconds, of in told] == [(0, None), (5, None)]
    assert slept == [5, 5]


def test_a_temporary_table_that_is_deleted_meanwhile_ends_the_waiting(client: "DynamoDBClient") -> None:
    with pytest.raises(RestoreError, match="someone deleted it"):
        Restoring(client=client, table=ERRORS, progress=_ignore).wait("gone")


def test_the_latest_backup_of_a_deleted_table_is_found(client: "DynamoDBClient") -> None:
    with pytest.raises(RestoreError, match="keeps no backup of a deleted table"):
        find_deleted(client, ERRORS)
    # moto makes none by itself; these stand in for DynamoDB's own.
    client.create_backup(TableName=ERRORS, BackupName="older")
    latest = client.create_backup(TableName=ERRORS, BackupName="latest")["BackupDetails"]["BackupArn"]
    backups = client.list_backups(TableName=ERRORS)["BackupSummaries"]
    assert len(backups) == 2

    def list_backups(**given: Any) -> Iterator[Any]:
        assert given == {"TableName": ERRORS, "BackupType": "SYSTEM"}
        yield {"BackupSummaries": backups}

    class Paginator:
        paginate = staticmethod(list_backups)

    class Listing:
        def get_paginator(self, _: str) -> type[Paginator]:
            return Paginator

    assert find_deleted(Listing(), ERRORS) == latest  # type: ignore[arg-type]


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


def test_the_temporary_table_goes_when_all_is_put_back(
    client: "DynamoDBClient", restore: Callable[..., str]
) -> None:
    arn = _back_up_and_lose(client, 1)
    before = client.list_tables()["TableNames"]
    assert "Done: 1 put back." in restore("errors", "--from-backup", arn)
    assert _held(client, ERRORS) == [_record(1)]
    assert client.list_tables()["TableNames"] == before


def test_kept_it_is_named_and_the_next_command_takes_it(
    client: "DynamoDBClient", restore: Callable[..., str]
) -> None:
    given = ["errors", "--from-backup", _back_up_and_lose(client, 1), "--json"]
    said = json.loads(restore(*given, "--dry-run", "--keep"))
    assert said["kept"].startswith(f"{ERRORS}-restored-")
    assert said["counts"]["put back"] == 1
    assert _held(client, ERRORS) == []
    assert json.loads(restore(*given))["kept"] is None
    assert _held(client, ERRORS) == [_record(1)]


def test_a_dry_run_says_that_what_was_deleted_on_purpose_is_among_it(
    client: "DynamoDBClient", restore: Callable[..., str]
) -> None:
    _put(client, COPY, _record(1))
    given = ["errors", "--from-table", COPY]
    assert "what was deleted on purpose" in restore(*given, "--dry-run")
    restore(*given)
    assert "what was deleted on purpose" not in restore(*given, "--dry-run")


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


@pytest.mark.parametrize("name", ["runs", "senders", "incidents"])
def test_what_is_left_to_do_is_said(client: "DynamoDBClient", name: str, restore: Callable[..., str]) -> None:
    what = RESTORABLE[name]
    table = {"runs": RUNS, "senders": SENDERS, "incidents": INCIDENTS}[name]
    partition_key, sort_key = (
        key["AttributeName"] for key in client.describe_table(TableName=table)["Table"]["KeySchema"]
    )
    create_table(client, "Restored", partition_key, sort_key)
    texts = dict.fromkeys(what.keys, "1") | dict([what.only] if what.only else [])
    _put(client, "Restored", {key: {"S": text} for key, text in texts.items()})
    assert "file-sla incidents rebuild --all" in restore(name, "--from-table", "Restored")


def test_what_differs_makes_the_command_fail_and_says_the_remedy(
    client: "DynamoDBClient", restore: Callable[..., str]
) -> None:
    _put(client, COPY, _record(1))
    _put(client, ERRORS, NEWER)
    said = restore("errors", "--from-table", COPY, code=1)
    for part in ("1 differs", "error-1", "--overwrite"):
        assert part in said
    assert COPY in client.list_tables()["TableNames"]


def test_interrupted_it_says_where_it_stands_and_goes_on_from_there(
    client: "DynamoDBClient", restore: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    given = ["errors", "--from-backup", _back_up_and_lose(client, 1)]

    def interrupted(self: Restoring, name: str) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(Restoring, "wait", interrupted)
        said = restore(*given, code=130)
    assert f"so does the temporary table {ERRORS}-restored-" in said
    assert "Run the same command again to go on from there" in said
    restore(*given)
    assert _held(client, ERRORS) == [_record(1)]


def test_a_merge_that_breaks_off_is_done_again(
    client: "DynamoDBClient", restore: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    given = ["errors", "--from-backup", _back_up_and_lose(client, *range(9))]
    put, calls = Merge._put, count()

    def failing(self: Merge, *arguments: Any) -> ItemOutcome:
        if next(calls) > 4:
            raise ClientError({"Error": {"Code": "ExpiredToken"}}, "PutItem")
        return put(self, *arguments)

    with monkeypatch.context() as patched:
        patched.setattr(Merge, "_put", failing)
        restore(*given, code=1)
    assert 0 < len(_held(client, ERRORS)) < 9
    restore(*given)
    assert len(_held(client, ERRORS)) == 9


def test_a_table_that_was_deleted_as_a_whole_comes_back_from_its_backup(
    client: "DynamoDBClient", restore: Callable[..., str]
) -> None:
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
