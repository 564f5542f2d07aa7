"""Many who ask the same at once are one who asks."""

import ctypes
import subprocess
import sys
import threading
import weakref
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import timedelta

import pandas as pd
import pytest

from contract.names import ROOT
from dashboard.data.cache import BEHIND, KEPT_FOR, Cache
from dashboard.data.records import RecordFrames
from dashboard.errors import AccessDeniedError, DashboardError, UnreachableError
from tests.dashboard.clocks import StoppedClock

MANY = 8


class Asking:
    """Answers once it is let go, and counts how often it was asked."""

    def __init__(self, *failures: DashboardError) -> None:
        self.asked = 0
        self.seconds = 0.0
        """How long the first one waits."""
        self.let_go = threading.Event()
        self._failures = list(failures)

    def __call__(self) -> str:
        self.asked += 1
        number = self.asked
        self.let_go.wait()
        if len(self._failures) >= number:
            raise self._failures[number - 1]
        return f"answer {number}"


def ask_together(ask: Asking, monkeypatch: pytest.MonkeyPatch) -> list[Future[str]]:
    """All of them ask before the first is answered."""
    waiting = threading.Semaphore(0)

    class Watched(Future[str]):
        def result(self, timeout: float | None = None) -> str:
            waiting.release()
            return super().result(timeout)

    monkeypatch.setattr("dashboard.data.cache.Future", Watched)
    gone_by = 0.0
    cache = Cache(StoppedClock(), seconds=lambda: gone_by)
    with ThreadPoolExecutor(MANY) as pool:
        asking = [pool.submit(cache.share, "question", ask) for _ in range(MANY)]
        for _ in range(MANY - 1):
            waiting.acquire()
        gone_by = ask.seconds
        ask.let_go.set()
    return asking


def test_whoever_asks_meanwhile_gets_the_same_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    ask = Asking()
    assert {future.result() for future in ask_together(ask, monkeypatch)} == {"answer 1"}
    assert ask.asked == 1


def test_no_answer_is_everybodys(monkeypatch: pytest.MonkeyPatch) -> None:
    ask = Asking(*[UnreachableError("The table")] * MANY)
    ask.seconds = 27
    assert all(isinstance(future.exception(), UnreachableError) for future in ask_together(ask, monkeypatch))
    assert ask.asked == 1


def test_who_had_just_asked_when_an_attempt_failed_tries_once_more(monkeypatch: pytest.MonkeyPatch) -> None:
    ask = Asking(UnreachableError("The table"))
    ask.seconds = 1
    [failed, *others] = sorted(ask_together(ask, monkeypatch), key=lambda future: future.exception() is None)
    assert isinstance(failed.exception(), UnreachableError)
    assert all(future.result().startswith("answer") for future in others)


def test_nobody_tries_more_often_than_that(monkeypatch: pytest.MonkeyPatch) -> None:
    ask = Asking(*[UnreachableError("The table")] * 2 * MANY)
    assert all(isinstance(future.exception(), UnreachableError) for future in ask_together(ask, monkeypatch))
    assert ask.asked <= MANY


def test_a_refusal_is_of_who_asked_and_the_next_one_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    ask = Asking(AccessDeniedError("not you"))
    futures = ask_together(ask, monkeypatch)
    refused = [future for future in futures if future.exception()]
    assert len(refused) == 1
    assert all(future.result().startswith("answer") for future in futures if future not in refused)


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


MEGABYTE = 2**20
# In a process of its own: how this one takes memory is not changed, and nothing else frees any meanwhile.
SCRIPT = """
import numpy as np, psutil, pyarrow as pa, pyarrow.compute as pc
from dashboard.data.cache import return_large_memory, return_small_memory

return_large_memory()
one = pa.array(np.arange({numbers}))
held = [pc.add(one, number) for number in range({arrays})]
del held[::2]
full = psutil.Process().memory_info().rss
{give_back}
print(full - psutil.Process().memory_info().rss)
"""


def _given_back(**how: object) -> int:
    """How many bytes the process holds less after it gave back."""
    script = SCRIPT.format(**how)
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return int(done.stdout)


@pytest.mark.skipif(not hasattr(ctypes.CDLL(None), "malloc_trim"), reason="not the C library of GNU")
def test_small_arrays_between_others_that_are_held_are_given_back_when_told() -> None:
    # 64 MB, of which every other 16 KB are free.
    small = {"numbers": 2_048, "arrays": 4_096}
    assert _given_back(**small, give_back="") < 4 * MEGABYTE
    assert _given_back(**small, give_back="return_small_memory()") > 16 * MEGABYTE
