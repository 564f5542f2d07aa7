"""What an item costs with its indexes, against examples reckoned by hand from the developer guide."""

import pytest

from bench.capacity.indexed import backed_up_bytes, find_entry, stored_bytes, write_units
from bench.capacity.items import Item
from components.tables.specs.table import IndexSpec, TableSpec

KEYS = IndexSpec(name="Keys", partition_key="In", sort_key="At", projection="KEYS_ONLY")
SOME = IndexSpec(name="Some", partition_key="State", projection="INCLUDE", included=["Name"])
LOCAL = IndexSpec(name="Local", partition_key="Id", sort_key="Latest", local=True)
TABLE = TableSpec(component="C", table_name="table", partition_key="Id", indexes=[KEYS, SOME, LOCAL])


def item(**texts: str) -> Item:
    return {name: {"S": text} for name, text in {"Id": "1", **texts}.items()}


def test_entry_has_the_keys_of_both_and_what_the_index_names() -> None:
    whole = item(In="a", At="b", State="up", Name="n", Body="x", Latest="l")
    assert find_entry(TABLE, KEYS, whole) == item(In="a", At="b")
    assert find_entry(TABLE, SOME, whole) == item(State="up", Name="n")
    assert find_entry(TABLE, LOCAL, whole) == whole
    assert find_entry(TABLE, KEYS, item(In="a")) is None
    assert find_entry(TABLE, KEYS, None) is None


def test_new_item_is_put_into_the_indexes_whose_keys_it_has() -> None:
    assert write_units(TABLE, None, item(State="up", Body="x" * 2_000)) == {"": 2, "Some": 1}


def test_index_takes_nothing_where_nothing_of_its_entry_changes() -> None:
    before, after = item(State="up", In="a", At="b", Body="x"), item(State="up", In="a", At="b", Body="y")
    assert write_units(TABLE, before, after) == {"": 1}


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ({"State": "up", "Name": "a"}, {"State": "up", "Name": "b"}, 1),
        ({"State": "up", "Name": "a"}, {"State": "late", "Name": "a"}, 2),
        ({"State": "up", "Name": "a"}, {"Name": "a"}, 1),
        ({"Name": "a"}, {"State": "up", "Name": "a"}, 1),
        ({"State": "up", "Name": "x" * 3_000}, {"State": "up", "Name": "a"}, 3),
        ({"State": "up", "Name": "x" * 3_000}, {"State": "late", "Name": "a"}, 3 + 1),
    ],
)
def test_changed_entry_is_one_write_and_a_moved_one_two(
    before: dict[str, str], after: dict[str, str], expected: int
) -> None:
    assert write_units(TABLE, item(**before), item(**after))["Some"] == expected


def test_write_is_billed_by_the_larger_of_before_and_after() -> None:
    large, small = item(Body="x" * 3_000), item(Body="x")
    assert write_units(TABLE, large, small) == write_units(TABLE, small, large) == {"": 3}
    assert write_units(TABLE, large, None) == {"": 3}


def test_write_of_what_is_not_there_takes_a_unit() -> None:
    assert write_units(TABLE, None, None) == {"": 1}


def test_every_entry_is_stored_with_its_overhead_and_local_ones_are_backed_up() -> None:
    stored = item(State="up", Latest="l")  # 2 + 1, 5 + 2, 6 + 1
    assert stored_bytes(TABLE, stored) == (17 + 100) + (10 + 100) + (17 + 100)
    assert backed_up_bytes(TABLE, stored) == (17 + 100) * 2
