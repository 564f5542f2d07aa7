"""DynamoDB tables in memory, which answer in microseconds.

They understand what the projection, people's actions and the notifications ask, and refuse the rest. Each
kind of expression also runs on moto, which parses all of it: see the fixtures that begin with `moto_`.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import ClientError

from store.dynamodb import MAX_WRITES, IndexSpec, TableSpec
from store.incidents import INCIDENTS_TABLE
from store.notifications import NOTIFICATIONS_TABLE
from store.records import RECORDS_TABLE
from store.runs import RUNS_TABLE
from store.senders import SENDERS_TABLE

Item = Mapping[str, Mapping[str, Any]]

_CONDITION = re.compile(r"attribute_not_exists\((#\w+)\)|(#\w+) ([=<]) (:\w+)")
_PART = re.compile(r", (?=[#\w])")
_COMPARISON = re.compile(r"(#\w+) (=|<=) (:\w+)")
_BETWEEN = re.compile(r"(#\w+) BETWEEN (:\w+) AND (:\w+)")
_CLAUSE = re.compile(r"(SET|REMOVE|ADD) (.*?)(?= SET | REMOVE | ADD |$)")


def make_memory_tables() -> "MemoryTables":
    """The stack's five tables, empty."""
    specs = (RECORDS_TABLE, RUNS_TABLE, SENDERS_TABLE, INCIDENTS_TABLE, NOTIFICATIONS_TABLE)
    return MemoryTables({spec.name: spec for spec in specs})


