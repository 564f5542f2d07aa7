"""Puts back what the live table lacks, and never writes over what is newer."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, Final

from ops.progress import OnProgress
from ops.restore.attributes import merge_attributes
from ops.restore.outcome import LEFT, Item, Outcome
from ops.restore.target import Target
from ops.restore.whole_items import merge_item

_KEYS_AT_ONCE: Final = 100
"""BatchGetItem's limit."""
_WRITERS: Final = 8
_LISTED: Final = 20


@dataclass
class Merged:
    """How many items became what, and the first that differ."""

    counts: Counter[Outcome] = field(default_factory=Counter)
    differing: list[str] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class Merge:
    """Compares a restored table with the live one.

    Attributes:
        target: the live table; its client may scan the other.
        restored: the table that DynamoDB restored.
        progress: told how many items were compared.
    """

    target: Target
    restored: str
    progress: OnProgress

    def run(self) -> Merged:
        """Goes through the whole restored table. To do so again changes nothing more.

        Raises:
            botocore.exceptions.ClientError: AWS refused; what was put back until then stays.
        """
        merged = Merged()
        with ThreadPoolExecutor(_WRITERS) as pool:
            for items in self._scan():
                alive = {self._key(item): item for item in self._read_live(items)}
                live = [alive.get(self._key(item)) for item in items]
                for item, outcome in zip(items, pool.map(self._merge, items, live), strict=True):
                    merged.counts[outcome] += 1
                    if outcome in LEFT and len(merged.differing) < _LISTED:
                        merged.differing.append(" ".join(self._key(item)))
                self.progress("Items compared", merged.counts.total(), None)
        return merged

    def _merge(self, item: Item, alive: Item | None) -> Outcome:
        if alive is not None and self.target.what.attributes:
            return merge_attributes(self.target, item, alive)
        return merge_item(self.target, item, alive)

    def _scan(self) -> Iterator[Sequence[Item]]:
        filtered: dict[str, Any] = {}
        if self.target.what.only:
            name, beginning = self.target.what.only
            filtered = {
                "FilterExpression": "begins_with(#name, :beginning)",
                "ExpressionAttributeNames": {"#name": name},
                "ExpressionAttributeValues": {":beginning": {"S": beginning}},
            }
        for page in self.target.client.get_paginator("scan").paginate(TableName=self.restored, **filtered):
            for start in range(0, len(page["Items"]), _KEYS_AT_ONCE):
                yield page["Items"][start : start + _KEYS_AT_ONCE]

    def _read_live(self, items: Iterable[Item]) -> Iterator[Item]:
        wanted: Any = {
            self.target.table: {
                "Keys": [{key: item[key] for key in self.target.what.keys} for item in items],
                "ConsistentRead": True,
            }
        }
        while wanted:
            answer = self.target.client.batch_get_item(RequestItems=wanted)
            yield from answer["Responses"].get(self.target.table, [])
            # What did not fit into 16 MB comes with the next call.
            wanted = answer.get("UnprocessedKeys")

    def _key(self, item: Item) -> tuple[str, ...]:
        return tuple(str(item[key]["S"]) for key in self.target.what.keys)
