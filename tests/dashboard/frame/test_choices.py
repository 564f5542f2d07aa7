"""The days that an address may name."""

import pytest
from streamlit.testing.v1 import AppTest


def _pick() -> None:
    from datetime import UTC, datetime
    from zoneinfo import ZoneInfo

    import streamlit as st

    from dashboard.frame.choices import pick_period

    period, cut = pick_period(datetime(2026, 11, 26, 12, tzinfo=UTC), ZoneInfo("Asia/Tokyo"))
    st.text(period.start.isoformat() + cut)


CUT = (
    "The link asks for 2026-01-01 to 2026-06-30. Shown are 2026-03-31 to 2026-06-30: "
    "92 days at most, none in the future."
)


@pytest.mark.parametrize(
    ("days", "start"),
    [
        ("2026-11-20..2026-11-21", "2026-11-19T15:00:00+00:00"),
        # No day lies before the first of the calendar: the page had an error of Python's instead.
        ("0001-01-01..0001-01-01", "2026-11-19T15:00:00+00:00"),
        ("1969-12-31..1970-01-01", "2026-11-19T15:00:00+00:00"),
        ("1970-01-01..1970-01-01", "1969-12-31T15:00:00+00:00"),
        ("2026-01-01..2026-06-30", f"2026-03-30T15:00:00+00:00{CUT}"),
        *((days, "2026-11-19T15:00:00+00:00") for days in ("2026-11-23..1", "2026-11-23..2026-11-01", "x")),
    ],
)
def test_days_of_an_address_are_looked_at_or_those_of_the_week(days: str, start: str) -> None:
    app = AppTest.from_function(_pick)
    app.query_params["range"], app.query_params["days"] = "custom", days
    app.run()
    assert not app.exception
    assert app.text[0].value == start
