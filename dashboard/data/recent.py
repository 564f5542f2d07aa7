"""Answers that are good for some seconds: a click draws a page anew, and need not ask anew."""

import threading
from collections.abc import Callable, Hashable
from datetime import datetime, timedelta
from typing import Final, Generic, TypeVar

from dashboard.clock import Clock

T = TypeVar("T")

KEPT_FOR: Final = timedelta(seconds=5)
"""Less than anybody waits before looking again, and more than a few clicks take."""


class Recent(Generic[T]):
    """Remembers what was answered last to each question. Safe to share between threads.

    What an analyst asked is remembered for that analyst alone: every session has its own.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._answers: dict[Hashable, tuple[datetime, T]] = {}

    def get(self, question: Hashable, ask: Callable[[], T]) -> T:
        """The last answer, or else a new one. What `ask` raises is not remembered."""
        now = self._clock()
        with self._lock:
            self._answers = {
                asked: (at, answer)
                for asked, (at, answer) in self._answers.items()
                if timedelta() <= now - at < KEPT_FOR
            }
            if question in self._answers:
                return self._answers[question][1]
        answer = ask()
        with self._lock:
            self._answers[question] = (now, answer)
        return answer
