"""Fetching hours of the breach table in parallel, with progress, until done or stopped."""

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from datetime import datetime
from itertools import chain
from types import TracebackType
from typing import Self

from dashboard.data.archive import Archive
from dashboard.data.breach_table import CONNECTIONS, BreachTable
from dashboard.data.frames import Breaches, Row, rows_of


class Loading:
    """A fetch under way, the newest hours first. Leaving its `with` block early stops it.

    What arrived until then is remembered all the same, so that going on later starts from there.
    """

    def __init__(
        self, table: BreachTable, archive: Archive, hours: Sequence[datetime], *, with_files: bool
    ) -> None:
        self._table = table
        self._archive = archive
        self._with_files = with_files
        self._total = len(hours)
        remembered = {hour: archive.recall(hour, with_files=with_files) for hour in hours}
        self._rows = {hour: rows for hour, rows in remembered.items() if rows is not None}
        self._missing = sorted((hour for hour in hours if hour not in self._rows), reverse=True)
        self._pool = ThreadPoolExecutor(CONNECTIONS, thread_name_prefix="breach-table")

    @property
    def missing(self) -> int:
        """Hours not here yet."""
        return self._total - len(self._rows)

    @property
    def total(self) -> int:
        """Hours asked for."""
        return self._total

    def breaches(self) -> Breaches:
        """What is here so far."""
        settled = tuple(sorted(hour for hour in self._rows if self._archive.settled(hour)))
        fresh = [hour for hour in self._rows if hour not in set(settled)]
        return Breaches.joined(
            self._archive.framed((settled, self._with_files), lambda: self._framed(settled)),
            self._framed(fresh),
        )

    def _framed(self, hours: Iterable[datetime]) -> Breaches:
        rows = chain.from_iterable(self._rows[hour] for hour in hours)
        return Breaches.of(list(rows), with_files=self._with_files)

    def __iter__(self) -> Iterator[int]:
        """Yields the number of hours that are here, each time one more is.

        Raises:
            DashboardError: an hour could not be fetched.
        """
        fetches = {self._pool.submit(self._fetch, hour): hour for hour in self._missing}
        for fetch in as_completed(fetches):
            self._rows[fetches[fetch]] = fetch.result()
            yield len(self._rows)

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

    def _fetch(self, hour: datetime) -> list[Row]:
        rows = rows_of(self._table.hour(hour, with_files=self._with_files))
        self._archive.keep(hour, rows, with_files=self._with_files)
        return rows


def at_hand(archive: Archive, hours: Sequence[datetime], *, with_files: bool) -> list[datetime]:
    """The hours that cost little: those remembered, and those too recent to be remembered."""
    return [
        hour
        for hour in hours
        if not archive.settled(hour) or archive.recall(hour, with_files=with_files) is not None
    ]
