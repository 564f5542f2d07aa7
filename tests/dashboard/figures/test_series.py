"""Stretches of time, and counts for each of their steps."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.moments import HOUR, start_of_hour
from dashboard.figures.series import Period, build_day_period, choose_step, count_files_in_breach, name_step
from tests.dashboard.fake_table import item
from tests.dashboard.spans import NOON, breaches, record

zones = st.sampled_from(sorted(available_timezones() - {"localtime", "Factory"})).map(ZoneInfo)
dates = st.dates(date(1995, 1, 1), date(2035, 12, 31))
moments = st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
DAY = timedelta(days=1)
BERLIN = ZoneInfo("Europe/Berlin")


@given(dates, zones)
def test_neighbouring_days_share_one_midnight(day: date, zone: ZoneInfo) -> None:
    assert build_day_period(day, day, zone).end == build_day_period(day + DAY, day + DAY, zone).start


@given(dates, zones)
def test_a_day_holds_the_moments_that_its_zone_calls_by_its_date(day: date, zone: ZoneInfo) -> None:
    period = build_day_period(day, day, zone)
    moment = period.start
    while moment < period.end:
        assert moment.astimezone(zone).date() == day
        moment += timedelta(minutes=15)


@pytest.mark.parametrize(
    ("day", "zone", "length", "touched"),
    [
        (date(2026, 3, 29), "Europe/Berlin", 23, 23),
        (date(2026, 10, 25), "Europe/Berlin", 25, 25),
        # A zone between whole hours.
        (date(2026, 11, 23), "Asia/Kolkata", 24, 25),
    ],
)
def test_a_day_is_as_long_as_the_clocks_make_it(day: date, zone: str, length: int, touched: int) -> None:
    period = build_day_period(day, day, ZoneInfo(zone))
    assert period.end - period.start == length * HOUR
    assert len(period.hours()) == touched


@given(moments, st.timedeltas(timedelta(), timedelta(days=40)))
def test_the_hours_of_a_period_cover_it_and_no_more(start: datetime, length: timedelta) -> None:
    hours = Period(start, start + length).hours()
    if not length:
        assert len(hours) <= 1
        return
    assert hours[0] == start_of_hour(start)
    assert hours[-1] < start + length <= hours[-1] + HOUR
    assert all(later - earlier == HOUR for earlier, later in pairwise(hours))


def test_a_step_shows_each_folders_most_files_however_often_it_was_reported() -> None:
    reports = breaches(
        record(0, "F", 2), record(0.3, "F", 3), record(0.6, "F", 1), record(0.3, "G", 4), record(2, "F", 1)
    ).records
    series = count_files_in_breach(reports, Period(NOON, NOON + 3 * HOUR + HOUR), BERLIN)
    assert list(series["files"]) == [7, 0, 1, 0]
    assert list(series["time"].dt.hour) == [13, 14, 15, 16]
    assert set(series["until"] - series["time"]) == {pd.Timedelta(HOUR)}


def test_an_hour_that_the_clocks_repeat_is_one_step() -> None:
    first = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    reports = breaches(item(first, "F", [("a", first)]), item(first + HOUR, "G", [("b", first)])).records
    series = count_files_in_breach(reports, Period(first - HOUR, first + 3 * HOUR), BERLIN)
    assert dict(zip(series["time"].dt.hour, series["files"], strict=True))[2] == 2


@pytest.mark.parametrize(
    ("longest", "step", "name"),
    [
        (timedelta(hours=3), timedelta(minutes=5), "5 minutes"),
        (timedelta(days=3), HOUR, "hour"),
        (timedelta(days=10), 3 * HOUR, "3 hours"),
        (timedelta(days=92), DAY, "day"),
    ],
)
def test_a_step_has_a_name_and_a_longest_period(longest: timedelta, step: timedelta, name: str) -> None:
    assert choose_step(Period(NOON, NOON + longest)) == step
    assert name_step(Period(NOON, NOON + longest)) == name
    longer = choose_step(Period(NOON, NOON + longest + timedelta(seconds=1)))
    assert longer > step or step == DAY
