"""Hours of records: fetched in parallel with progress, remembered once they are past, cut to a range."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime, timedelta
from itertools import chain
from queue import Empty, SimpleQueue
from types import TracebackType
from typing import Final, Self

import pyarrow as pa

from contract.moments import HOUR, Clock, start_of_hour
from dashboard.data.cache import Cache
from dashboard.data.records import RecordFrames, StoredHour, parse_records
from dashboard.data.tables import RecordTable
from store.dynamodb import CONNECTIONS
from store.incidents import Incident

SETTLING: Final = timedelta(minutes=5)
"""A report is dated when it arrives and stored a little later; after this an hour changes no more."""
CAPACITY: Final = 3_000_000
"""Records and files of all hours that are remembered at most."""


def _settled_before(now: datetime) -> datetime:
    """The first hour whose records can still change."""
    return start_of_hour(now - SETTLING)


class HourCache:
    """Hours of records. Past ones are remembered packed; a current one is asked for each time.

    Safe to share between threads. It is apart from the cache of what is computed of the hours: that can be
    made again without asking AWS, and must not drive them out.
    """

    def __init__(self, clock: Clock, capacity: int = CAPACITY) -> None:
        self._clock = clock
        self._cache = Cache(clock, capacity)

    def is_settled(self, hour: datetime) -> bool:
        """Whether the hour's records can no longer change."""
        return start_of_hour(hour) < _settled_before(self._clock())

    def find(self, hour: datetime, *, with_files: bool) -> StoredHour | None:
        """The settled hour, if it is here. One with files serves whoever needs none, too."""
        found = self._cache.find((hour, with_files)) or self._cache.find((hour, True))
        return found[0] if found else None

    def fetch(self, hour: datetime, query: Callable[[], pa.RecordBatch], *, with_files: bool) -> StoredHour:
        """The hour, queried only if it is not here; whoever wants it meanwhile waits for the same query.

        Raises:
            DashboardError: what `query` raises.
        """
        if known := self.find(hour, with_files=with_files):
            return known
        good_for = None if self.is_settled(hour) else timedelta()
        return self._cache.get((hour, with_files), lambda: StoredHour.of(hour, query()), good_for)


def frame_hours(
    hours: Sequence[StoredHour],
    start: datetime,
    end: datetime,
    is_settled: Callable[[datetime], bool],
    cache: Cache,
    *,
    with_files: bool,
) -> RecordFrames:
    """The frames of what was detected from `start` up to, not at, `end`.

    Settled hours that lie in the range as a whole are most of it and change once an hour. Of them the frames
    are made once, and joined with those of the hours around them as often as these change. The hours come the
    oldest first, with the records' files where `with_files`; one that is settled changes no more.
    """

    def is_whole(one: StoredHour) -> bool:
        return start <= one.hour and one.hour + HOUR <= end and is_settled(one.hour)

    def make(several: Iterable[StoredHour]) -> RecordFrames:
        return RecordFrames.of(*(one.records() for one in several), with_files=with_files)

    whole = tuple(filter(is_whole, hours))
    # A cut hour is the same as long as the range's ends do not move past a record.
    cut = [one.between(start, end) for one in hours if not is_whole(one)]
    before, after = (tuple(one for one in cut if (one.hour < start) is first) for first in (True, False))
    # A range that ends now is another one as the clock goes on, and takes the place of the one before.
    moving = (end - start, with_files) if hours and not is_settled(hours[-1].hour) else None

    def join() -> RecordFrames:
        middle = cache.compute(
            ("whole hours", whole, with_files),
            lambda: make(whole),
            version_of=moving and ("whole hours", *moving),
        )
        return RecordFrames.concatenate(make(before), middle, make(after))

    question = ("range", before, whole, after, with_files)
    return cache.compute(question, join, version_of=moving and ("range", *moving))


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
        remembered = {hour: cache.find(hour, with_files=with_files) for hour in hours}
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

    def frames_between(self, start: datetime, end: datetime, cache: Cache) -> RecordFrames:
        """What is here so far and was detected from `start` up to, not at, `end`.

        Whoever asks for the same gets the same: `cache` remembers it.
        """
        here = [self._hours[hour] for hour in sorted(self._hours)]
        return frame_hours(here, start, end, self._cache.is_settled, cache, with_files=self._with_files)

    def watch(self, seconds: float | None = None) -> Iterator[int]:
        """Yields the number of hours here each time one more is, or none came for so many `seconds`.

        Raises:
            DashboardError: an hour could not be fetched.
        """
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
        for _ in self.watch():
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


def load_folder(
    table: RecordTable, spellings: Sequence[str], start: datetime, end: datetime, cache: Cache, now: datetime
) -> RecordFrames:
    """A folder's records with their files, which the index has under each of these spellings.

    What can no longer change is asked for once, and the rest each time. Whoever asks gets the same frames as
    before as long as no report came and the range's ends did not move past one.

    Args:
        table: where they are.
        spellings: of the folder, in an order that stays the same.
        start: of the range.
        end: not in it.
        cache: remembers the frames.
        now: the present.

    Raises:
        DashboardError: what `RecordTable` raises.
    """
    first, last = start_of_hour(start), start_of_hour(end)
    settled = min(max(_settled_before(now), first), last)
    moving = ("folder", *spellings, end - start)

    def query(since: datetime, until: datetime) -> pa.RecordBatch:
        return parse_records(chain.from_iterable(table.query_folder(one, since, until) for one in spellings))

    def query_settled() -> RecordFrames:
        return RecordFrames.of(*([query(first, settled - HOUR)] if first < settled else []))

    question = ("settled", *spellings, first, settled)
    past = cache.compute(question, query_settled, version_of=("settled", *moving))
    question = ("unsettled", *spellings, settled, last)
    cut = cache.share(question, lambda: StoredHour.of(settled, query(settled, last))).between(start, end)
    left_out = int(past.records["detected_at"].lt(start).sum())

    def join() -> RecordFrames:
        return RecordFrames.concatenate(past, RecordFrames.of(cut.records())).between(start, end)

    return cache.compute(("range", past, left_out, cut), join, version_of=("range", *moving))


def load_incident_files(table: RecordTable, incident: Incident) -> RecordFrames:
    """The records of the run that the incident names as its last sighting; none where they expired.

    Raises:
        DashboardError: what `RecordTable` raises.
    """
    for hour in incident.seen.hours:
        if stored := list(table.query_run(hour, incident.folder, incident.seen.run)):
            return RecordFrames.of(parse_records(stored))
    return RecordFrames.of()
