"""Puts back what the live table lacks, and never writes over what is newer."""

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from ops.progress import OnProgress
from ops.restore.what import Restorable

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

Item = Mapping[str, Any]
"""In DynamoDB's own form: `{"Folder": {"S": "inbound"}}`."""
_KEYS_AT_ONCE: Final = 100
"""BatchGetItem's limit."""
_WRITERS: Final = 8
_LISTED: Final = 20
_SIMPLE: Final = frozenset({"S", "N", "BOOL"})


class Outcome(StrEnum):
    """What became of a restored item."""

    THERE = "there already"
    EXPIRED = "expired meanwhile"
    PUT_BACK = "put back"
    DIFFERS = "differs"
    OVERWRITTEN = "overwritten"
    CHANGED = "changed meanwhile"
    """By someone else, between the comparison and the writing: it stays as it is."""


@dataclass
class Merged:
    """How many items became what, and the first that differ."""

    counts: Counter[Outcome] = field(default_factory=Counter)
    differing: list[str] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class Merge:
    """Compares a restored table with the live one.

    Attributes:
        client: may scan the one, and read and write the other.
        what: which items, and by which key.
        restored: the table that DynamoDB restored.
        live: the live table.
        progress: told how many items were compared.
        write: whether anything is written.
        overwrite: whether what differs becomes what it was.
        clock: the time, in seconds since 1970.
    """

    client: "DynamoDBClient"
    what: Restorable
    restored: str
    live: str
    progress: OnProgress
    write: bool = True
    overwrite: bool = False
    clock: Callable[[], float] = time.time

    def run(self) -> Merged:
        """Goes through the whole restored table. To do so again changes nothing more.

        Raises:
            botocore.exceptions.ClientError: AWS refused; what was put back until then stays.
        """
        merged = Merged()
        with ThreadPoolExecutor(_WRITERS) as pool:
            for items in self._scan():
                alive = {self._key(item): item for item in self._read_live(items)}
                pairs = [(item, alive.get(self._key(item))) for item in items]
                for item, outcome in zip(items, pool.map(self._merge, pairs), strict=True):
                    merged.counts[outcome] += 1
                    if outcome in {Outcome.DIFFERS, Outcome.CHANGED} and len(merged.differing) < _LISTED:
                        merged.differing.append(" ".join(self._key(item)))
                self.progress("Items compared", merged.counts.total(), None)
        return merged

    def _scan(self) -> Iterator[Sequence[Item]]:
        filtered: dict[str, Any] = {}
        if self.what.only:
            name, beginning = self.what.only
            filtered = {
                "FilterExpression": "begins_with(#name, :beginning)",
                "ExpressionAttributeNames": {"#name": name},
                "ExpressionAttributeValues": {":beginning": {"S": beginning}},
            }
        for page in self.client.get_paginator("scan").paginate(TableName=self.restored, **filtered):
            for start in range(0, len(page["Items"]), _KEYS_AT_ONCE):
                yield page["Items"][start : start + _KEYS_AT_ONCE]

    def _read_live(self, items: Iterable[Item]) -> Iterator[Item]:
        wanted: Any = {
            self.live: {
                "Keys": [{key: item[key] for key in self.what.keys} for item in items],
                "ConsistentRead": True,
            }
        }
        while wanted:
            answer = self.client.batch_get_item(RequestItems=wanted)
            yield from answer["Responses"].get(self.live, [])
            # What did not fit into 16 MB comes with the next call.
            wanted = answer.get("UnprocessedKeys")

    def _merge(self, pair: tuple[Item, Item | None]) -> Outcome:
        item, alive = pair
        if alive == item:
            return Outcome.THERE
        if self._has_expired(item):
            return Outcome.EXPIRED
        if alive is None:
            return self._put(item, Outcome.PUT_BACK, self._is_absent())
        return self._put(item, Outcome.OVERWRITTEN, _is_still(alive)) if self.overwrite else Outcome.DIFFERS

    def _put(self, item: Item, outcome: Outcome, condition: Mapping[str, Any]) -> Outcome:
        if not self.write:
            return outcome
        try:
            self.client.put_item(TableName=self.live, Item=dict(item), **condition)
        except self.client.exceptions.ConditionalCheckFailedException:
            return Outcome.CHANGED
        return outcome

    def _is_absent(self) -> Mapping[str, Any]:
        return {
            "ConditionExpression": "attribute_not_exists(#key)",
            "ExpressionAttributeNames": {"#key": self.what.keys[0]},
        }

    def _has_expired(self, item: Item) -> bool:
        expires = item.get(self.what.expires, {}).get("N")
        return expires is not None and int(expires) <= self.clock()

    def _key(self, item: Item) -> tuple[str, ...]:
        return tuple(str(item[key]["S"]) for key in self.what.keys)


def _is_still(alive: Item) -> Mapping[str, Any]:
    """The condition that an item is as it was read, by all its attributes that are no lists or maps.

    Whoever writes one of those writes a moment or a count beside it.
    """
    simple = [(name, value) for name, value in alive.items() if value.keys() <= _SIMPLE]
    return {
        "ConditionExpression": " AND ".join(f"#a{number} = :a{number}" for number in range(len(simple))),
        "ExpressionAttributeNames": {f"#a{number}": name for number, (name, _) in enumerate(simple)},
        "ExpressionAttributeValues": {f":a{number}": value for number, (_, value) in enumerate(simple)},
    }
