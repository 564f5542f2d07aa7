"""Many who ask the same at once are one who asks."""

import threading
import weakref
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import timedelta

import pandas as pd
import pytest

from dashboard.data.cache import BEHIND, KEPT_FOR, Cache
from dashboard.data.records import RecordFrames
from dashboard.errors import AccessDeniedError, DashboardError, UnreachableError
from tests.dashboard.clocks import StoppedClock

MANY = 8


def ask_together(
    monkeypatch: pytest.MonkeyPatch, *failures: DashboardError, seconds: float = 0
) -> tuple[list[Future[str]], int]:
    """All of them ask before the first is answered, which takes so long; and how often was really asked."""
    waiting, let_go = threading.Semaphore(0), threading.Event()
    left, asked = list(failures), 0

    class Watched(Future[str]):
        def result(self, timeout: float | None = None) -> str:
            waiting.release()
            return super().result(timeout)

    def answer() -> str:
        nonlocal asked
        asked += 1
        let_go.wait()
        if left:
            raise left.pop(0)
        return "answer"

    monkeypatch.setattr("dashboard.data.cache.Future", Watched)
    gone_by = 0.0
    cache = Cache(StoppedClock(), seconds=lambda: gone_by)
    with ThreadPoolExecutor(MANY) as pool:
        asking = [pool.submit(cache.share, "question", answer) for _ in range(MANY)]
        for _ in range(MANY - 1):
            waiting.acquire()
        gone_by = seconds
        let_go.set()
    return asking, asked


NO_ANSWER = UnreachableError("The table")


@pytest.mark.parametrize(
    ("failures", "seconds", "refused", "most"),
    [
        # Whoever asks meanwhile gets the same answer, and also the same lack of one.
        ([], 0, 0, 1),
        ([NO_ANSWER] * MANY, 27, MANY, 1),
        # Who had just asked when an attempt failed tries once more, and nobody more often.
        ([NO_ANSWER], 1, 1, MANY),
        ([NO_ANSWER] * 2 * MANY, 0, MANY, MANY),
        # A refusal is of who asked, and the next one asks.
        ([AccessDeniedError("not you")], 0, 1, MANY),
    ],
)
def test_many_who_ask_at_once_are_one(
    monkeypatch: pytest.MonkeyPatch, failures: list[DashboardError], seconds: float, refused: int, most: int
) -> None:
    futures, asked = ask_together(monkeypatch, *failures, seconds=seconds)
    assert sum(future.exception() is not None for future in futures) == refused
    assert {future.result() for future in futures if not future.exception()} <= {"answer"}
    assert asked <= most


def test_a_mistake_of_ours_leaves_nobody_waiting_and_what_is_shared_is_not_kept() -> None:
    cache = Cache(StoppedClock())
    with pytest.raises(ZeroDivisionError):
        cache.share("question", lambda: 1 // 0)
    answers = iter(range(9))
    assert [cache.share("question", lambda: next(answers)) for _ in range(2)] == [0, 1]


@pytest.fixture
def cache(clock: StoppedClock) -> Cache:
    return Cache(clock)


def test_whoever_changed_something_has_all_asked_anew_also_what_was_under_way(cache: Cache) -> None:
    answers = iter(range(9))

    def ask_while_somebody_acts() -> int:
        cache.forget()
        return next(answers)

    assert [cache.ask("?", lambda: next(answers)) for _ in range(2)] == [0, 0]
    cache.forget()
    assert cache.ask("?", ask_while_somebody_acts) == 1
    assert [cache.ask("?", lambda: next(answers)) for _ in range(2)] == [2, 2]


def test_what_is_long_past_outlives_it(cache: Cache, clock: StoppedClock) -> None:
    hour = timedelta(hours=1)
    cache.get("?", lambda: 1, hour)
    cache.forget()
    clock.now += hour - KEPT_FOR
    assert cache.get("?", lambda: 2, hour) == 1
    clock.now += KEPT_FOR
    assert cache.get("?", lambda: 3, hour) == 3


def test_what_was_read_of_an_item_is_known_until_its_index_has_it(cache: Cache, clock: StoppedClock) -> None:
    cache.note("table", "key", "first")
    cache.note("table", "key", "second")
    cache.note("other", "key", "third")
    assert cache.list_noted("table") == ["second"]
    clock.now += BEHIND
    assert cache.list_noted("table") == []


def rows(number: int) -> pd.DataFrame:
    return pd.DataFrame({"a": range(number)})


def test_a_result_is_computed_once_until_it_is_the_one_that_nobody_asked_for_in_the_longest_time() -> None:
    cache = Cache(StoppedClock(), capacity=5)
    kept, forgotten = cache.compute("kept", lambda: rows(2)), cache.compute("forgotten", lambda: rows(2))
    assert cache.compute("kept", lambda: pytest.fail("again")) is kept
    cache.compute("new", lambda: rows(2))
    assert cache.compute("kept", lambda: pytest.fail("again")) is kept
    assert cache.compute("forgotten", lambda: rows(2)) is not forgotten
    # What is larger than everything is kept alone.
    large = cache.compute("large", lambda: rows(9))
    assert cache.compute("large", lambda: pytest.fail("again")) is large
    assert cache.compute("kept", lambda: "anew") == "anew"


def test_a_result_of_a_result_is_found_while_it_is_computed() -> None:
    cache = Cache(StoppedClock())
    assert cache.compute("outer", lambda: cache.compute("inner", lambda: 1) + 1) == 2


def test_a_newer_version_takes_the_place_of_the_one_before_and_of_what_was_computed_of_it() -> None:
    cache = Cache(StoppedClock(), capacity=20)
    kept = cache.compute("kept", lambda: rows(4))
    old = cache.compute(("range", 1), lambda: RecordFrames(rows(1), rows(2)), version_of="range")
    of_old = cache.compute(("of", old), lambda: RecordFrames(rows(3), rows(0)))
    cache.compute(("of that", of_old), lambda: rows(4))
    other = cache.compute("one", lambda: rows(1), version_of="other")

    def compute_late() -> pd.DataFrame:
        # The versions before are gone while the next one is made, and what was forgotten counts no more.
        for number in range(20):
            cache.compute(("range", number), lambda: rows(5), version_of="range")
        return rows(3)

    assert len(cache.compute(("late", old), compute_late)) == 3
    for question in (("late", old), ("of", old), ("of that", of_old)):
        assert cache.compute(question, lambda: "anew") == "anew"
    assert cache.compute("kept", lambda: pytest.fail("again")) is kept
    assert cache.compute("one", lambda: pytest.fail("again"), version_of="other") is other
    held = weakref.ref(cache.compute("old", lambda: rows(1), version_of="range"))
    assert cache.compute("new", lambda: held() is None, version_of="range")
