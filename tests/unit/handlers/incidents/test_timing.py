"""Expected hours, and the intervals that are learnt."""

from datetime import UTC, datetime, time, timedelta

import pytest

from contract.moments import Hours
from handlers.incidents.timing import end_of, sender_interval, set_interval
from tests.stands.playing import played, run, stuck
from tests.unit.handlers.incidents.test_sender import A, of

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
def test_end_of(hours: Hours | None, since: float, patience: float, at: float) -> None:
    found = end_of(FRIDAY + timedelta(hours=since), timedelta(hours=patience), hours)
    assert found == FRIDAY + timedelta(hours=at)


def test_hours_without_days_are_none() -> None:
    never = Hours(days=frozenset(), start=time(8), end=time(18), zone="UTC")
    assert end_of(FRIDAY, timedelta(hours=1), never) == FRIDAY + timedelta(hours=1)


def test_a_grace_period_longer_than_a_year_of_hours_ends() -> None:
    assert end_of(FRIDAY, timedelta(days=365), NIGHTS) == FRIDAY + timedelta(days=400)


def test_an_interval_is_learnt_from_the_last_eight_gaps_of_seven_days() -> None:
    def learnt(*hours: float) -> timedelta:
        return sender_interval(of(played(*(run(one, stuck(A, "x")) for one in hours))))

    assert learnt(0, 0.25, 0.5) == timedelta(hours=1)
    assert learnt(0, 0.25, 0.5, 0.75) == timedelta(minutes=15)
    assert learnt(0, 0.25, 0.5, 0.75, 0.8, 30) == timedelta(minutes=15)
    # Of four, the middle two.
    assert learnt(0, 0.25, 0.5, 1.5, 2.5) == timedelta(minutes=37.5)
    assert learnt(*(one / 4 for one in range(9)), *(2 + one for one in range(1, 9))) == timedelta(hours=1)
    # The gaps of before a week without runs do not count any more.
    assert learnt(0, 0.25, 0.5, 0.75, 7 * 24 + 2) == timedelta(hours=1)


def test_a_set_learns_from_gaps_with_evidence() -> None:
    def learnt(*files: str) -> timedelta:
        state = played(*(run(number / 4, stuck(A, file)) for number, file in enumerate(files)))
        folder_set = state.sets["d:\\in"]
        return set_interval(of(state), folder_set.gaps, folder_set.named.at)

    assert learnt("x", "y", "z", "w") == timedelta(hours=1)
    assert learnt("x", "x", "z", "w") == timedelta(minutes=15)
