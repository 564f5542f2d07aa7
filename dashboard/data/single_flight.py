"""One answer for all who ask the same thing at the same time."""

import threading
import time
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from typing import Any, Final, TypeVar

from dashboard.errors import DashboardError, ServiceFaultError, TooManyRequestsError, UnreachableError

T = TypeVar("T")

_NO_ANSWER: Final = (ServiceFaultError, TooManyRequestsError, UnreachableError)
"""Says nothing of who asked, so it holds for all who waited."""
_JUST_ASKED_SECONDS: Final = 3
"""Who is told within this that there is no answer asks once more: the attempt began before, and would have
hung on even where the network is well again. Short beside the half minute after which all is given up.
"""


def _know_nothing() -> None:
    return None


class SingleFlight:
    """Answers a question once for all who ask it meanwhile. Safe to share between threads.

    Args:
        now: seconds that go by.
    """

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._lock = threading.Lock()
        self._flights: dict[Hashable, Future[Any]] = {}

    def share(
        self, question: Hashable, ask: Callable[[], T], find: Callable[[], tuple[T] | None] = _know_nothing
    ) -> T:
        """The answer to the question: what is known, or from `ask`, or from whoever is asking already.

        Where AWS gives no answer, all who waited are told so: one after the other, the last would wait as
        often as there are analysts. Only who had just asked tries once more: see `_JUST_ASKED_SECONDS`.
        Where AWS refuses, the next one asks with credentials of its own.

        Args:
            question: tells it from others.
            ask: gives the answer, and keeps it where it is to be known.
            find: gives the answer where it is known, in a tuple.

        Raises:
            DashboardError: what `ask` raises, of whoever asked.
        """
        if known := find():
            return known[0]
        asked_at, once_more = self._now(), True
        while True:
            with self._lock:
                flight = self._flights.get(question)
                if flight is None:
                    mine = self._flights[question] = Future()
                    break
            try:
                answer: T = flight.result()
            except _NO_ANSWER:
                if not once_more or self._now() - asked_at > _JUST_ASKED_SECONDS:
                    raise
                once_more = False
            except DashboardError:
                pass
            else:
                return answer
        try:
            # Looked for again: whoever asked before may just have been answered.
            own: T = known[0] if (known := find()) else ask()
        except BaseException as failure:
            self._land(question)
            mine.set_exception(failure)
            raise
        self._land(question)
        mine.set_result(own)
        return own

    def _land(self, question: Hashable) -> None:
        # Before anybody is told: who asks once more must not get the same failure again.
        with self._lock:
            del self._flights[question]
