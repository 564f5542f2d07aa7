"""Answers that are good for some seconds: a click draws a page anew, and need not ask anew."""

import threading
from collections.abc import Callable, Hashable
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple, TypeVar

from dashboard.clock import Clock
from dashboard.data.single_flight import SingleFlight

T = TypeVar("T")

KEPT_FOR: Final = timedelta(seconds=2)
"""Less than anybody waits before looking again, and more than it takes until all of a team have asked."""
BEHIND: Final = timedelta(seconds=10)
"""For so long, what was read of an item counts beside an index, which usually follows within a second."""


class _Answer(NamedTuple):
    at: datetime
    kept_for: timedelta | None
    answer: Any

    def holds(self, now: datetime) -> bool:
        return timedelta() <= now - self.at < (self.kept_for or KEPT_FOR)


class Recent:
    """Remembers what was answered last to each question. Safe to share between threads.

    Everyone who is signed in shares the answers, for the reason that `HourCache` gives: whoever gets here may
    read all of it. Nobody may change what is answered.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._answers: dict[Hashable, _Answer] = {}
        self._generation = 0
        self._read: dict[tuple[str, str], tuple[datetime, Any]] = {}
        self._flights = SingleFlight()

    def get(self, question: Hashable, ask: Callable[[], T], kept_for: timedelta | None = None) -> T:
        """The last answer, or else a new one, for which `ask` runs once at a time.

        Args:
            question: with what tells it from the questions of others, such as the table's name.
            ask: gives the answer. What it raises is not remembered.
            kept_for: how long the answer is good for, where that is longer than usual; `forget` keeps it.
        """
        # Of a later generation, it is another question: an answer that is under way does not count for it.
        asked = (self._generation if kept_for is None else 0, question)

        def ask_and_keep() -> T:
            asked_at = self._clock()
            answer = ask()
            with self._lock:
                self._answers[asked] = _Answer(asked_at, kept_for, answer)
            return answer

        answer: T = self._flights.share(asked, ask_and_keep, lambda: self._find(asked))
        return answer

    def forget(self) -> None:
        """Has everything but what is long past asked anew: somebody has changed something."""
        with self._lock:
            self._generation += 1

    def note(self, table: str, key: str, item: object) -> None:
        """Keeps what was just read of an item of a table, of which its indexes may know later."""
        with self._lock:
            self._read[table, key] = (self._clock(), item)

    def list_noted(self, table: str) -> list[Any]:
        """What was read of items of the table, of which its indexes may not know yet."""
        now = self._clock()
        with self._lock:
            self._read = {
                known: (at, item)
                for known, (at, item) in self._read.items()
                if timedelta() <= now - at < BEHIND
            }
            return [item for (of, _), (_, item) in self._read.items() if of == table]

    def _find(self, question: Hashable) -> tuple[Any] | None:
        now = self._clock()
        with self._lock:
            self._answers = {asked: one for asked, one in self._answers.items() if one.holds(now)}
            return (self._answers[question].answer,) if question in self._answers else None
