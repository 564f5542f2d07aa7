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
from ops.stack import Item, batch_get
from store.incidents import PEOPLES, IncidentAttribute
from store.records import Attribute
from store.runs import RunAttribute
from store.senders import ACTION_PREFIX, SenderAttribute

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


_KEYS_AT_ONCE: Final = 100
"""Items that are compared at once: as many as one BatchGetItem reads (DynamoDB quotas)."""
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


LEFT: Final = frozenset({Outcome.DIFFERS, Outcome.CHANGED})
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
        "lost anything themselves: python -m ops incidents rebuild --all",
    ),
    "senders": Restorable(
        table=Output.SENDERS_TABLE_NAME,
        keys=(SenderAttribute.SENDER, SenderAttribute.PART),
        expires=Attribute.EXPIRES_AT,
        # Everything else in it follows from the runs.
        only=(SenderAttribute.PART, ACTION_PREFIX),
        then="To apply what people did: python -m ops incidents rebuild --all",
    ),
    "incidents": Restorable(
        table=Output.INCIDENTS_TABLE_NAME,
        keys=(IncidentAttribute.SENDER, IncidentAttribute.INCIDENT_ID),
        expires=IncidentAttribute.EXPIRES_AT,
        # Everything else in an item that is there follows from the runs, and may be newer.
        attributes=PEOPLES,
        then="To apply the runs since then: python -m ops incidents rebuild --all",
    ),
}
"""By the name on the command line."""


@dataclass(frozen=True, kw_only=True)
class Target:
    """A live table, and how it is written to.

    Attributes:
        client: may read and write it.
        what: what is put back, and by which key.
        table: its name.
        write: False for a dry run.
        overwrite: whether what differs becomes what it was.
        clock: the time, in seconds since 1970.
    """

    client: "DynamoDBClient"
    what: Restorable
    table: str
    write: bool = True
    overwrite: bool = False
    clock: Callable[[], float] = time.time

    def has_expired(self, item: Item) -> bool:
        """Whether DynamoDB would delete the item."""
        expires = item.get(self.what.expires, {}).get("N")
        return expires is not None and int(expires) <= self.clock()

    def attempt(self, write: Callable[[], object], outcome: Outcome) -> Outcome:
        """Writes, unless it is a dry run; returns the outcome, or that the write's condition failed."""
        if not self.write:
            return outcome
        try:
            write()
        except self.client.exceptions.ConditionalCheckFailedException:
            return Outcome.CHANGED
        return outcome


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
        progress: called with the number of items that were compared.
    """

    target: Target
    restored: str
    progress: OnProgress

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
        keys = ({key: item[key] for key in self.target.what.keys} for item in items)
        return batch_get(self.target.client, self.target.table, keys)

    def _key(self, item: Item) -> tuple[str, ...]:
        return tuple(str(item[key]["S"]) for key in self.target.what.keys)


def merge_attributes(target: Target, item: Item, alive: Item) -> Outcome:
    """Puts an item's attributes back where the live item, `alive`, has none of them."""
    was, known = _select(target, item), _select(target, alive)
    if not was or was == known:
        return Outcome.THERE
    if known and not target.overwrite:
        return Outcome.DIFFERS
    return _set(target, was, alive, Outcome.OVERWRITTEN if known else Outcome.PUT_BACK)


def _select(target: Target, item: Item) -> Item:
    return {name: item[name] for name in target.what.attributes if name in item}


def _set(target: Target, was: Item, alive: Item, outcome: Outcome) -> Outcome:
    names = {name: f"#a{number}" for number, name in enumerate(target.what.attributes)}
    values = {name: f":a{number}" for number, name in enumerate(was)}
    update = "SET " + ", ".join(f"{names[name]} = {values[name]}" for name in was)
    if gone := [placeholder for name, placeholder in names.items() if name not in was]:
        update += " REMOVE " + ", ".join(gone)
    version = target.what.attributes[0]
    before = {":before": alive[version]} if version in alive else {}
    unchanged = f"{names[version]} = :before" if before else f"attribute_not_exists({names[version]})"
    write = partial(
        target.client.update_item,
        TableName=target.table,
        Key={key: alive[key] for key in target.what.keys},
        UpdateExpression=update,
        # The key too: if somebody has just deleted the item, an update would create it.
        ConditionExpression=f"attribute_exists(#key) AND {unchanged}",
        ExpressionAttributeNames={
            "#key": target.what.keys[0],
            **{placeholder: name for name, placeholder in names.items()},
        },
        ExpressionAttributeValues={
            **{placeholder: was[name] for name, placeholder in values.items()},
            **before,
        },
    )
    return target.attempt(write, outcome)


def merge_item(target: Target, item: Item, alive: Item | None) -> Outcome:
    """Puts an item back; `alive` is what the live table had instead."""
    if alive == item:
        return Outcome.THERE
    if target.has_expired(item):
        return Outcome.EXPIRED
    if alive is None:
        return _put(target, item, Outcome.PUT_BACK, _is_absent(target))
    return _put(target, item, Outcome.OVERWRITTEN, _is_still(alive)) if target.overwrite else Outcome.DIFFERS


def _put(target: Target, item: Item, outcome: Outcome, condition: Mapping[str, Any]) -> Outcome:
    put = partial(target.client.put_item, TableName=target.table, Item=dict(item), **condition)
    return target.attempt(put, outcome)


def _is_absent(target: Target) -> Mapping[str, Any]:
    return {
        "ConditionExpression": "attribute_not_exists(#key)",
        "ExpressionAttributeNames": {"#key": target.what.keys[0]},
    }


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
