"""Fetching hours of records in parallel, with progress, until done or stopped."""

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime
from queue import Empty, SimpleQueue
from types import TracebackType
from typing import Self

from dashboard.data.computed import Computed
from dashboard.data.frames import RecordFrames
from dashboard.data.hour_cache import HourCache, StoredHour
from dashboard.data.record_table import CONNECTIONS, RecordTable
from dashboard.data.records import parse_records
from dashboard.data.stretch import Stretch


class Loading:
    """A fetch under way, the newest hours first. Leaving its `with` block early stops it.

    What arrived until then is remembered all the same, so that going on later starts from there.
    """

    def __init__(
        self, table: RecordTable, cache: HourCache, hours: Sequence[datetime], *, with_files: bool
    ) -> None:
        self._table = table
        self._cache = cache
        self._with_files = with_files
        self._total = len(hours)
        remembered = {hour: cache.get(hour, with_files=with_files) for hour in hours}
        self._hours = {hour: stored for hour, stored in remembered.items() if stored is not None}
        self._missing = sorted((hour for hour in hours if hour not in self._hours), reverse=True)
        self._pool = ThreadPoolExecutor(CONNECTIONS, thread_name_prefix="records")

    @property
    def missing(self) -> int:
        """Hours not here yet."""
        return self._total - len(self._hours)

    @property
    def total(self) -> int:
        """Hours asked for."""
        return self._total

    def frames(self) -> RecordFrames:
        """What is here so far."""
        records = (self._hours[hour].records() for hour in sorted(self._hours))
        return RecordFrames.of(*records, with_files=self._with_files)

    def frames_between(self, start: datetime, end: datetime, computed: Computed) -> RecordFrames:
        """What is here so far and was detected from `start` up to, not at, `end`.

        Whoever asks for the same gets the same: `computed` remembers it.
        """
        here = [self._hours[hour] for hour in sorted(self._hours)]
        stretch = Stretch.cut(here, start, end, self._cache.is_settled)
        return stretch.frames(computed, with_files=self._with_files)

    def __iter__(self) -> Iterator[int]:
        """Yields the number of hours that are here, each time one more is.

        Raises:
            DashboardError: an hour could not be fetched.
        """
        return self.watch(None)

    def watch(self, seconds: float | None) -> Iterator[int]:
        """The same; yields also each time that nothing has arrived for so many `seconds`."""
        arrived: SimpleQueue[Future[StoredHour]] = SimpleQueue()
        fetches = {self._pool.submit(self._fetch, hour): hour for hour in self._missing}
        for fetch in fetches:
            fetch.add_done_callback(arrived.put)
        while fetches:
            try:
                fetch = arrived.get(timeout=seconds)
            except Empty:
                pass
            else:
                self._hours[fetches.pop(fetch)] = fetch.result()
            yield len(self._hours)

    def finish(self) -> None:
        """Waits until every hour is here."""
        for _ in self:
            pass

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _fetch(self, hour: datetime) -> StoredHour:
        return self._cache.fetch(
            hour,
            lambda: parse_records(self._table.query_hour(hour, with_files=self._with_files)),
            with_files=self._with_files,
        )


def list_cheap_hours(cache: HourCache, hours: Iterable[datetime], *, with_files: bool) -> list[datetime]:
    """The hours that cost little: those remembered, and those too recent to be remembered."""
    return [
        hour
        for hour in hours
        if not cache.is_settled(hour) or cache.get(hour, with_files=with_files) is not None
    ]
