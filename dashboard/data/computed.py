"""What was computed of records, once for all who look at the same."""

import threading
import weakref
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, Final, TypeVar

import pandas as pd

from dashboard.data.frames import RecordFrames
from dashboard.data.single_flight import SingleFlight
from dashboard.memory import return_small_memory

T = TypeVar("T")

CAPACITY: Final = 2_000_000
"""Rows remembered before what nobody asked for in the longest time is forgotten."""


class Computed:
    """Remembers results by what they were computed of. Safe to share between threads.

    Nobody may change a result: others have it too.
    """

    def __init__(self, capacity: int = CAPACITY) -> None:
        self._capacity = capacity
        self._lock = threading.Lock()
        self._size = 0
        self._results: OrderedDict[Hashable, Any] = OrderedDict()
        self._newest: dict[Hashable, Hashable] = {}
        self._outdated: weakref.WeakSet[RecordFrames] = weakref.WeakSet()
        self._flights = SingleFlight()

    def get(self, of: Hashable, compute: Callable[[], T], *, version_of: Hashable = None) -> T:
        """The result, computed only where it is not remembered, and once at a time.

        Args:
            of: everything that it depends on, and what it is. Frames count by identity: they are equal to
                themselves alone, and stay so for as long as they are remembered here.
            compute: gives the result, and draws nothing.
            version_of: what this is the newest version of. The one before is forgotten first, with all that
                was computed of it: a range that ends now is another one each minute, nobody goes back, and
                both at once are twice the memory.
        """

        def compute_and_keep() -> T:
            with self._lock:
                self._forget_before(of, version_of)
            result = compute()
            self._keep(of, result, version_of)
            if version_of is not None:
                # It is large, and took much that is small: a month of hours was unpacked for it.
                return_small_memory()
            return result

        result: T = self._flights.share(of, compute_and_keep, lambda: self._find(of))
        return result

    def _find(self, of: Hashable) -> tuple[Any] | None:
        with self._lock:
            if of not in self._results:
                return None
            self._results.move_to_end(of)
            return (self._results[of],)

    def _keep(self, of: Hashable, result: Any, version_of: Hashable) -> None:
        with self._lock:
            if any(_is_part(frames, of) for frames in self._outdated):
                # A newer version came while this was computed, and would be kept from going by it.
                return
            self._forget_before(of, version_of)
            if version_of is not None:
                self._newest[version_of] = of
            self._size += _count_rows(result) - _count_rows(self._results.pop(of, None))
            self._results[of] = result
            while self._size > self._capacity and len(self._results) > 1:
                self._drop(next(iter(self._results)))
            self._newest = {
                whole: newest for whole, newest in self._newest.items() if newest in self._results
            }

    def _forget_before(self, of: Hashable, version_of: Hashable) -> None:
        """Drops the newest version, where it is another one."""
        before = self._newest.get(version_of, of)
        if before != of:
            self._forget(before)

    def _forget(self, of: Hashable) -> None:
        """Drops a result, and what was computed of it."""
        if of not in self._results:
            return
        result = self._drop(of)
        if isinstance(result, RecordFrames):
            self._outdated.add(result)
        for other in [other for other in self._results if _is_part(result, other)]:
            self._forget(other)

    def _drop(self, of: Hashable) -> Any:
        result = self._results.pop(of)
        self._size -= _count_rows(result)
        return result


def hold_weakly(result: pd.DataFrame, make_again: Callable[[], pd.DataFrame]) -> Callable[[], pd.DataFrame]:
    """Gives a result later on, made again where nobody else has it any more.

    What outlives a page's run would otherwise keep the version of a range that this run saw, and each open
    page another one.

    Args:
        result: what is given as long as it is there.
        make_again: gives the same once more.
    """
    held = weakref.ref(result)

    def give() -> pd.DataFrame:
        known = held()
        return make_again() if known is None else known

    return give


def _is_part(result: Any, of: Hashable) -> bool:
    return isinstance(of, tuple) and any(part is result for part in of)


def _count_rows(result: Any) -> int:
    match result:
        case RecordFrames():
            return len(result.records) + len(result.files)
        case pd.DataFrame():
            return len(result)
        case None:
            return 0
        case _:
            return 1
