"""What was asked and computed, once for all who look: one cache with one policy.

A question is answered once at a time, and whoever asks it meanwhile waits for that answer. The question says
how long the answer is good: figures of CloudWatch are not kept, what the tables of senders and incidents hold
is good for two seconds, what was computed of records is good until it is forgotten. Where the answers weigh
more than the capacity, those that nobody asked for in the longest time are forgotten.

Everyone who is signed in shares the answers. That is safe because whoever gets here has shown AWS that they
may read all of it, and `SessionStore.verify` has every page make sure that it is still so.
"""

import ctypes
import threading
import time
import weakref
from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple, TypeVar

import pandas as pd
import pyarrow as pa

from contract.moments import Clock
from dashboard.data.records import RecordFrames, StoredHour
from dashboard.errors import DashboardError, ServiceFaultError, TooManyRequestsError, UnreachableError

T = TypeVar("T")

CAPACITY: Final = 2_000_000
"""Rows of all frames that are remembered at most."""
KEPT_FOR: Final = timedelta(seconds=2)
"""Less than anybody waits before looking again, and more than it takes until all of a team have asked."""
BEHIND: Final = timedelta(seconds=10)
"""For so long, what was read of an item counts beside an index, which usually follows within a second."""
_NOT_AT_ALL: Final = timedelta()
_NO_ANSWER: Final = (ServiceFaultError, TooManyRequestsError, UnreachableError)
"""Says nothing of who asked, so it holds for all who waited."""
_JUST_ASKED_SECONDS: Final = 3
"""Whoever asked within this asks once more where there is no answer: the attempt began before, and would have
hung on even where the network is well again. Short beside the half minute after which all is given up.
"""


class _Answer(NamedTuple):
    question: Hashable
    answer: Any
    asked_at: datetime
    good_for: timedelta | None
    """None where it is good until it is forgotten."""
    weight: int

    def is_good(self, now: datetime) -> bool:
        # An answer from the future is none: the clock was put back.
        return self.good_for is None or _NOT_AT_ALL <= now - self.asked_at < self.good_for