@dataclass
class MemoryTables:
    """A client of DynamoDB whose tables are dictionaries."""

    specs: Mapping[str, TableSpec]
    """By name."""
    written: Counter[str] = field(default_factory=Counter)
    """How many items, by table."""
    _items: dict[str, dict[tuple[str, ...], Item]] = field(default_factory=dict)

    def list_items(self, table: str) -> list[Item]:
        return list(self._items.get(table, {}).values())

    def get_item(self, **asked: Any) -> dict[str, Any]:
        item = self._find(asked["TableName"], asked["Key"])
        return {} if item is None else {"Item": item}

    def batch_get_item(self, **asked: Any) -> dict[str, Any]:
        found: dict[str, list[Item]] = {}
        for table, wanted in asked["RequestItems"].items():
            items = [self._find(table, key) for key in wanted["Keys"]]
            found[table] = [item for item in items if item is not None]
        return {"Responses": found}

    def put_item(self, **asked: Any) -> dict[str, Any]:
        self._check([asked], "PutItem")
        self._write(asked["TableName"], asked["Item"], asked["Item"])
        return {}

    def update_item(self, **asked: Any) -> dict[str, Any]:
        self._check([asked], "UpdateItem")
        self._update(asked)
        return {"Attributes": self._find(asked["TableName"], asked["Key"])}

    def delete_item(self, **asked: Any) -> dict[str, Any]:
        self._write(asked["TableName"], asked["Key"], None)
        return {}

    def scan(self, **asked: Any) -> dict[str, Any]:
        """Scan: all of it as one page."""
        return {"Items": self.list_items(asked["TableName"])}

    def transact_write_items(self, **asked: Any) -> dict[str, Any]:
        wanted_items = [wanted for action in asked["TransactItems"] for wanted in action.values()]
        keys = {(one["TableName"], self._key_of(one["TableName"], _key_in(one))) for one in wanted_items}
        assert len(keys) == len(wanted_items) <= MAX_WRITES, "DynamoDB refuses such a transaction"
        self._check(wanted_items, "TransactWriteItems")
        for action in asked["TransactItems"]:
            [(kind, wanted)] = action.items()
            if kind == "Update":
                self._update(wanted)
            elif kind in ("Put", "Delete"):
                self._write(wanted["TableName"], _key_in(wanted), wanted.get("Item"))
            else:
                assert kind == "ConditionCheck", f"memory tables know no {kind} in a transaction"
        return {}

    def get_paginator(self, operation: str) -> "MemoryTables":
        assert operation == "query"
        return self

    def paginate(self, **asked: Any) -> Iterator[dict[str, Any]]:
        """Query: all of it as one page."""
        table = asked["TableName"]
        indexes = {index.name: index for index in self.specs[table].indexes}
        index = indexes[asked["IndexName"]] if "IndexName" in asked else None
        entries = (self._find_entry(table, index, item) for item in self.list_items(table))
        found = [entry for entry in entries if entry is not None and _fits(entry, asked)]
        if sort_key := index.sort_key if index else self.specs[table].sort_key:
            backwards = not asked.get("ScanIndexForward", True)
            found.sort(key=lambda entry: str(entry[sort_key]["S"]), reverse=backwards)
        yield {"Items": found, "Count": len(found)}

    def _find_entry(self, table: str, index: IndexSpec | None, item: Item) -> Item | None:
        """An item's entry in an index; None where the item lacks a key of it."""
        if index is None:
            return item
        keys = [key for key in (index.partition_key, index.sort_key) if key is not None]
        if any(key not in item for key in keys):
            return None
        if index.projection == "ALL":
            return item
        spec = self.specs[table]
        copied = {*keys, spec.partition_key, spec.sort_key, *index.included}
        return {name: value for name, value in item.items() if name in copied}

    def _check(self, asked: Sequence[Mapping[str, Any]], operation: str) -> None:
        """Fails as DynamoDB does where a condition does not hold."""
        codes = ["None" if self._holds(one) else "ConditionalCheckFailed" for one in asked]
        if "ConditionalCheckFailed" not in codes:
            return
        alone = operation != "TransactWriteItems"
        response: Any = {
            "Error": {"Code": "ConditionalCheckFailedException" if alone else "TransactionCanceledException"},
            "CancellationReasons": [{"Code": code} for code in codes],
        }
        raise ClientError(response, operation)

    def _holds(self, asked: Mapping[str, Any]) -> bool:
        before = self._find(asked["TableName"], _key_in(asked)) or {}
        names, given = asked.get("ExpressionAttributeNames", {}), asked.get("ExpressionAttributeValues", {})

        def holds(condition: str) -> bool:
            if (found := _CONDITION.fullmatch(condition)) is None:
                raise ValueError(f"memory tables know no condition {condition}")
            absent, name, sign, value = found.groups()
            there = before.get(names[absent or name])
            if sign == "<":
                return there is not None and there["S"] < given[value]["S"]
            return bool(there == (given[value] if name else None))

        every = filter(None, asked.get("ConditionExpression", "").split(" AND "))
        return all(any(map(holds, one.split(" OR "))) for one in every)

    def _update(self, asked: Mapping[str, Any]) -> None:
        table, key = asked["TableName"], asked["Key"]
        after = {**(self._find(table, key) or {}), **key}
        names, given = asked.get("ExpressionAttributeNames", {}), asked.get("ExpressionAttributeValues", {})
        for action, parts in _CLAUSE.findall(asked.get("UpdateExpression", "")):
            for part in _PART.split(parts):
                name, *rest = part.split()
                name = names.get(name, name)
                match action:
                    case "SET" if "list_append" in part:
                        before = after.get(name, {"L": []})["L"]
                        after[name] = {"L": [*before, *given[rest[-1].rstrip(")")]["L"]]}
                    case "SET":
                        after[name] = given[rest[-1]]
                    case "REMOVE":
                        after.pop(name, None)
                    case _:
                        number = int(after.get(name, {"N": 0})["N"]) + int(given[rest[-1]]["N"])
                        after[name] = {"N": str(number)}
        self._write(table, key, after)

    def _write(self, table: str, key: Item, after: Item | None) -> None:
        self.written[table] += 1
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


def _key_in(asked: Mapping[str, Any]) -> Item:
    found: Item = asked["Key"] if "Key" in asked else asked["Item"]
    return found


def _fits(item: Item, asked: Mapping[str, Any]) -> bool:
    condition, names = asked["KeyConditionExpression"], asked["ExpressionAttributeNames"]
    given = {name: value["S"] for name, value in asked["ExpressionAttributeValues"].items()}
    condition = f"{condition} {asked.get('FilterExpression', '')}"

    def text(name: str) -> str:
        return str(item[names[name]]["S"])

    compared = [
        text(name) == given[value] if sign == "=" else text(name) <= given[value]
        for name, sign, value in _COMPARISON.findall(condition)
    ]
    within = [given[first] <= text(name) <= given[last] for name, first, last in _BETWEEN.findall(condition)]
    return all([*compared, *within])
