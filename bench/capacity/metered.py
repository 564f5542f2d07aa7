"""Tables in memory that count the units of what is asked of them, for the handlers to work on.

They understand what the projection and the messages ask, and nothing else: there is no emulator whose word
is taken for what AWS bills.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import ClientError

from bench.capacity.indexed import find_entry, write_units
from bench.capacity.items import READ_UNIT_BYTES, Item, item_bytes, units
from components.tables.specs.table import IndexSpec, TableSpec

_COMPARISON = re.compile(r"(#\w+) (=|<=) (:\w+)")
_BETWEEN = re.compile(r"(#\w+) BETWEEN (:\w+) AND (:\w+)")
_CLAUSE = re.compile(r"(SET|REMOVE|ADD) (.*?)(?= SET | REMOVE | ADD |$)")
TRANSACTION_FACTOR = 2
"""A write in a transaction costs twice (developer guide, on-demand capacity)."""


@dataclass
class MeteredTables:
    """A client of DynamoDB whose tables are dictionaries.

    Attributes:
        specs: the tables by name.
        written: write units by table and index; the table's own under an empty name.
        read: read units by table and index.
    """

    specs: Mapping[str, TableSpec]
    written: Counter[tuple[str, str]] = field(default_factory=Counter)
    read: Counter[tuple[str, str]] = field(default_factory=Counter)
    _items: dict[str, dict[tuple[str, ...], Item]] = field(default_factory=dict)

    def list_items(self, table: str) -> list[Item]:
        """Every item of a table."""
        return list(self._items.get(table, {}).values())

    def get_item(self, **asked: Any) -> dict[str, Any]:
        """GetItem, consistent."""
        table = asked["TableName"]
        item = self._find(table, asked["Key"])
        self.read[table, ""] += max(1, units(item_bytes(item or {}), READ_UNIT_BYTES))
        return {} if item is None else {"Item": item}

    def batch_get_item(self, **asked: Any) -> dict[str, Any]:
        """BatchGetItem: each item is billed by itself."""
        found: dict[str, list[Item]] = {}
        for table, wanted in asked["RequestItems"].items():
            consistent = 1 if wanted.get("ConsistentRead") else 0.5
            items = [self._find(table, key) for key in wanted["Keys"]]
            for item in items:
                used = max(1, units(item_bytes(item or {}), READ_UNIT_BYTES)) * consistent
                self.read[table, ""] += used  # type: ignore[assignment]
            found[table] = [item for item in items if item is not None]
        return {"Responses": found}

    def put_item(self, **asked: Any) -> dict[str, Any]:
        """PutItem without conditions."""
        self._write(asked["TableName"], asked["Item"], asked["Item"])
        return {}

    def update_item(self, **asked: Any) -> dict[str, Any]:
        """UpdateItem; its conditions hold, for nobody else is there."""
        self._update(asked)
        return {}

    def transact_write_items(self, **asked: Any) -> dict[str, Any]:
        """TransactWriteItems. Conditions of a Put may fail: two sweeps may be at one recipient."""
        holds = [self._holds(action["Put"]) for action in asked["TransactItems"] if "Put" in action]
        if not all(holds):
            reasons = [{"Code": "None" if one else "ConditionalCheckFailed"} for one in holds]
            raise ClientError(
                {"Error": {"Code": "TransactionCanceledException"}, "CancellationReasons": reasons},  # type: ignore[typeddict-item]
                "TransactWriteItems",
            )
        for action in asked["TransactItems"]:
            [(kind, wanted)] = action.items()
            match kind:
                case "Update":
                    self._update(wanted, TRANSACTION_FACTOR)
                case "Put":
                    self._write(wanted["TableName"], wanted["Item"], wanted["Item"], TRANSACTION_FACTOR)
                case "Delete":
                    self._write(wanted["TableName"], wanted["Key"], None, TRANSACTION_FACTOR)
                case _:
                    raise ValueError(f"the model knows no {kind} in a transaction")
        return {}

    def get_paginator(self, operation: str) -> "MeteredTables":
        """Only Query is paged."""
        assert operation == "query"  # noqa: S101 - the projection asks for nothing else
        return self

    def paginate(self, **asked: Any) -> Iterator[dict[str, Any]]:
        """Query: all of it as one page."""
        table, name = asked["TableName"], asked.get("IndexName", "")
        spec = self.specs[table]
        index = next((index for index in spec.indexes if index.name == name), None)
        found = [entry for entry in self._list_entries(table, index) if _fits(entry, asked)]
        size = sum(map(item_bytes, found))
        consistent = 1 if asked.get("ConsistentRead") else 0.5
        self.read[table, name] += max(1, units(size, READ_UNIT_BYTES)) * consistent  # type: ignore[assignment]
        yield {"Items": found, "Count": len(found)}

    def _list_entries(self, table: str, index: IndexSpec | None) -> Iterator[Item]:
        for item in self.list_items(table):
            entry = item if index is None else find_entry(self.specs[table], index, item)
            if entry is not None:
                yield entry

    def _holds(self, put: Mapping[str, Any]) -> bool:
        if "ConditionExpression" not in put:
            return True
        [name] = put["ExpressionAttributeNames"].values()
        before = (self._find(put["TableName"], put["Item"]) or {}).get(name)
        expected = put.get("ExpressionAttributeValues")
        return bool(before is None if expected is None else before in expected.values())

    def _update(self, asked: Mapping[str, Any], factor: int = 1) -> None:
        table, key = asked["TableName"], asked["Key"]
        after = {**(self._find(table, key) or {}), **key}
        names, given = asked["ExpressionAttributeNames"], asked.get("ExpressionAttributeValues", {})
        for action, parts in _CLAUSE.findall(asked["UpdateExpression"]):
            for part in parts.split(", "):
                name, *rest = part.split()
                match action:
                    case "SET":
                        after[names[name]] = given[rest[-1]]
                    case "REMOVE":
                        after.pop(names[name], None)
                    case _:
                        raise ValueError(f"the model knows no {action}")
        self._write(table, key, after, factor)

    def _write(self, table: str, key: Item, after: Item | None, factor: int = 1) -> None:
        before = self._find(table, key)
        spec = self.specs[table]
        # Global indexes follow by themselves: no transaction holds them.
        followers = {index.name for index in spec.indexes if not index.local}
        for index, used in write_units(spec, before, after).items():
            self.written[table, index] += used * (1 if index in followers else factor)
        items = self._items.setdefault(table, {})
        if after is None:
            items.pop(self._key_of(table, key), None)
        else:
            items[self._key_of(table, key)] = after

    def _find(self, table: str, key: Item) -> Item | None:
        return self._items.get(table, {}).get(self._key_of(table, key))

    def _key_of(self, table: str, item: Item) -> tuple[str, ...]:
        spec = self.specs[table]
        return tuple(item[name]["S"] for name in (spec.partition_key, spec.sort_key) if name is not None)


def _fits(item: Item, asked: Mapping[str, Any]) -> bool:
    condition, names = asked["KeyConditionExpression"], asked["ExpressionAttributeNames"]
    given = {name: value["S"] for name, value in asked["ExpressionAttributeValues"].items()}

    def text(name: str) -> str:
        return str(item[names[name]]["S"])

    compared = [
        text(name) == given[value] if sign == "=" else text(name) <= given[value]
        for name, sign, value in _COMPARISON.findall(condition)
    ]
    within: Sequence[bool] = [
        given[first] <= text(name) <= given[last] for name, first, last in _BETWEEN.findall(condition)
    ]
    return all([*compared, *within])
