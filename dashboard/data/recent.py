"""Answers that are good for some seconds: a click draws a page anew, and need not ask anew."""

import threading
from collections.abc import Callable, Hashable
from datetime import datetime, timedelta
from typing import Any, Final, TypeVar

from dashboard.clock import Clock
from dashboard.data.single_flight import SingleFlight

T = TypeVar("T")

KEPT_FOR: Final = timedelta(seconds=2)
"""Less than anybody waits before looking again, and more than it takes until all of a team have asked."""


class Recent:
    """Remembers what was answered last to each question. Safe to share between threads.

    Everyone who is signed in shares the answers, for the reason that `HourCache` gives: whoever gets here may
    read all of it. Nobody may change what is answered.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._answers: dict[Hashable, tuple[datetime, Any]] = {}
        self._flights = SingleFlight()

    def get(self, question: Hashable, ask: Callable[[], T]) -> T:
        """The last answer, or else a new one, for which `ask` runs once at a time.

        Args:
            question: with what tells it from the questions of others, such as the table's name.
            ask: gives the answer. What it raises is not remembered.
        """

        def ask_and_keep() -> T:
            asked_at = self._clock()
            answer = ask()
            with self._lock:
                self._answers[question] = (asked_at, answer)
            return answer

        answer: T = self._flights.share(question, ask_and_keep, lambda: self._find(question))
        return answer

    def _find(self, question: Hashable) -> tuple[Any] | None:
        now = self._clock()
        with self._lock:
            self._answers = {
                asked: (at, answer)
                for asked, (at, answer) in self._answers.items()
                if timedelta() <= now - at < KEPT_FOR
            }
            return (self._answers[question][1],) if question in self._answers else None
