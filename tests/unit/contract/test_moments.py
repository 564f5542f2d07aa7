from datetime import UTC, datetime, timedelta, timezone

import pytest

from contract.moments import format_affected_date, format_moment, parse_moment


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


def test_affected_date_is_the_utc_hour_even_where_local_hours_start_elsewhere() -> None:
    india = timezone(timedelta(hours=5, minutes=30))
    assert format_affected_date(datetime(2026, 11, 24, 1, 10, 30, tzinfo=india)) == "2026-11-23T19:00:00Z"
