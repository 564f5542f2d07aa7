"""Results that many share."""

import pandas as pd
import pytest

from dashboard.data.computed import Computed


def rows(number: int) -> pd.DataFrame:
    return pd.DataFrame({"a": range(number)})


def test_a_result_is_computed_once_and_is_the_same_for_everyone() -> None:
    computed = Computed()
    first = computed.get("a", lambda: rows(1))
    assert computed.get("a", lambda: pytest.fail("again")) is first
    assert computed.get("b", lambda: rows(2)) is not first


def test_what_nobody_asked_for_in_the_longest_time_goes_first() -> None:
    computed = Computed(capacity=5)
    kept, forgotten = computed.get("kept", lambda: rows(2)), computed.get("forgotten", lambda: rows(2))
    assert computed.get("kept", lambda: rows(2)) is kept
    computed.get("new", lambda: rows(2))
    assert computed.get("kept", lambda: rows(2)) is kept
    assert computed.get("forgotten", lambda: rows(2)) is not forgotten


def test_what_is_larger_than_everything_is_kept_alone() -> None:
    computed = Computed(capacity=5)
    computed.get("small", lambda: rows(1))
    large = computed.get("large", lambda: rows(9))
    assert computed.get("large", lambda: rows(9)) is large
    assert computed.get("small", lambda: "anew") == "anew"


def test_a_result_of_a_result_is_found_while_it_is_computed() -> None:
    computed = Computed()
    assert computed.get("outer", lambda: computed.get("inner", lambda: 1) + 1) == 2
