import threading
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, cast
from unittest.mock import patch

import pandas as pd
import pytest

from dashboard.data.archive import FRAMED, SETTLING, Archive
from dashboard.data.breach_table import CONNECTIONS, BreachTable
from dashboard.data.frames import Breaches, rows_of
from dashboard.data.loading import Loading, at_hand
from dashboard.errors import Unreachable
from handlers.times import HOUR
from tests.dashboard.fake_table import item
from tests.dashboard.stopped_clock import StoppedClock

CURRENT = datetime(2026, 11, 23, 20, tzinfo=UTC)
HOURS = [CURRENT - number * HOUR for number in range(5)]


class CountingTable:
    """Gives one record an hour, and remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: Counter[datetime] = Counter()
        self.failing: set[datetime] = set()
        self.permits = threading.Semaphore(1_000_000)

    def hour(self, hour: datetime, *, with_files: bool) -> Iterator[Any]:
        self.permits.acquire()
        self.asked[hour] += 1
        if hour in self.failing:
            raise Unreachable("The table")
        record = item(hour, f"{hour:%H}", [("a", hour)])
        if not with_files:
            del record["Files"]
        yield record


@pytest.fixture
def clock() -> StoppedClock:
    return StoppedClock()


@pytest.fixture
def archive(clock: StoppedClock) -> Archive:
    return Archive(clock)


@pytest.fixture
def table() -> CountingTable:
    return CountingTable()


def load(table: CountingTable, archive: Archive, *, with_files: bool = True) -> Loading:
    return Loading(cast("BreachTable", table), archive, HOURS, with_files=with_files)


def finish(table: CountingTable, archive: Archive, *, with_files: bool = True) -> Loading:
    with load(table, archive, with_files=with_files) as loading:
        loading.finish()
    return loading


def test_every_hour_is_fetched_and_progress_is_told(table: CountingTable, archive: Archive) -> None:
    with load(table, archive) as loading:
        assert (loading.missing, loading.total) == (5, 5)
        assert list(loading) == [1, 2, 3, 4, 5]
        assert loading.missing == 0
    assert set(loading.breaches().reports["folder"]) == {"16", "17", "18", "19", "20"}
    assert len(loading.breaches().files) == 5


def test_past_hours_are_remembered_and_the_current_one_is_always_fresh(
    table: CountingTable, archive: Archive
) -> None:
    finish(table, archive)
    again = finish(table, archive)
    assert len(again.breaches().reports) == 5
    assert table.asked == Counter({**dict.fromkeys(HOURS, 1), CURRENT: 2})


def test_an_hour_is_remembered_only_after_latecomers_have_settled(
    table: CountingTable, archive: Archive, clock: StoppedClock
) -> None:
    clock.now = CURRENT + HOUR + SETTLING - timedelta(seconds=1)
    finish(table, archive)
    finish(table, archive)
    assert table.asked[CURRENT] == 2
    clock.now += timedelta(seconds=1)
    finish(table, archive)
    finish(table, archive)
    assert table.asked[CURRENT] == 3


def test_hours_with_files_serve_those_who_need_none(table: CountingTable, archive: Archive) -> None:
    finish(table, archive, with_files=True)
    without = finish(table, archive, with_files=False)
    assert without.breaches().files.empty
    assert table.asked[HOURS[-1]] == 1


def test_hours_without_files_do_not_serve_those_who_need_them(table: CountingTable, archive: Archive) -> None:
    finish(table, archive, with_files=False)
    assert len(finish(table, archive, with_files=True).breaches().files) == 5


def test_what_was_loaded_before_stopping_is_kept(table: CountingTable, archive: Archive) -> None:
    with load(table, archive) as loading:
        for done in loading:
            if done == 2:
                break
    assert loading.missing == 3
    assert len(loading.breaches().reports) == 2


def test_stopping_cancels_what_has_not_begun(archive: Archive, table: CountingTable) -> None:
    table.permits = threading.Semaphore(1)
    many = [CURRENT - number * HOUR for number in range(200)]
    with Loading(cast("BreachTable", table), archive, many, with_files=False) as loading:
        assert next(iter(loading)) == 1
    table.permits.release(len(many))
    loading._pool.shutdown(wait=True)
    assert sum(table.asked.values()) <= 1 + CONNECTIONS


def test_after_stopping_only_what_costs_little_is_at_hand(table: CountingTable, archive: Archive) -> None:
    remembered = HOURS[3]
    archive.keep(remembered, rows_of([item(remembered)]), with_files=False)
    assert at_hand(archive, HOURS, with_files=False) == [CURRENT, remembered]


def test_a_failure_reaches_who_is_waiting(table: CountingTable, archive: Archive) -> None:
    table.failing.add(HOURS[2])
    with load(table, archive) as loading, pytest.raises(Unreachable):
        loading.finish()


def test_frames_of_settled_hours_are_made_once(table: CountingTable, archive: Archive) -> None:
    first = finish(table, archive).breaches()
    with patch.object(Breaches, "of", wraps=Breaches.of) as of:
        again = finish(table, archive).breaches()
    assert [len(call.args[0]) for call in of.call_args_list] == [1]
    pd.testing.assert_frame_equal(again.files, first.files)


def test_frames_asked_for_long_ago_are_made_again(archive: Archive) -> None:
    made: list[int] = []

    def ask(number: int) -> None:
        def make() -> Breaches:
            made.append(number)
            return Breaches.of([])

        archive.framed(((CURRENT - number * HOUR,), True), make)

    for number in (*range(FRAMED), 0, FRAMED, 0, 1):
        ask(number)
    assert made == [*range(FRAMED), FRAMED, 1]


def test_the_hours_not_asked_for_in_the_longest_time_are_forgotten(clock: StoppedClock) -> None:
    archive = Archive(clock, capacity=3)
    old, used, new = HOURS[4], HOURS[3], HOURS[2]
    for hour in (old, used):
        archive.keep(hour, rows_of([item(hour)]), with_files=False)
    archive.keep(old, rows_of([item(old)]), with_files=False)
    assert archive.recall(used, with_files=False) is not None
    archive.keep(new, rows_of([item(new, files=[("a", new)])]), with_files=True)
    assert archive.recall(old, with_files=False) is None
    assert archive.recall(used, with_files=False) is not None
    assert archive.recall(new, with_files=True) is not None
