from typing import Any

import pytest

from bench.units import item_bytes, write_units


def test_item_is_as_large_as_dynamodb_counts_it() -> None:
    item: dict[str, dict[str, Any]] = {
        "Id": {"S": "é"},  # 2 + 2
        "N": {"N": "123"},  # 1 + 1 + 2
        "L": {"L": [{"M": {"ab": {"S": "cde"}}}]},  # 1 + 3 + 1 + 3 + 1 + 2 + 3
    }
    assert item_bytes(item) == 4 + 4 + 14
    # Every started kilobyte costs a unit, in the table and in both indexes.
    assert [write_units([size]) for size in (1, 1024, 1025)] == [3, 3, 6]
    with pytest.raises(ValueError, match="NS"):
        item_bytes({"k": {"NS": ["1"]}})
