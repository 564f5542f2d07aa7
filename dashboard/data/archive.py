"""What is remembered of past hours, which can no longer change."""

import threading
from collections import OrderedDict
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from dashboard.clock import Clock
from dashboard.data.frames import Breaches, Row
from handlers.times import HOUR, hour_of

SETTLING: Final = timedelta(minutes=5)
"""A report is dated when it arrives and stored a little later; after this an hour changes no more."""
CAPACITY: Final = 3_000_000
"""Reports and files remembered before the hours nobody asked for in the longest time are forgotten."""
FRAMED: Final = 3
"""Stretches of hours kept as frames too, so that a click does not make them anew."""

Hours = tuple[tuple[datetime, ...], bool]
"""Settled hours in order, and whether with their files."""


class Archive:
    """Past hours, shared by everyone who is signed in to this dashboard. Safe to share between threads.

    Sharing is safe because whoever gets here has shown AWS that they may read all of it.
    """

    def __init__(self, clock: Clock, capacity: int = CAPACITY) -> None:
        self._clock = clock
        self._capacity = capacity
        self._lock = threading.Lock()
        self._size = 0
        self._hours: OrderedDict[tuple[datetime, bool], list[Row]] = OrderedDict()
        self._frames: OrderedDict[Hours, Breaches] = OrderedDict()

    def settled(self, hour: datetime) -> bool:
        """Whether the hour's records can no longer change."""
        return self._clock() >= hour_of(hour) + HOUR + SETTLING

    def recall(self, hour: datetime, *, with_files: bool) -> list[Row] | None:
        """The hour's rows, if they are remembered. Rows with files serve those who need none, too."""
        keys = [(hour, True)] if with_files else [(hour, False), (hour, True)]
        with self._lock:
            for key in keys:
                if key in self._hours:
                    self._hours.move_to_end(key)
                    return self._hours[key]
        return None

    def keep(self, hour: datetime, rows: list[Row], *, with_files: bool) -> None:
        """Remembers a settled hour, and nothing of one that may still change."""
        if not self.settled(hour):
            return
        with self._lock:
            replaced = self._hours.pop((hour, with_files), None)
            self._size += _size(rows) - _size(replaced or [])
            self._hours[hour, with_files] = rows
            while self._size > self._capacity:
                _, forgotten = self._hours.popitem(last=False)
                self._size -= _size(forgotten)

    def framed(self, hours: Hours, make: Callable[[], Breaches]) -> Breaches:
        """The frames of settled hours, made only if they are not among the last ones asked for."""
        with self._lock:
            known = self._frames.pop(hours, None)
        frames = known or make()
        with self._lock:
            self._frames[hours] = frames
            while len(self._frames) > FRAMED:
                self._frames.popitem(last=False)
        return frames


def _size(rows: list[Row]) -> int:
    return len(rows) + sum(len(row.files) for row in rows)
