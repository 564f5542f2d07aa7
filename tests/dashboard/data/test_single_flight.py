"""Many who ask the same at once are one who asks."""

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from dashboard.data.single_flight import SingleFlight
from dashboard.errors import AccessDeniedError, DashboardError, UnreachableError

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

    monkeypatch.setattr("dashboard.data.single_flight.Future", Watched)
    gone_by = 0.0
    flights = SingleFlight(lambda: gone_by)
    with ThreadPoolExecutor(MANY) as pool:
        asking = [pool.submit(flights.share, "question", ask) for _ in range(MANY)]
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


def test_who_had_just_asked_when_an_attempt_failed_tries_once_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
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


@pytest.mark.parametrize("other", ["question", "another"])
def test_once_answered_it_is_asked_anew(other: str) -> None:
    flights = SingleFlight()
    answers: list[Callable[[], str]] = [lambda: "first", lambda: "second"]
    assert flights.share("question", answers[0]) == "first"
    assert flights.share(other, answers[1]) == "second"


def test_a_mistake_of_ours_leaves_nobody_waiting() -> None:
    flights = SingleFlight()
    with pytest.raises(ZeroDivisionError):
        flights.share("question", lambda: 1 // 0)
    assert flights.share("question", lambda: 1) == 1
