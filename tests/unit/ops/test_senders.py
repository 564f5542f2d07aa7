"""Senders that were set aside, released by command, with or without their runs."""

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from store.dynamodb import Reader
from store.senders import SenderAttribute, SenderTable, sender_key
from store.state import SenderStore
from tests.stands.projection_tables import INCIDENTS, RUNS, SENDERS
from tests.unit.ops.conftest import Ops
from tests.unit.ops.test_incidents import FIRST, NOW, SECOND, _put_run

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


@pytest.fixture
def senders(client: "DynamoDBClient") -> SenderTable:
    """One that is set aside, with 30 runs, beside one that is not."""
    for minute in range(30):
        _put_run(client, FIRST, NOW - timedelta(minutes=minute))
    _put_run(client, SECOND, NOW)
    store = SenderStore(client, SENDERS, INCIDENTS, None, clock=lambda: NOW)
    store.senders.mark_for_replay(FIRST.key, NOW)
    store.set_aside(store.begin_replay(store.read(FIRST.key)))
    assert store.senders.list_set_aside(NOW) == [FIRST.key]
    return SenderTable(Reader(client), SENDERS)


def test_release_has_the_sweep_try_again(ops: Ops, senders: SenderTable) -> None:
    assert "Released: key-1." in ops("senders", "release", FIRST.key)
    assert senders.list_set_aside(NOW) == []
    item = senders.reader.get(SENDERS, sender_key(FIRST.key)) or {}
    assert SenderAttribute.REPLAY_SINCE in item
    assert not {SenderAttribute.REPLAY_ATTEMPTS, SenderAttribute.SET_ASIDE_AT} & item.keys()


def test_delete_runs_deletes_those_of_one_sender_and_only_when_told(
    ops: Ops, senders: SenderTable, client: "DynamoDBClient"
) -> None:
    assert "30 runs" in ops("senders", "delete-runs", FIRST.key, code=1)
    assert client.scan(TableName=RUNS)["Count"] == 31
    answer = ops.json("senders", "delete-runs", FIRST.key, "--yes")
    assert answer == {"released": [FIRST.key], "deleted": 30}
    assert [item["Sender"]["S"] for item in client.scan(TableName=RUNS)["Items"]] == [SECOND.key]
    assert senders.list_set_aside(NOW) == []


def test_a_sender_that_nobody_knows(ops: Ops, senders: SenderTable) -> None:
    assert "nobody" in ops("senders", "release", "nobody", code=1)
