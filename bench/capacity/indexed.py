"""What an item costs with its indexes, by DynamoDB's rules for secondary indexes (developer guide)."""

from collections.abc import Mapping, Sequence
from typing import Any

from bench.capacity.items import WRITE_UNIT_BYTES, Item, item_bytes, units
from components.tables.specs.table import IndexSpec, TableSpec

OVERHEAD_BYTES = 100
"""DynamoDB's own, of each item and each entry of an index that it bills the storage of."""


def find_entry(table: TableSpec, index: IndexSpec, item: Item | None) -> Item | None:
    """An item's entry in an index; None where it lacks a key of it."""
    keys = _index_keys(index)
    if item is None or any(key not in item for key in keys):
        return None
    if index.projection == "ALL":
        return item
    copied = {*keys, *_table_keys(table), *index.included}
    return {name: value for name, value in item.items() if name in copied}


def write_units(table: TableSpec, before: Item | None, after: Item | None) -> Mapping[str, int]:
    """Units of writing an item, by index; the table's own under an empty name.

    The table takes them even where nothing changes. An index takes none then, and two writes where an
    entry's key changes: the old one is deleted, the new one put.
    """
    used = {"": max(1, _larger(before, after))}
    for index in table.indexes:
        old, new = find_entry(table, index, before), find_entry(table, index, after)
        if old == new:
            continue
        moves = old is not None and new is not None and _moves(index, old, new)
        used[index.name] = _units(old) + _units(new) if moves else _larger(old, new)
    return used


def stored_bytes(table: TableSpec, item: Item) -> int:
    """Of an item and its entries in all indexes."""
    entries = [find_entry(table, index, item) for index in table.indexes]
    return _stored([item, *entries])


def backed_up_bytes(table: TableSpec, item: Item) -> int:
    """What point-in-time recovery bills: tables and local indexes, no global ones (developer guide)."""
    entries = [find_entry(table, index, item) for index in table.indexes if index.local]
    return _stored([item, *entries])


def _stored(entries: Sequence[Item | None]) -> int:
    return sum(item_bytes(entry) + OVERHEAD_BYTES for entry in entries if entry is not None)


def _moves(index: IndexSpec, old: Mapping[str, Any], new: Mapping[str, Any]) -> bool:
    return any(old[key] != new[key] for key in _index_keys(index))


def _index_keys(index: IndexSpec) -> list[str]:
    return [key for key in (index.partition_key, index.sort_key) if key is not None]


def _table_keys(table: TableSpec) -> list[str]:
    return [key for key in (table.partition_key, table.sort_key) if key is not None]


def _units(item: Item | None) -> int:
    return 0 if item is None else units(item_bytes(item), WRITE_UNIT_BYTES)


def _larger(before: Item | None, after: Item | None) -> int:
    return max(_units(before), _units(after))