class Cache:
    """Answers to questions. Safe to share between threads.

    Nobody may change an answer: others have it too. Together they weigh `capacity` rows at most, or the
    newest more alone; `seconds` is a clock that never goes back.
    """

    def __init__(
        self, clock: Clock, capacity: int = CAPACITY, seconds: Callable[[], float] = time.monotonic
    ) -> None:
        self._clock = clock
        self._capacity = capacity
        self._seconds = seconds
        self._lock = threading.Lock()
        self._flights: dict[Hashable, Future[Any]] = {}
        self._answers: OrderedDict[Hashable, _Answer] = OrderedDict()
        """By question, or by what they are the newest version of; those asked for last come last."""
        self._weight = 0
        self._generation = 0
        self._outdated: weakref.WeakSet[RecordFrames] = weakref.WeakSet()

    def share(self, question: Hashable, ask: Callable[[], T]) -> T:
        """The answer of whoever is asking already, or else from `ask`. It is not kept."""
        return self.get(question, ask, _NOT_AT_ALL)

    def ask(self, question: Hashable, ask: Callable[[], T]) -> T:
        """What was answered in the last two seconds, or a new answer; `forget` has it asked anew."""
        # Of a later generation it is another question: an answer that is under way does not count for it.
        return self.get((self._generation, question), ask, KEPT_FOR)

    def compute(self, of: Hashable, compute: Callable[[], T], *, version_of: Hashable = None) -> T:
        """A result, computed only where it is not remembered.

        Args:
            of: everything that it depends on, and what it is. Frames count by identity: they are equal to
                themselves alone, and stay so for as long as they are remembered here.
            compute: gives the result, and draws nothing.
            version_of: what this is the newest version of. The one before is forgotten first, with all that
                was computed of it: a range that ends now is another one each minute, nobody goes back, and
                both at once are twice the memory.
        """

        def compute_newest() -> T:
            with self._lock:
                self._drop(version_of)
            result = compute()
            # It is large, and took much that is small: a month of hours was unpacked for it.
            return_small_memory()
            return result

        return self.get(of, compute if version_of is None else compute_newest, None, version_of)

    def get(
        self,
        question: Hashable,
        ask: Callable[[], T],
        good_for: timedelta | None,
        version_of: Hashable = None,
    ) -> T:
        """What is known, or what `ask` or whoever is asking already answers.

        Where AWS gives no answer, all who waited get that failure: one after the other, the last would wait
        as often as there are analysts. Only who had just asked tries once more: see `_JUST_ASKED_SECONDS`.
        Where AWS refuses, the next one asks with credentials of its own. No failure is remembered.

        A question has what makes it unique, such as the table's name. An answer that is `good_for` None is
        good until it is forgotten. What `version_of` is, `compute` says.
        """
        began, once_more = self._seconds(), True
        while True:
            with self._lock:
                if good_for != _NOT_AT_ALL and (known := self._find(question, version_of)):
                    found: T = known.answer
                    return found
                flight = self._flights.get(question)
                if flight is None:
                    mine = self._flights[question] = Future()
                    break
            try:
                answer: T = flight.result()
            except _NO_ANSWER:
                if not once_more or self._seconds() - began > _JUST_ASKED_SECONDS:
                    raise
                once_more = False
            except DashboardError:
                pass
            else:
                return answer
        try:
            asked_at, own = self._clock(), ask()
            if good_for != _NOT_AT_ALL:
                self._keep(_Answer(question, own, asked_at, good_for, _weigh(own)), version_of)
        except BaseException as failure:
            mine.set_exception(self._land(question, failure))
            raise
        mine.set_result(self._land(question, own))
        return own

    def find(self, question: Hashable) -> tuple[Any] | None:
        """The answer where it is known and still good, in a tuple."""
        with self._lock:
            known = self._find(question)
            return (known.answer,) if known else None

    def forget(self) -> None:
        """Has everything asked anew that is good for two seconds: somebody has changed something."""
        with self._lock:
            self._generation += 1

    def note(self, table: str, key: str, item: object) -> None:
        """Keeps what was just read of an item of a table, of which its indexes may know later."""
        self._keep(_Answer(("noted", table, key), item, self._clock(), BEHIND, 1))

    def list_noted(self, table: str) -> list[Any]:
        """What was read of items of the table, of which its indexes may not know yet."""
        now = self._clock()
        with self._lock:
            return [
                known.answer
                for question, known in self._answers.items()
                if known.is_good(now) and isinstance(question, tuple) and question[:2] == ("noted", table)
            ]

    def _find(self, question: Hashable, version_of: Hashable = None) -> _Answer | None:
        place = version_of or question
        known = self._answers.get(place)
        if known is None or known.question != question or not known.is_good(self._clock()):
            return None
        self._answers.move_to_end(place)
        return known

    def _land(self, question: Hashable, outcome: T) -> T:
        # Before anybody gets it: who asks once more must not get the same failure again.
        with self._lock:
            del self._flights[question]
        return outcome

    def _keep(self, kept: _Answer, version_of: Hashable = None) -> None:
        with self._lock:
            if any(_is_part(frames, kept.question) for frames in self._outdated):
                # A newer version came while this was computed, and would be kept from going by it.
                return
            if kept.good_for is not None:
                now = self._clock()
                for old in [old for old, one in self._answers.items() if not one.is_good(now)]:
                    self._drop(old)
            place = version_of or kept.question
            self._drop(place)
            self._answers[place] = kept
            self._weight += kept.weight
            while self._weight > self._capacity and len(self._answers) > 1:
                self._drop(next(iter(self._answers)))

    def _drop(self, place: Hashable) -> None:
        """Forgets an answer, and what was computed of it."""
        if (known := self._answers.pop(place, None)) is None:
            return
        self._weight -= known.weight
        if isinstance(known.answer, RecordFrames):
            self._outdated.add(known.answer)
            for other in [one for one, its in self._answers.items() if _is_part(known.answer, its.question)]:
                self._drop(other)


def _is_part(frames: RecordFrames, question: Hashable) -> bool:
    return isinstance(question, tuple) and any(part is frames for part in question)


def _weigh(answer: Any) -> int:
    """Rows; of what has none, 1."""
    match answer:
        case StoredHour():
            return answer.size
        case RecordFrames():
            return len(answer.records) + len(answer.files)
        case pd.DataFrame() | list() | tuple():
            return max(1, len(answer))
        case _:
            return 1


_M_MMAP_THRESHOLD: Final = -3
_M_ARENA_MAX: Final = -8
"""The parameters' numbers in glibc's malloc.h."""
_ARENAS: Final = 2
"""Each of many would keep what it once had, and only one thread at a time runs Python anyway."""
_LARGE_BYTES: Final = 256 * 1024


def return_large_memory() -> None:
    """Has memory that large arrays took go back to the system as soon as they are gone.

    glibc would keep it: each large array that is freed raises the size from which it asks the system
    (mallopt(3), M_MMAP_THRESHOLD), and what lies between smaller ones is never given back. Arrow keeps what
    it took as well. A month of records needs several times its size while it is computed, and for that
    moment alone. Where the C library is another one, nothing is changed.
    """
    pa.set_memory_pool(pa.system_memory_pool())
    if mallopt := getattr(ctypes.CDLL(None), "mallopt", None):
        mallopt(_M_MMAP_THRESHOLD, _LARGE_BYTES)
        mallopt(_M_ARENA_MAX, _ARENAS)


def return_small_memory() -> None:
    """Gives back what many small arrays took and left; it takes some milliseconds.

    They lie beside what is still in use, and glibc gives back the end of its memory alone (malloc_trim(3)).
    """
    if trim := getattr(ctypes.CDLL(None), "malloc_trim", None):
        trim(0)
