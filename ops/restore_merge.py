"""Puts back into a live table what a restored one holds and it lacks, and never writes over what is newer."""

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from contract.names import Output
from ops.command import OnProgress
from store.dynamodb import MAX_KEYS, ConflictError, Item, Update, get_items, retry_write, update_item
from store.incidents import PEOPLES, IncidentAttribute
from store.records import Attribute
from store.runs import RunAttribute
from store.senders import ACTION_PREFIX, SenderAttribute

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


_WRITERS: Final = 8
_LISTED: Final = 20
_SIMPLE: Final = frozenset({"S", "N", "BOOL"})


class ItemOutcome(StrEnum):
    """What became of a restored item."""

    THERE = "there already"
    EXPIRED = "expired meanwhile"
    PUT_BACK = "put back"
    DIFFERS = "differs"
    OVERWRITTEN = "overwritten"
    CHANGED = "changed meanwhile"
    """By someone else, between the comparison and the writing: it stays as it is."""


LEFT: Final = frozenset({ItemOutcome.DIFFERS, ItemOutcome.CHANGED})
"""What leaves something for its owner to decide."""


@dataclass(frozen=True, kw_only=True)
class Restorable:
    """A table of a stack, and the items of it that are put back."""

    table: Output
    """The stack's output that names it."""
    keys: tuple[str, ...]
    """Partition key, and sort key where it has one."""
    expires: str
    """The attribute by which DynamoDB deletes an item, in seconds since 1970."""
    only: tuple[str, str] | None = None
    """An attribute and what it begins with, where not all items are put back."""
    attributes: tuple[str, ...] = ()
    """If given, only these are put back into an item that is there. An item with any of them has the first,
    which every change gives another value."""
    then: str = ""
    """What is left to do afterwards, in a sentence."""


RESTORABLE: Final[Mapping[str, Restorable]] = {
    "errors": Restorable(table=Output.TABLE_NAME, keys=(Attribute.ERROR_ID,), expires=Attribute.EXPIRES_AT),
    "runs": Restorable(
        table=Output.RUNS_TABLE_NAME,
        keys=(RunAttribute.SENDER, RunAttribute.RUN_KEY),
        expires=RunAttribute.EXPIRES_AT,
        then="The runs go to senders and incidents as late ones, with the next sweeps. If those tables had "
        "lost anything themselves: file-sla incidents rebuild --all",
    ),
    "senders": Restorable(
        table=Output.SENDERS_TABLE_NAME,
        keys=(SenderAttribute.SENDER, SenderAttribute.PART),
        expires=Attribute.EXPIRES_AT,
        # Everything else in it follows from the runs.
        only=(SenderAttribute.PART, ACTION_PREFIX),
        then="To apply what people did: file-sla incidents rebuild --all",
    ),
    "incidents": Restorable(
        table=Output.INCIDENTS_TABLE_NAME,
        keys=(IncidentAttribute.SENDER, IncidentAttribute.INCIDENT_ID),
        expires=IncidentAttribute.EXPIRES_AT,
        # Everything else in an item that is there follows from the runs, and may be newer.
        attributes=PEOPLES,
        then="To apply the runs since then: file-sla incidents rebuild --all",
    ),
}
"""By the name on the command line."""


@dataclass
class Merged:
    """How many items became what, and the first that differ."""

    counts: Counter[ItemOutcome] = field(default_factory=Counter)
    differing: list[str] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class Merge:
    """Compares a restored table with the live one, and puts back what this one lacks.

    Attributes:
        client: may scan the restored table, and read and write the live one.
        what: what is put back, and by which key.
        table: the live table.
        restored: the table that DynamoDB restored.
        progress: called with the number of items that were compared.
        write: False for a dry run.
        overwrite: whether what differs becomes what it was.
        clock: the time, in seconds since 1970.
    """

    client: "DynamoDBClient"
    what: Restorable
    table: str
    restored: str
    progress: OnProgress
    write: bool = True
    overwrite: bool = False
    clock: Callable[[], float] = time.time

    def run(self) -> Merged:
        """Goes through the whole restored table. Run again, it changes nothing more.

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
            for start in range(0, len(page["Items"]), MAX_KEYS):
                yield page["Items"][start : start + MAX_KEYS]

    def _read_live(self, items: Iterable[Item]) -> Iterator[Item]:
        keys = [{key: item[key] for key in self.what.keys} for item in items]
        return get_items(self.client, self.table, keys, consistent=True)

    def _key(self, item: Item) -> tuple[str, ...]:
        return tuple(str(item[key]["S"]) for key in self.what.keys)

    def _merge(self, item: Item, alive: Item | None) -> ItemOutcome:
        """Puts an item back; `alive` is what the live table has instead."""
        if alive is not None and self.what.attributes:
            return self._merge_attributes(item, alive)
        if alive == item:
            return ItemOutcome.THERE
        expires = item.get(self.what.expires, {}).get("N")
        if expires is not None and int(expires) <= self.clock():
            return ItemOutcome.EXPIRED
        if alive is None:
            return self._put(item, ItemOutcome.PUT_BACK, Update(if_still={self.what.keys[0]: None}))
        if not self.overwrite:
            return ItemOutcome.DIFFERS
        # It is as it was read by all its attributes that are no lists or maps: whoever writes one of those
        # writes a moment or a count beside it.
        simple = {name: value for name, value in alive.items() if value.keys() <= _SIMPLE}
        return self._put(item, ItemOutcome.OVERWRITTEN, Update(if_still=simple))

    def _put(self, item: Item, outcome: ItemOutcome, condition: Update) -> ItemOutcome:
        put = partial(self.client.put_item, TableName=self.table, Item=dict(item), **condition.arguments())
        return self._attempt(partial(retry_write, put), outcome)

    def _merge_attributes(self, item: Item, alive: Item) -> ItemOutcome:
        """Puts an item's attributes back where the live item, `alive`, has none of them."""
        was, known = (
            {name: one[name] for name in self.what.attributes if name in one} for one in (item, alive)
        )
        if not was or was == known:
            return ItemOutcome.THERE
        if known and not self.overwrite:
            return ItemOutcome.DIFFERS
        key, version = self.what.keys[0], self.what.attributes[0]
        update = Update(
            values={name: was.get(name) for name in self.what.attributes},
            # The key too: if somebody has just deleted the item, an update would create it.
            if_still={key: alive[key], version: alive.get(version)},
        )
        keys = {key: alive[key] for key in self.what.keys}
        outcome = ItemOutcome.OVERWRITTEN if known else ItemOutcome.PUT_BACK
        return self._attempt(partial(update_item, self.client, self.table, keys, update), outcome)

    def _attempt(self, write: Callable[[], object], outcome: ItemOutcome) -> ItemOutcome:
        """Writes, unless it is a dry run; returns the outcome, or that the write's condition failed."""
        if not self.write:
            return outcome
        try:
            write()
        except (ConflictError, self.client.exceptions.ConditionalCheckFailedException):
            return ItemOutcome.CHANGED
        return outcome
