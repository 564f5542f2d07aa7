"""."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from contract.moments import format_duration, format_moment, is_plausible, parse_moment


@pytest.mark.parametrize(
    ("moment", "text"),
    [
        (datetime(2026, 11, 23, 20, 15, tzinfo=UTC), "2026-11-23T20:15:00Z"),
        (datetime(2026, 11, 23, 20, 15, 0, 120, tzinfo=UTC), "2026-11-23T20:15:00.000120Z"),
        (datetime(2026, 11, 23, 22, tzinfo=timezone(-timedelta(hours=3))), "2026-11-24T01:00:00Z"),
    ],
)
def test_text_is_utc_and_reads_back(moment: datetime, text: str) -> None:
    assert format_moment(moment) == text
    assert parse_moment(text) == moment


SEEN = datetime(2026, 11, 24, 8, tzinfo=UTC)
MOMENT = timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("created", "plausible"),
    [
        (datetime.min.replace(tzinfo=UTC), False),
        (datetime(1970, 1, 1, tzinfo=UTC) - MOMENT, False),
        (datetime(1970, 1, 1, tzinfo=UTC), True),
        (SEEN + timedelta(days=1), True),
        (SEEN + timedelta(days=1) + MOMENT, False),
    ],
)
def test_dates_from_1970_to_a_day_ahead_tell_an_age(created: datetime, plausible: bool) -> None:
    assert is_plausible(created, SEEN) is plausible


@pytest.mark.parametrize(
    ("duration", "text"),
    [
        (0, "0 min"),
        (1440 + 5, "1 d"),
        (25 * 60, "1 d 1 h"),
        (timedelta(minutes=90), "1 h 30 min"),
        (None, "-"),
        (float("nan"), "-"),
    ],
)
def test_durations_are_spelled_in_two_units(duration: float | timedelta | None, text: str) -> None:
    assert format_duration(duration) == text
