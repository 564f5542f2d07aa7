"""What is remembered of past hours, which can no longer change."""

import threading
from collections import OrderedDict
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from contract.moments import HOUR, start_of_hour
from dashboard.clock import Clock
from dashboard.data.frames import Record, RecordFrames

SETTLING: Final = timedelta(minutes=5)
"""A report is dated when it arrives and stored a little later; after this an hour changes no more."""
CAPACITY: Final = 3_000_000
"""Records and files remembered before the hours nobody asked for in the longest time are forgotten."""
MAX_FRAMES: Final = 3
"""Stretches of hours kept as data frames too, so that a click does not make them anew."""

Stretch = tuple[tuple[datetime, ...], bool]
"""Settled hours in order, and whether with their files."""


class HourCache:
    """Past hours, shared by everyone who is signed in to this dashboard. Safe to share between threads.

    Sharing is safe because whoever gets here has shown AWS that they may read all of it, and
    `SessionStore.verify` has every page make sure that it is still so.
    """

    def __init__(self, clock: Clock, capacity: int = CAPACITY) -> None:
        self._clock = clock
        self._capacity = capacity
        self._lock = threading.Lock()
        self._size = 0
        self._hours: OrderedDict[tuple[datetime, bool], list[Record]] = OrderedDict()
        self._frames: OrderedDict[Stretch, RecordFrames] = OrderedDict()

    def is_settled(self, hour: datetime) -> bool:
        """Whether the hour's records can no longer change."""
        return self._clock() >= start_of_hour(hour) + HOUR + SETTLING

    def get(self, hour: datetime, *, with_files: bool) -> list[Record] | None:
        """The hour's records, if they are here. Those with files serve whoever needs none, too."""
        keys = [(hour, True)] if with_files else [(hour, False), (hour, True)]
        with self._lock:
            for key in keys:
                if key in self._hours:
                    self._hours.move_to_end(key)
                    return self._hours[key]
        return None

    def put(self, hour: datetime, records: list[Record], *, with_files: bool) -> None:
        """Remembers a settled hour, and nothing of one that may still change."""
        if not self.is_settled(hour):
            return
        with self._lock:
            replaced = self._hours.pop((hour, with_files), None)
            self._size += _count(records) - _count(replaced or [])
            self._hours[hour, with_files] = records
            while self._size > self._capacity:
                _, forgotten = self._hours.popitem(last=False)
                self._size -= _count(forgotten)

    def get_frames(self, stretch: Stretch, make: Callable[[], RecordFrames]) -> RecordFrames:
        """The frames of settled hours, made only if they are not among the last ones asked for."""
        with self._lock:
            known = self._frames.pop(stretch, None)
        frames = known or make()
        with self._lock:
            self._frames[stretch] = frames
            while len(self._frames) > MAX_FRAMES:
                self._frames.popitem(last=False)
        return frames


def _count(records: list[Record]) -> int:
    return len(records) + sum(len(record.files) for record in records)
