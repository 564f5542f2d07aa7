"""Tables in memory that count: what they count, and that they do what they are asked."""

from typing import Any

import pytest

from bench.capacity.metered import MeteredTables
from components.tables.specs.table import IndexSpec, TableSpec

WAKE = IndexSpec(name="Wake", partition_key="In", sort_key="At", projection="KEYS_ONLY")
LATEST = IndexSpec(name="Latest", partition_key="Id", sort_key="Of", local=True)
SPEC = TableSpec(component="C", table_name="t", partition_key="Id", sort_key="Part", indexes=[WAKE, LATEST])
KEY = {"Id": {"S": "1"}, "Part": {"S": "a"}}


def make_tables(*items: dict[str, str]) -> MeteredTables:
    tables = MeteredTables({"t": SPEC})
    for item in items:
        tables.put_item(TableName="t", Item={name: {"S": text} for name, text in item.items()})
    tables.written.clear()
    return tables


def update(expression: str, **given: str) -> dict[str, Any]:
    return {
        "TableName": "t",
        "Key": KEY,
        "UpdateExpression": expression,
        "ExpressionAttributeNames": {"#0": "In", "#1": "At", "#2": "Of"},
        "ExpressionAttributeValues": {f":{name}": {"S": text} for name, text in given.items()},
    }


def test_update_sets_and_removes() -> None:
    tables = make_tables({"Id": "1", "Part": "a", "In": "0", "Of": "x"})
    tables.update_item(**update("SET #0 = :in, #1 = :at REMOVE #2", **{"in": "1", "at": "2"}))
    assert tables.list_items("t") == [{**KEY, "In": {"S": "1"}, "At": {"S": "2"}}]
    # One of the table, one that puts the entry, one that deletes the local one.
    assert tables.written == {("t", ""): 1, ("t", "Wake"): 1, ("t", "Latest"): 1}


def test_transaction_costs_twice_but_for_global_indexes() -> None:
    tables = make_tables({"Id": "1", "Part": "a", "In": "0", "At": "1"})
    change = update("SET #1 = :at, #2 = :of", at="2", of="x")
    put = {"TableName": "t", "Item": {"Id": {"S": "1"}, "Part": {"S": "b"}}}
    gone = {"TableName": "t", "Key": {"Id": {"S": "1"}, "Part": {"S": "b"}}}
    tables.transact_write_items(TransactItems=[{"Update": change}, {"Put": put}, {"Delete": gone}])
    assert tables.written == {("t", ""): 6, ("t", "Wake"): 2, ("t", "Latest"): 2}
    assert len(tables.list_items("t")) == 1


def test_consistent_read_costs_a_unit_for_4_kb_and_a_query_of_an_index_half() -> None:
    tables = make_tables({"Id": "1", "Part": "a", "In": "0", "At": "1", "Body": "x" * 5_000})
    assert tables.get_item(TableName="t", Key=KEY)["Item"]["At"] == {"S": "1"}
    assert tables.get_item(TableName="t", Key={**KEY, "Part": {"S": "b"}}) == {}
    asked: dict[str, Any] = {
        "TableName": "t",
        "IndexName": "Wake",
        "KeyConditionExpression": "#in = :in AND #at <= :now",
        "ExpressionAttributeNames": {"#in": "In", "#at": "At"},
        "ExpressionAttributeValues": {":in": {"S": "0"}, ":now": {"S": "1"}},
    }
    pages = tables.get_paginator("query")
    assert [page["Count"] for page in pages.paginate(**asked)] == [1]
    asked["ExpressionAttributeValues"] = {":in": {"S": "0"}, ":now": {"S": "0"}}
    assert [page["Count"] for page in pages.paginate(**asked)] == [0]
    assert tables.read == {("t", ""): 2 + 1, ("t", "Wake"): 0.5 + 0.5}


def test_query_takes_what_lies_between() -> None:
    tables = make_tables(*({"Id": "1", "Part": part} for part in "abc"), {"Id": "2", "Part": "b"})
    [page] = tables.paginate(
        TableName="t",
        ConsistentRead=True,
        KeyConditionExpression="#id = :id AND #part BETWEEN :first AND :last",
        ExpressionAttributeNames={"#id": "Id", "#part": "Part"},
        ExpressionAttributeValues={":id": {"S": "1"}, ":first": {"S": "b"}, ":last": {"S": "c"}},
    )
    assert [item["Part"]["S"] for item in page["Items"]] == ["b", "c"]


def test_what_the_model_does_not_know_is_refused() -> None:
    tables = make_tables()
    with pytest.raises(ValueError, match="ADD"):
        tables.update_item(**update("ADD #0 :in", **{"in": "1"}))
    with pytest.raises(ValueError, match="ConditionCheck"):
        tables.transact_write_items(TransactItems=[{"ConditionCheck": {}}])
