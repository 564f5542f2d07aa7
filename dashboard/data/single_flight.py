"""One answer for all who ask the same thing at the same time."""

import threading
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from typing import Any, Final, TypeVar

from dashboard.errors import DashboardError, ServiceFaultError, TooManyRequestsError, UnreachableError

T = TypeVar("T")

_NO_ANSWER: Final = (ServiceFaultError, TooManyRequestsError, UnreachableError)
"""Says nothing of who asked, so it holds for all who waited."""


def _know_nothing() -> None:
    return None


class SingleFlight:
    """Answers a question once for all who ask it meanwhile. Safe to share between threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._flights: dict[Hashable, Future[Any]] = {}

    def share(
        self, question: Hashable, ask: Callable[[], T], find: Callable[[], tuple[T] | None] = _know_nothing
    ) -> T:
        """The answer to the question: what is known, or from `ask`, or from whoever is asking already.

        Where AWS gives no answer, all who waited are told so: one after the other, the last would wait as
        often as there are analysts. Where it refuses, the next one asks with credentials of its own.

        Args:
            question: tells it from others.
            ask: gives the answer, and keeps it where it is to be known.
            find: gives the answer where it is known, in a tuple.

        Raises:
            DashboardError: what `ask` raises, of whoever asked.
        """
        if known := find():
            return known[0]
        while True:
            with self._lock:
                flight = self._flights.get(question)
                if flight is None:
                    mine = self._flights[question] = Future()
                    break
            try:
                answer: T = flight.result()
            except _NO_ANSWER:
                raise
            except DashboardError:
                continue
            return answer
        try:
            # Looked for again: whoever asked before may just have been answered.
            mine.set_result(known[0] if (known := find()) else ask())
        except BaseException as failure:
            mine.set_exception(failure)
            raise
        finally:
            with self._lock:
                del self._flights[question]
        own: T = mine.result()
        return own
