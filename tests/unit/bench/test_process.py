from typing import Any

import pytest

from bench.children.process import item_bytes, read_units, write_units


def test_item_is_as_large_as_dynamodb_counts_it() -> None:
    item: dict[str, dict[str, Any]] = {
        "Id": {"S": "é"},  # 2 + 2
        "N": {"N": "123"},  # 1 + 1 + 2
        "L": {"L": [{"M": {"ab": {"S": "cde"}}}]},  # 1 + 3 + 1 + 3 + 1 + 2 + 3
    }
    assert item_bytes(item) == 4 + 4 + 14


@pytest.mark.parametrize(("size", "expected"), [(1, 3), (1024, 3), (1025, 6)])
def test_every_started_kilobyte_costs_a_unit_in_the_table_and_in_both_indexes(
    size: int, expected: int
) -> None:
    assert write_units([{"k": {"S": "x" * (size - 1)}}]) == expected


def test_each_page_of_a_query_costs_half_a_unit_for_each_started_4_kb() -> None:
    kilobyte = {"k": {"S": "x" * 1023}}
    assert read_units([[kilobyte] * 4, [kilobyte] * 5, []]) == 0.5 + 1 + 0.5


def test_attribute_that_no_item_has_is_refused() -> None:
    with pytest.raises(ValueError, match="NS"):
        item_bytes({"k": {"NS": ["1"]}})
