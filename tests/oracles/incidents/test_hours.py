"""Patience runs only while a sender is expected."""

from datetime import UTC, datetime, time, timedelta

import pytest

from contract.moments import Hours
from handlers.incidents.timing import end_of

DAYS = Hours(days=frozenset(range(5)), start=time(8), end=time(18), zone="UTC")
NIGHTS = Hours(days=frozenset({4}), start=time(22), end=time(4), zone="UTC")
NEW_YORK = Hours(days=frozenset(range(7)), start=time(1), end=time(4), zone="America/New_York")
FRIDAY = datetime(2026, 3, 6, tzinfo=UTC)


@pytest.mark.parametrize(
    ("hours", "since", "patience", "at"),
    [
        (None, 17, 2, 19),
        (DAYS, 9, 2, 11),
        (DAYS, 16, 2, 18),
        (DAYS, 17, 2, 3 * 24 + 9),
        (DAYS, 30, 10, 3 * 24 + 18),
        (NIGHTS, 0, 6, 28),
        (NIGHTS, 26, 3, 7 * 24 + 23),
        # Clocks go forward at two on Sunday: the window is an hour shorter.
        (NEW_YORK, 24 + 9, 4, 2 * 24 + 24 + 5 + 2),
    ],
)
def test_over(hours: Hours | None, since: float, patience: float, at: float) -> None:
    found = end_of(FRIDAY + timedelta(hours=since), timedelta(hours=patience), hours)
    assert found == FRIDAY + timedelta(hours=at)


def test_hours_without_days_are_none() -> None:
    never = Hours(days=frozenset(), start=time(8), end=time(18), zone="UTC")
    assert end_of(FRIDAY, timedelta(hours=1), never) == FRIDAY + timedelta(hours=1)


def test_patience_longer_than_a_year_of_hours_ends() -> None:
    assert end_of(FRIDAY, timedelta(days=365), NIGHTS) == FRIDAY + timedelta(days=400)
