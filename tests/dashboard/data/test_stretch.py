"""A range of hours becomes the frames of what lies in it, and the same frames as long as that is the same."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from unittest.mock import patch

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from contract.moments import HOUR
from dashboard.data.computed import Computed
from dashboard.data.frames import RecordFrames
from dashboard.data.hour_cache import StoredHour
from dashboard.data.records import parse_records
from dashboard.data.stretch import Stretch
from tests.dashboard.fake_table import item

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def store(*minutes: int) -> list[StoredHour]:
    """The hours of records that were detected so many minutes after noon."""
    found: dict[datetime, list[datetime]] = {NOON + number * HOUR: [] for number in range(-1, 5)}
    for minute in minutes:
        found[NOON + minute // 60 * HOUR].append(NOON + minute * MINUTE)
    return [
        StoredHour(hour, parse_records(item(at, f"{at:%H:%M}", [("a", at)]) for at in detected).pack())
        for hour, detected in found.items()
    ]


def cut(hours: Iterable[StoredHour], start: int, end: int, computed: Computed) -> RecordFrames:
    """Those of the stretch from and to so many minutes after noon; the last two hours are not settled."""
    stretch = Stretch.cut(
        hours, NOON + start * MINUTE, NOON + end * MINUTE, lambda hour: hour < NOON + 3 * HOUR
    )
    return stretch.frames(computed, with_files=True)


@given(
    st.lists(st.integers(-60, 299), max_size=12, unique=True), st.integers(-60, 300), st.integers(-60, 300)
)
def test_it_is_what_was_detected_in_the_range(minutes: list[int], one: int, other: int) -> None:
    start, end = sorted((one, other))
    frames = cut(store(*minutes), start, end, Computed())
    wanted = sorted(NOON + minute * MINUTE for minute in minutes if start <= minute < end)
    assert sorted(frames.records["detected_at"]) == [pd.Timestamp(at) for at in wanted]
    assert sorted(frames.files["detected_at"]) == [pd.Timestamp(at) for at in wanted]


def test_the_ends_may_move_past_nothing() -> None:
    hours, computed = store(5, 70, 200), Computed()
    frames = cut(hours, -30, 210, computed)
    assert cut(hours, -29, 211, computed) is frames
    assert cut(hours, 6, 211, computed) is not frames
    assert cut(hours, -29, 199, computed) is not frames


def test_of_settled_hours_the_frames_are_made_once() -> None:
    hours, computed = store(5, 70, 190), Computed()
    cut(hours, -30, 240, computed)
    twice = [item(at, str(number), [("a", at)]) for number, at in enumerate([NOON + 190 * MINUTE] * 2)]
    changed = [*hours[:-2], StoredHour(hours[-2].hour, parse_records(twice).pack()), hours[-1]]
    with patch.object(RecordFrames, "of", wraps=RecordFrames.of) as of:
        again = cut(changed, -30, 240, computed)
    assert [sum(map(len, call.args)) for call in of.call_args_list] == [0, 2]
    assert len(again.files) == 4


def count_made(hours: Iterable[StoredHour], start: int, end: int, computed: Computed) -> int:
    """How many frames are made anew for the stretch."""
    with patch.object(RecordFrames, "of", wraps=RecordFrames.of) as of:
        cut(hours, start, end, computed)
    return len(of.call_args_list)


def test_a_range_that_ends_now_takes_the_place_of_the_one_before_however_many_hours_it_has() -> None:
    # Half an hour later it touches one hour less.
    hours, computed = store(-50, 5, 70, 130, 200, 250), Computed(capacity=16)
    computed.get("kept", lambda: pd.DataFrame({"a": range(4)}))
    cut(hours, -10, 200, computed)
    cut(hours, 20, 230, computed)
    assert count_made(hours, 20, 230, computed) == 0
    assert len(computed.get("kept", lambda: pd.DataFrame())) == 4
    assert count_made(hours, -10, 200, computed) == 3


def test_ranges_of_the_same_length_that_are_past_stay_beside_each_other() -> None:
    hours, computed = store(5, 70, 130), Computed()
    cut(hours[:4], -30, 60, computed)
    cut(hours[:4], 60, 150, computed)
    assert count_made(hours[:4], -30, 60, computed) == 0
