"""What a sender's own item says of its last list, however that came, and once it sends none."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import boto3
import pytest

from contract.senders import SenderAttribute
from handlers.incidents.runs import Listing, Run
from handlers.projection.applying import apply_runs
from handlers.projection.refolding import Refolding
from handlers.projection.run_table import RunTable
from handlers.projection.sender_items import own_key
from handlers.projection.sender_store import SenderStore
from handlers.runs.run_items import build_run_items
from handlers.runs.told import ToldRun
from handlers.web import telemetry
from tests.projection_tables import INCIDENTS, RUNS, SENDERS, create_projection_tables

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

NOW = datetime(2026, 11, 23, 20, 15, 4, tzinfo=UTC)
OF_THE_LIST = (SenderAttribute.WATCHED, SenderAttribute.UNREADABLE, SenderAttribute.UNREADABLE_FOLDERS)
FIRST = Listing(read=frozenset({r"d:\in"}), errors=((r"e:\in", "Access is denied."),))
SECOND = Listing(read=frozenset({r"d:\out"}))


@pytest.fixture
def client(aws: None) -> Iterator["DynamoDBClient"]:
    client = boto3.client("dynamodb", region_name="us-east-1")
    create_projection_tables(client)
    telemetry.metrics.clear_metrics()
    yield client
    telemetry.metrics.clear_metrics()


def _told(run_id: str, listing: Listing | None, minutes: int = 0, part: int = 1, parts: int = 1) -> ToldRun:
    moment = NOW + timedelta(minutes=minutes)
    run = Run(
        sender="key", run_id=run_id, moment=moment, arrival=moment, listing=listing, part=part, parts=parts
    )
    spelt = {r"e:\in": r"E:\In"} if listing is FIRST else {}
    return ToldRun(run=run, sender_name="files", reported_by="files", spelt=spelt, lost_letters=part)


def _store(client: "DynamoDBClient", *told: ToldRun) -> SenderStore:
    for one in told:
        for item in build_run_items(one, timedelta(days=35)):
            client.put_item(TableName=RUNS, Item=item)
    return SenderStore(client, SENDERS, INCIDENTS, None, clock=lambda: NOW)


def _refold(store: SenderStore, client: "DynamoDBClient") -> None:
    Refolding(store, RunTable(client, RUNS)).refold(store.read("key"), NOW + timedelta(minutes=1))


def _own(client: "DynamoDBClient") -> dict[str, Any]:
    return dict(client.get_item(TableName=SENDERS, Key=own_key("key"))["Item"])


def test_a_list_in_parts_is_told_as_one(client: "DynamoDBClient") -> None:
    parts = (_told("1", FIRST, part=1, parts=2), _told("1", SECOND, part=2, parts=2))
    _refold(_store(client, *parts), client)
    own = _own(client)
    assert own[SenderAttribute.WATCHED] == {"N": "3"}
    assert own[SenderAttribute.UNREADABLE] == {"N": "1"}
    [unreadable] = own[SenderAttribute.UNREADABLE_FOLDERS]["L"]
    assert unreadable["M"]["Folder"] == {"S": r"E:\In"}
    assert own[SenderAttribute.LOST_LETTERS] == {"N": "3"}


@pytest.mark.parametrize("refold", [False, True])
def test_who_sends_no_list_any_more_has_none(client: "DynamoDBClient", refold: bool) -> None:
    told = [_told("1", FIRST), _told("2", None, minutes=1)]
    store = _store(client, *told)
    apply_runs(store, "key", told[:1])
    assert _own(client).keys() >= set(OF_THE_LIST)
    if refold:
        _refold(store, client)
    else:
        apply_runs(store, "key", told[1:])
    assert not _own(client).keys() & set(OF_THE_LIST)
