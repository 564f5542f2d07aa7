"""What one item or one sender that cannot be read keeps from the others: nothing."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import boto3
import pytest

from contract.runs import RunAttribute, RunItem
from contract.senders import OWN_PART, SenderAttribute
from handlers.incidents.runs import Run
from handlers.projection.dead_letters import DeadLetters
from handlers.projection.refolding import Refolding
from handlers.projection.run_table import RunTable
from handlers.projection.sender_store import SenderStore
from handlers.projection.stream import StreamReader
from handlers.projection.sweeping import Sweep
from handlers.runs.run_items import build_run_items
from handlers.runs.told import ToldRun
from handlers.web import telemetry
from tests.projection_tables import INCIDENTS, RUNS, SENDERS, create_projection_tables

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

NOW = datetime(2026, 11, 23, 20, 15, 4, tzinfo=UTC)


class _Letters(DeadLetters):
    def __init__(self) -> None:
        object.__setattr__(self, "keys", [])

    keys: list[str]

    def put(self, *given: Any) -> None:
        _, run_key, _ = given
        self.keys.append(run_key)


@pytest.fixture
def client(aws: None) -> Iterator["DynamoDBClient"]:
    client = boto3.client("dynamodb", region_name="us-east-1")
    create_projection_tables(client)
    telemetry.metrics.clear_metrics()
    yield client
    telemetry.metrics.clear_metrics()


def _store(client: "DynamoDBClient") -> SenderStore:
    return SenderStore(client, SENDERS, INCIDENTS, None, clock=lambda: NOW)


def _sweep(client: "DynamoDBClient") -> None:
    store = _store(client)
    refolding = Refolding(store, RunTable(client, RUNS))
    Sweep(client=client, senders_table=SENDERS, store=store, refolding=refolding).run(NOW, lambda: 60)


def _put_run(client: "DynamoDBClient", sender: str) -> None:
    told = ToldRun(
        run=Run(sender=sender, run_id="1", moment=NOW, arrival=NOW), sender_name=sender, reported_by=sender
    )
    for item in build_run_items(told, timedelta(days=35)):
        client.put_item(TableName=RUNS, Item=item)


def test_a_refused_report_that_cannot_be_read_holds_nothing_up(client: "DynamoDBClient") -> None:
    letters = _Letters()
    reader = StreamReader(
        client=client, senders_table=SENDERS, store=_store(client), dead_letters=letters
    )  # fmt: skip
    item: dict[str, Any] = {
        RunAttribute.SENDER: {"S": "key-1"},
        RunAttribute.RUN_KEY: {"S": "0"},
        RunAttribute.ITEM: {"S": RunItem.REFUSED},
    }
    reader.read([{"eventName": "INSERT", "dynamodb": {"NewImage": item}}])
    assert letters.keys == ["0"]


def test_a_sender_that_cannot_be_read_keeps_the_sweep_from_no_other(client: "DynamoDBClient") -> None:
    store = _store(client)
    # Two of one shard, of which the index tells the older mark first.
    client.put_item(
        TableName=SENDERS,
        Item={
            SenderAttribute.SENDER: {"S": "broken"},
            SenderAttribute.PART: {"S": OWN_PART},
            SenderAttribute.BODY: {"S": "{}"},
            SenderAttribute.WAKES_IN: {"S": "0"},
            SenderAttribute.WAKES_AT: {"S": "2026-11-23T20:00:00Z"},
        },
    )
    for number in range(8):
        _put_run(client, f"key-{number}")
        store.mark(f"key-{number}")
    _sweep(client)
    assert all(store.read(f"key-{number}").sender for number in range(8))
