"""A range of hours becomes the frames of what lies in it, and the same frames as long as that is the same."""

import threading
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, cast
from unittest.mock import patch

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.moments import HOUR, start_of_hour
from dashboard.data.cache import Cache
from dashboard.data.loading import SETTLING, HourCache, Loading, frame_hours, load_folder
from dashboard.data.records import RecordFrames, StoredHour, parse_records
from dashboard.data.tables import RecordTable
from store.dynamodb import CONNECTIONS
from tests.dashboard.clocks import StoppedClock
from tests.dashboard.fake_table import item

CURRENT = datetime(2026, 11, 23, 20, tzinfo=UTC)
HOURS = [CURRENT - number * HOUR for number in range(5)]


class CountingTable:
    """Gives one record an hour, and remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: Counter[datetime] = Counter()
        self.permits = threading.Semaphore(1_000_000)

    def query_hour(self, hour: datetime, *, with_files: bool) -> Iterator[Any]:
        self.permits.acquire()
        self.asked[hour] += 1
        record = item(hour, f"{hour:%H}", [("a", hour)])
        if not with_files:
            del record["Files"]
        yield record


@pytest.fixture
def cache(clock: StoppedClock) -> HourCache:
    return HourCache(clock)


@pytest.fixture
def table() -> CountingTable:
    return CountingTable()


def load(table: CountingTable, cache: HourCache, *, with_files: bool = True) -> Loading:
    return Loading(cast("RecordTable", table), cache, HOURS, with_files=with_files)


def finish(table: CountingTable, cache: HourCache, *, with_files: bool = True) -> Loading:
    with load(table, cache, with_files=with_files) as loading:
        loading.finish()
    return loading


def read(loading: Loading) -> RecordFrames:
    return loading.frames_between(HOURS[-1], CURRENT + HOUR, Cache(StoppedClock()))


def test_every_hour_is_fetched_and_progress_is_told(table: CountingTable, cache: HourCache) -> None:
    with load(table, cache) as loading:
        assert (loading.missing, loading.total) == (5, 5)
        assert list(loading.watch()) == [1, 2, 3, 4, 5]
        assert loading.missing == 0
    assert set(read(loading).records["folder"]) == {"16", "17", "18", "19", "20"}
    assert len(read(loading).files) == 5


def test_past_hours_are_remembered_and_one_that_latecomers_may_change_is_always_fresh(
    table: CountingTable, cache: HourCache, clock: StoppedClock
) -> None:
    clock.now = CURRENT + HOUR + SETTLING - timedelta(seconds=1)
    for _ in range(2):
        assert len(read(finish(table, cache)).records) == 5
    assert table.asked == Counter({**dict.fromkeys(HOURS, 1), CURRENT: 2})
    clock.now += timedelta(seconds=1)
    for _ in range(2):
        finish(table, cache)
    assert table.asked[CURRENT] == 3


def test_hours_with_files_serve_all_and_those_without_only_who_needs_none(
    table: CountingTable, cache: HourCache, clock: StoppedClock
) -> None:
    finish(table, cache, with_files=True)
    assert read(finish(table, cache, with_files=False)).files.empty
    assert table.asked[HOURS[-1]] == 1
    without = HourCache(clock)
    finish(table, without, with_files=False)
    assert len(read(finish(table, without, with_files=True)).files) == 5


def test_a_fetch_that_is_watched_tells_also_that_nothing_came(table: CountingTable, cache: HourCache) -> None:
    table.permits = threading.Semaphore(0)
    with load(table, cache) as loading:
        told = loading.watch(0.001)
        assert [next(told) for _ in range(3)] == [0, 0, 0]
        table.permits.release(2)
        while len(read(loading).records) < 2:
            next(told)
        # Whoever stops here has what arrived.
        assert loading.missing == 3
        table.permits.release(len(HOURS))
        assert set(told) - {2} == {3, 4, 5}


def test_stopping_cancels_what_has_not_begun(cache: HourCache, table: CountingTable) -> None:
    table.permits = threading.Semaphore(1)
    many = [CURRENT - number * HOUR for number in range(200)]
    with Loading(cast("RecordTable", table), cache, many, with_files=False) as loading:
        assert next(loading.watch()) == 1
    table.permits.release(len(many))
    loading._pool.shutdown(wait=True)
    assert sum(table.asked.values()) <= 1 + CONNECTIONS


NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def store(*minutes: int) -> list[StoredHour]:
    """The hours of records that were detected so many minutes after noon."""
    found: dict[datetime, list[datetime]] = {NOON + number * HOUR: [] for number in range(-1, 5)}
    for minute in minutes:
        found[NOON + minute // 60 * HOUR].append(NOON + minute * MINUTE)
    return [
        StoredHour.of(hour, parse_records(item(at, f"{at:%H:%M}", [("a", at)]) for at in detected))
        for hour, detected in found.items()
    ]


def cut(hours: Iterable[StoredHour], start: int, end: int, cache: Cache) -> RecordFrames:
    """Those of the stretch from and to so many minutes after noon; the last two hours are not settled."""
    ends = NOON + start * MINUTE, NOON + end * MINUTE
    return frame_hours(list(hours), *ends, lambda hour: hour < NOON + 3 * HOUR, cache, with_files=True)


class FolderTable:
    """Has a folder's records of so many minutes after noon, and remembers which hours it was asked for."""

    def __init__(self, *minutes: int) -> None:
        self.moments = [NOON + minute * MINUTE for minute in minutes]
        self.asked: list[int] = []

    def query_folder(self, folder: str, first: datetime, last: datetime) -> Iterator[Any]:
        self.asked += [(hour - NOON) // HOUR for hour in (first, last)]
        return (item(at, folder, [("a", at)]) for at in self.moments if first <= start_of_hour(at) <= last)

    def look(self, start: int, end: int, cache: Cache, now: int = 200) -> RecordFrames:
        start_at, end_at, now_at = (NOON + minute * MINUTE for minute in (start, end, now))
        return load_folder(cast("RecordTable", self), ["F"], start_at, end_at, cache, now_at)


@given(
    st.lists(st.integers(-60, 299), max_size=12, unique=True),
    *[st.integers(-60, 300)] * 2,
    st.integers(0, 300),
)
def test_it_is_what_was_detected_in_the_range(minutes: list[int], one: int, other: int, now: int) -> None:
    start, end = sorted((one, other))
    wanted = [pd.Timestamp(NOON + minute * MINUTE) for minute in sorted(minutes) if start <= minute < end]
    frames = cut(store(*minutes), start, end, Cache(StoppedClock()))
    of_folder = FolderTable(*minutes).look(start, end, Cache(StoppedClock()), now)
    for frame in (frames.records, frames.files, of_folder.records, of_folder.files):
        assert sorted(frame["detected_at"]) == wanted


def test_the_ends_may_move_past_nothing() -> None:
    hours, cache = store(5, 70, 200), Cache(StoppedClock())
    frames = cut(hours, -30, 210, cache)
    assert cut(hours, -29, 211, cache) is frames
    assert cut(hours, 6, 211, cache) is not frames
    assert cut(hours, -29, 199, cache) is not frames


def test_of_settled_hours_the_frames_are_made_once() -> None:
    hours, cache = store(5, 70, 190), Cache(StoppedClock())
    cut(hours, -30, 240, cache)
    twice = [item(at, str(number), [("a", at)]) for number, at in enumerate([NOON + 190 * MINUTE] * 2)]
    changed = [*hours[:-2], StoredHour.of(hours[-2].hour, parse_records(twice)), hours[-1]]
    with patch.object(RecordFrames, "of", wraps=RecordFrames.of) as of:
        again = cut(changed, -30, 240, cache)
    assert [sum(one.num_rows for one in call.args) for call in of.call_args_list] == [0, 2]
    assert len(again.files) == 4


def count_made(hours: Iterable[StoredHour], start: int, end: int, cache: Cache) -> int:
    """How many frames are made anew for the stretch."""
    with patch.object(RecordFrames, "of", wraps=RecordFrames.of) as of:
        cut(hours, start, end, cache)
    return len(of.call_args_list)


def test_a_range_that_ends_now_takes_the_place_of_the_one_before_and_of_no_past_one() -> None:
    # Half an hour later it touches one hour less.
    hours, cache = store(-50, 5, 70, 130, 200, 250), Cache(StoppedClock())
    cut(hours[:4], -30, 60, cache)
    cut(hours[:4], 60, 150, cache)
    cut(hours, -10, 200, cache)
    cut(hours, 20, 230, cache)
    assert count_made(hours, 20, 230, cache) == 0
    assert count_made(hours[:4], -30, 60, cache) == 0
    assert count_made(hours, -10, 200, cache) == 3


def test_what_is_settled_of_a_folder_is_asked_once() -> None:
    table, cache = FolderTable(5, 70, 200), Cache(StoppedClock())
    assert table.look(-30, 210, cache) is table.look(-29, 211, cache)
    assert table.asked == [-1, 2, 3, 3, 3, 3]
    assert len(table.look(6, 211, cache).records) == 2
    table.moments.append(NOON + 201 * MINUTE)
    assert len(table.look(6, 211, cache).records) == 3
    assert table.asked[6:] == [0, 2, 3, 3, 3, 3]
