"""Items that are put back as a whole, where the live table lacks them."""

from collections.abc import Mapping
from functools import partial
from typing import Any, Final

from ops.restore.outcome import Item, Outcome
from ops.restore.target import Target

_SIMPLE: Final = frozenset({"S", "N", "BOOL"})


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
