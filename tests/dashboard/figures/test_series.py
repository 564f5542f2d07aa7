"""."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.moments import HOUR, start_of_hour
from dashboard.figures.series import LATEST, Period, build_day_period, build_latest_period

zones = st.sampled_from(sorted(available_timezones() - {"localtime", "Factory"})).map(ZoneInfo)
dates = st.dates(date(1995, 1, 1), date(2035, 12, 31))
moments = st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
DAY = timedelta(days=1)


@given(dates, zones)
def test_neighbouring_days_share_one_midnight(day: date, zone: ZoneInfo) -> None:
    assert build_day_period(day, day, zone).end == build_day_period(day + DAY, day + DAY, zone).start


@given(dates, st.integers(0, 60), zones)
def test_several_days_are_those_days_joined(day: date, more: int, zone: ZoneInfo) -> None:
    last = day + more * DAY
    together = build_day_period(day, last, zone)
    assert together.start == build_day_period(day, day, zone).start
    assert together.end == build_day_period(last, last, zone).end


@given(dates, zones)
def test_a_day_holds_the_moments_that_its_zone_calls_by_its_date(day: date, zone: ZoneInfo) -> None:
    period = build_day_period(day, day, zone)
    moment = period.start
    while moment < period.end:
        assert moment.astimezone(zone).date() == day
        moment += timedelta(minutes=15)


@pytest.mark.parametrize(
    ("day", "hours"), [(date(2026, 3, 29), 23), (date(2026, 10, 25), 25), (date(2026, 11, 23), 24)]
)
def test_a_day_is_as_long_as_the_clocks_make_it(day: date, hours: int) -> None:
    period = build_day_period(day, day, ZoneInfo("Europe/Berlin"))
    assert period.end - period.start == hours * HOUR
    assert len(period.hours()) == hours


def test_a_day_in_a_zone_between_whole_hours_touches_one_hour_more() -> None:
    assert (
        len(build_day_period(date(2026, 11, 23), date(2026, 11, 23), ZoneInfo("Asia/Kolkata")).hours()) == 25
    )


@given(moments, st.timedeltas(timedelta(), timedelta(days=40)))
def test_the_hours_of_a_period_cover_it_and_no_more(start: datetime, length: timedelta) -> None:
    hours = Period(start, start + length).hours()
    if not length:
        assert len(hours) <= 1
        return
    assert hours[0] == start_of_hour(start)
    assert hours[-1] < start + length <= hours[-1] + HOUR
    assert all(later - earlier == HOUR for earlier, later in pairwise(hours))


@given(moments, st.sampled_from(sorted(LATEST)), zones)
def test_the_latest_stretch_ends_now_in_whatever_zone_now_is_given(
    now: datetime, choice: str, zone: ZoneInfo
) -> None:
    period = build_latest_period(choice, now.astimezone(zone))
    assert period.end == now
    assert period.end - period.start == LATEST[choice]
    assert period.start.tzinfo is UTC
