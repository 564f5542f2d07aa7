"""What a table held, put back: nothing newer is written over, nothing expired comes back, and it goes on."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from itertools import chain, repeat
from typing import TYPE_CHECKING, Any
from unittest.mock import DEFAULT, Mock

import pytest
from botocore.exceptions import ClientError

from ops import restore as restoring
from ops.restore import RESTORABLE, ItemOutcome, Merge, Merged, find_deleted, start, wait
from ops.stack import OpsError
from store.incidents import HistoryAttribute, IncidentAttribute
from store.records import Attribute
from store.senders import ACTION_PREFIX, OWN_PART, SenderAttribute
from tests.stands.projection_tables import ERRORS, INCIDENTS, SENDERS, create_table
from tests.unit.ops.conftest import Ops

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

COPY, OF_INCIDENTS = "Copy", "CopyOfIncidents"
LIVE = {"errors": (ERRORS, COPY), "incidents": (INCIDENTS, OF_INCIDENTS)}
_INCIDENT_KEY: dict[str, Any] = {
    IncidentAttribute.SENDER: {"S": "key-1"}, IncidentAttribute.INCIDENT_ID: {"S": "incident-1"}
}  # fmt: skip
NOW = 1_800_000_000
AT = datetime(2026, 11, 24, 8, 15, tzinfo=UTC)
Item = dict[str, Any]


@pytest.fixture
def client(client: "DynamoDBClient") -> "DynamoDBClient":
    create_table(client, COPY, Attribute.ERROR_ID)
    create_table(client, OF_INCIDENTS, IncidentAttribute.SENDER, IncidentAttribute.INCIDENT_ID)
    return client


def _record(number: int, folder: str = "inbound", expires: int | None = None) -> Item:
    expiry: Item = {} if expires is None else {Attribute.EXPIRES_AT: {"N": str(expires)}}
    return {
        Attribute.ERROR_ID: {"S": f"error-{number}"},
        Attribute.FOLDER: {"S": folder},
        Attribute.FILES: {"L": [{"M": {"Filename": {"S": f"{number}.csv"}}}]},
        **expiry,
    }


def _incident(version: int, by: str = "", status: str = "open") -> Item:
    """One about which people did something so many times."""
    acted: Item = {
        IncidentAttribute.ACTION_VERSION: {"N": str(version)},
        IncidentAttribute.HISTORY: {"L": [{"M": {HistoryAttribute.ACTION: {"S": "note"}}}] * version},
    }
    taken: Item = {IncidentAttribute.ACKNOWLEDGED_BY: {"S": by}}
    return {
        **_INCIDENT_KEY, IncidentAttribute.STATUS: {"S": status},
        **(acted if version else {}), **(taken if by else {}),
    }  # fmt: skip


def _put(client: "DynamoDBClient", table: str, *items: Item) -> None:
    for item in items:
        client.put_item(TableName=table, Item=item)


def _held(client: "DynamoDBClient", table: str) -> list[Item]:
    found = [dict(item) for item in client.scan(TableName=table)["Items"]]
    return sorted(found, key=lambda item: json.dumps(item, sort_keys=True))


def _ignore(step: str, done: int, of: int | None) -> None:
    pass


def _merge(client: "DynamoDBClient", name: str = "errors", **options: Any) -> Merged:
    live, copy = LIVE[name]
    return Merge(
        client=client, what=RESTORABLE[name], table=live, restored=copy, progress=_ignore, clock=lambda: NOW,
        **options,
    ).run()  # fmt: skip


def test_what_is_lacking_comes_back_and_what_came_since_stays(
    client: "DynamoDBClient", monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(restoring, "MAX_KEYS", 2)
    _put(client, COPY, *map(_record, range(5)))
    _put(client, ERRORS, *map(_record, range(0, 8, 2)))
    conflict = ClientError({"Error": {"Code": "TransactionConflictException"}}, "PutItem")
    answers = chain([conflict] * 3, repeat(DEFAULT))
    monkeypatch.setattr(client, "put_item", Mock(wraps=client.put_item, side_effect=answers))
    assert _merge(client)[0] == {ItemOutcome.PUT_BACK: 2, ItemOutcome.THERE: 3}
    assert _merge(client)[0] == {ItemOutcome.THERE: 5}
    assert _held(client, ERRORS) == list(map(_record, [*range(5), 6]))


OLD, NEWER = _record(1), _record(1, folder="newer")
EXPIRED, LASTING = _record(1, expires=NOW), _record(1, expires=NOW + 1)
BEFORE, SINCE, UNTOUCHED = _incident(2), _incident(1, "ben"), _incident(0)


@pytest.mark.parametrize(
    ("name", "restored", "live", "options", "outcome", "held"),
    [
        ("errors", OLD, NEWER, {}, ItemOutcome.DIFFERS, NEWER),
        ("errors", OLD, NEWER, {"overwrite": True}, ItemOutcome.OVERWRITTEN, OLD),
        ("errors", OLD, NEWER, {"overwrite": True, "write": False}, ItemOutcome.OVERWRITTEN, NEWER),
        ("errors", OLD, None, {"write": False}, ItemOutcome.PUT_BACK, None),
        ("errors", LASTING, None, {}, ItemOutcome.PUT_BACK, LASTING),
        ("errors", EXPIRED, None, {"overwrite": True}, ItemOutcome.EXPIRED, None),
        # Of an incident that is there, only what people did, beside what the projection writes.
        ("incidents", BEFORE, None, {}, ItemOutcome.PUT_BACK, BEFORE),
        (
            "incidents",
            _incident(2, "ana", "cleared"),
            UNTOUCHED,
            {},
            ItemOutcome.PUT_BACK,
            _incident(2, "ana"),
        ),
        ("incidents", UNTOUCHED, SINCE, {"overwrite": True}, ItemOutcome.THERE, SINCE),
        ("incidents", BEFORE, SINCE, {}, ItemOutcome.DIFFERS, SINCE),
        ("incidents", BEFORE, SINCE, {"overwrite": True, "write": False}, ItemOutcome.OVERWRITTEN, SINCE),
        ("incidents", BEFORE, SINCE, {"overwrite": True}, ItemOutcome.OVERWRITTEN, BEFORE),
    ],
)
def test_what_becomes_of_an_item(
    client: "DynamoDBClient",
    name: str,
    restored: Item,
    live: Item | None,
    options: dict[str, Any],
    outcome: ItemOutcome,
    held: Item | None,
) -> None:
    table, copy = LIVE[name]
    _put(client, copy, restored)
    _put(client, table, *filter(None, [live]))
    counts, differing = _merge(client, name, **options)
    assert counts == {outcome: 1}
    assert len(differing) == (outcome is ItemOutcome.DIFFERS)
    assert _held(client, table) == list(filter(None, [held]))


@pytest.mark.parametrize(
    ("name", "live", "meanwhile"),
    [
        ("errors", _record(1, folder="spoilt"), NEWER),
        ("errors", None, NEWER),
        ("incidents", SINCE, _incident(3)),
        ("incidents", UNTOUCHED, _incident(3)),
        ("incidents", SINCE, None),
        ("incidents", UNTOUCHED, None),
    ],
)
def test_what_someone_does_between_comparison_and_writing_stays(
    client: "DynamoDBClient",
    name: str,
    live: Item | None,
    meanwhile: Item | None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    table, copy = LIVE[name]
    _put(client, copy, OLD if name == "errors" else BEFORE)
    _put(client, table, *filter(None, [live]))
    compare = Merge._read_live

    def read_live(self: Merge, items: Any) -> Iterator[Any]:
        yield from list(compare(self, items))
        if meanwhile is None:
            client.delete_item(TableName=table, Key=_INCIDENT_KEY)
        _put(client, table, *filter(None, [meanwhile]))

    monkeypatch.setattr(Merge, "_read_live", read_live)
    counts, differing = _merge(client, name, overwrite=True)
    assert (counts, len(differing)) == ({ItemOutcome.CHANGED: 1}, 1)
    assert _held(client, table) == list(filter(None, [meanwhile]))


def test_of_senders_only_what_people_did_is_put_back(client: "DynamoDBClient", ops: Ops) -> None:
    def part(name: str) -> Item:
        return {SenderAttribute.SENDER: {"S": "key-1"}, SenderAttribute.PART: {"S": name}}

    act = part(f"{ACTION_PREFIX}2026-11-24#1")
    create_table(client, "SendersCopy", SenderAttribute.SENDER, SenderAttribute.PART)
    _put(client, "SendersCopy", act, part(OWN_PART))
    said = ops("restore", "--table", "senders", "--from-table", "SendersCopy")
    assert "file-sla incidents rebuild --all" in said
    assert _held(client, SENDERS) == [act]


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
    assert "somebody deleted on purpose" in restore(*given, "--dry-run", "--keep")
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
