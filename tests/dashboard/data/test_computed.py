"""Results that many share."""

import weakref

import pandas as pd
import pytest

from dashboard.data.computed import Computed, hold_weakly
from dashboard.data.frames import RecordFrames


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


def test_a_newer_version_takes_the_place_of_the_one_before_and_of_what_was_computed_of_it() -> None:
    computed = Computed()

    def version(number: int) -> pd.DataFrame:
        return computed.get(("range", number), lambda: rows(number), version_of="range")

    frames = RecordFrames(rows(1), rows(2))
    old = computed.get(("range", 1), lambda: frames, version_of="range")
    of_old = computed.get(("of", old), lambda: RecordFrames(rows(3), rows(0)))
    computed.get(("of that", of_old), lambda: rows(4))
    other = computed.get(("other", 1), lambda: rows(5), version_of="other")
    version(2)
    assert computed.get(("of that", of_old), lambda: "anew") == "anew"
    assert computed.get(("of", old), lambda: "anew") == "anew"
    assert computed.get(("other", 1), lambda: pytest.fail("again")) is other
    assert computed.get(("range", 1), lambda: "anew", version_of="range") == "anew"


def test_the_version_before_is_gone_while_the_next_one_is_made() -> None:
    computed = Computed()
    held = weakref.ref(computed.get("old", lambda: rows(1), version_of="range"))
    assert computed.get("new", lambda: held() is None, version_of="range")


def test_what_was_forgotten_counts_no_more() -> None:
    computed = Computed(capacity=10)
    kept = computed.get("kept", lambda: rows(4))
    for number in range(20):
        computed.get(("range", number), lambda: rows(5), version_of="range")
    assert computed.get("kept", lambda: rows(4)) is kept


def test_the_same_version_again_is_not_forgotten() -> None:
    computed = Computed()
    first = computed.get("a", lambda: rows(1), version_of="range")
    assert computed.get("a", lambda: pytest.fail("again"), version_of="range") is first


def test_what_is_held_weakly_is_given_while_it_is_there_and_made_again_after() -> None:
    frame = rows(2)
    give = hold_weakly(frame, lambda: rows(3))
    assert give() is frame
    del frame
    assert len(give()) == 3


def test_what_was_computed_of_an_older_version_is_not_kept() -> None:
    computed = Computed()
    old = computed.get("old", lambda: RecordFrames(rows(1), rows(2)), version_of="range")

    def compute() -> pd.DataFrame:
        computed.get("new", lambda: RecordFrames(rows(1), rows(2)), version_of="range")
        return rows(3)

    assert len(computed.get(("of", old), compute)) == 3
    assert computed.get(("of", old), lambda: "anew") == "anew"
