"""How large an item is as DynamoDB bills it, and the units that writing records costs."""

from collections.abc import Iterable, Mapping
from typing import Any

Item = Mapping[str, Mapping[str, Any]]
_UNIT_BYTES = 1024
_INDEXES = 2
"""Of the table of records. Both project every attribute, so each costs as much as the table itself."""


def item_bytes(item: Item) -> int:
    """The size of an item as DynamoDB bills it (developer guide, item sizes and formats)."""
    return sum(len(name.encode()) + _value_bytes(value) for name, value in item.items())


def _value_bytes(value: Mapping[str, Any]) -> int:
    """Only the types that our tables have."""
    [(kind, content)] = value.items()
    match kind:
        case "L":
            return 3 + sum(1 + _value_bytes(element) for element in content)
        case "M":
            return 3 + len(content) + item_bytes(content)
        case "N":
            return 1 + (len(content) + 1) // 2
        case "S":
            return len(content.encode())
        case "B":
            return len(content)
        case "BOOL":
            return 1
        case _:
            raise ValueError(f"no item of ours has an attribute of the type {kind}")


def write_units(sizes: Iterable[int]) -> int:
    """The units that putting records of these sizes costs, in their table and in its indexes together."""
    return sum(-(-size // _UNIT_BYTES) for size in sizes) * (1 + _INDEXES)
