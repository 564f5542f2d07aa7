"""What is remembered for some seconds, and what of that somebody's own action takes away."""

from datetime import timedelta

import pytest

from dashboard.data.recent import BEHIND, KEPT_FOR, Recent
from tests.dashboard.stopped_clock import StoppedClock


@pytest.fixture
def clock() -> StoppedClock:
    return StoppedClock()


@pytest.fixture
def recent(clock: StoppedClock) -> Recent:
    return Recent(clock)


def test_whoever_changed_something_has_all_asked_anew(recent: Recent) -> None:
    answers = iter(range(9))
    assert [recent.get("?", lambda: next(answers)) for _ in range(2)] == [0, 0]
    recent.forget()
    assert [recent.get("?", lambda: next(answers)) for _ in range(2)] == [1, 1]


def test_an_answer_that_was_under_way_does_not_count_afterwards(recent: Recent) -> None:
    def ask() -> str:
        recent.forget()
        return "from before"

    assert recent.get("?", ask) == "from before"
    assert recent.get("?", lambda: "from after") == "from after"


def test_what_is_long_past_outlives_it(recent: Recent, clock: StoppedClock) -> None:
    hour = timedelta(hours=1)
    recent.get("?", lambda: 1, kept_for=hour)
    recent.forget()
    clock.now += hour - KEPT_FOR
    assert recent.get("?", lambda: 2, kept_for=hour) == 1
    clock.now += KEPT_FOR
    assert recent.get("?", lambda: 3, kept_for=hour) == 3


def test_what_was_read_of_an_item_is_known_until_its_index_has_it(
    recent: Recent, clock: StoppedClock
) -> None:
    recent.note("table", "key", "first")
    recent.note("table", "key", "second")
    recent.note("other", "key", "third")
    assert recent.list_noted("table") == ["second"]
    clock.now += BEHIND
    assert recent.list_noted("table") == []
