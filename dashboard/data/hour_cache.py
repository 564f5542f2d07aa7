"""What is remembered of past hours, which can no longer change."""

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from contract.moments import HOUR, start_of_hour
from dashboard.clock import Clock
from dashboard.data.records import PackedRecords, Records
from dashboard.data.single_flight import SingleFlight

SETTLING: Final = timedelta(minutes=5)
"""A report is dated when it arrives and stored a little later; after this an hour changes no more."""
CAPACITY: Final = 3_000_000
"""Records and files remembered before the hours nobody asked for in the longest time are forgotten."""

_Key = tuple[datetime, bool]
"""An hour, and whether with its files."""


@dataclass(frozen=True, eq=False)
class StoredHour:
    """The records of an hour. It is equal to itself alone, so what is computed of it is known by it."""

    hour: datetime
    packed: PackedRecords

    def records(self) -> Records:
        """Unpacked anew each time."""
        return self.packed.unpack()


class HourCache:
    """Hours of records, shared by everyone who is signed in to this dashboard. Safe to share between threads.

    Past hours are remembered. The current one is asked for each time, once for all who ask at one moment.

    Sharing is safe because whoever gets here has shown AWS that they may read all of it, and
    `SessionStore.verify` has every page make sure that it is still so.
    """

    def __init__(self, clock: Clock, capacity: int = CAPACITY) -> None:
        self._clock = clock
        self._capacity = capacity
        self._lock = threading.Lock()
        self._size = 0
        self._hours: OrderedDict[_Key, StoredHour] = OrderedDict()
        self._flights = SingleFlight()
        self._unsettled: dict[_Key, StoredHour] = {}

    def is_settled(self, hour: datetime) -> bool:
        """Whether the hour's records can no longer change."""
        return self._clock() >= start_of_hour(hour) + HOUR + SETTLING

    def get(self, hour: datetime, *, with_files: bool) -> StoredHour | None:
        """The settled hour, if it is here. One with files serves whoever needs none, too."""
        keys = [(hour, True)] if with_files else [(hour, False), (hour, True)]
        with self._lock:
            for key in keys:
                if key in self._hours:
                    self._hours.move_to_end(key)
                    return self._hours[key]
        return None

    def fetch(self, hour: datetime, query: Callable[[], Records], *, with_files: bool) -> StoredHour:
        """The hour, queried only if it is not here; whoever wants it meanwhile waits for the same query.

        Raises:
            DashboardError: what `query` raises.
        """

        def find() -> tuple[StoredHour] | None:
            known = self.get(hour, with_files=with_files)
            return (known,) if known else None

        return self._flights.share(
            (hour, with_files), lambda: self.put(hour, query(), with_files=with_files), find
        )

    def put(self, hour: datetime, records: Records, *, with_files: bool) -> StoredHour:
        """Remembers an hour; one that may still change only until the next time that it is put."""
        key, packed = (hour, with_files), records.pack()
        settled = self.is_settled(hour)
        with self._lock:
            before = self._unsettled.pop(key, None)
            # The same as the last time: what was computed of it goes on counting.
            stored = before if before and before.packed == packed else StoredHour(hour, packed)
            if not settled:
                self._unsettled = {
                    known: one for known, one in self._unsettled.items() if not self.is_settled(known[0])
                }
                self._unsettled[key] = stored
                return stored
            self._size += _count(stored) - _count(self._hours.pop(key, None))
            self._hours[key] = stored
            while self._size > self._capacity:
                _, forgotten = self._hours.popitem(last=False)
                self._size -= _count(forgotten)
        return stored


def _count(stored: StoredHour | None) -> int:
    return stored.packed.size if stored else 0
