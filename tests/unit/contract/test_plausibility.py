from datetime import UTC, datetime, timedelta

import pytest

from contract.plausibility import is_plausible

SEEN = datetime(2026, 11, 24, 8, tzinfo=UTC)
MOMENT = timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("created", "plausible"),
    [
        (datetime.min.replace(tzinfo=UTC), False),
        (datetime(1601, 1, 1, tzinfo=UTC), False),
        (datetime(1970, 1, 1, tzinfo=UTC) - MOMENT, False),
        (datetime(1970, 1, 1, tzinfo=UTC), True),
        (SEEN, True),
        (SEEN + timedelta(days=1), True),
        (SEEN + timedelta(days=1) + MOMENT, False),
        (datetime.max.replace(tzinfo=UTC), False),
    ],
)
def test_dates_from_1970_to_a_day_ahead_tell_an_age(created: datetime, plausible: bool) -> None:
    assert is_plausible(created, SEEN) is plausible
