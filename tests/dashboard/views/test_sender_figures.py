"""Which hours silences suggest."""

import random
from collections.abc import Iterable
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from contract.moments import Hours, describe_hours
from dashboard.views.sender_figures import propose_hours
from store.maintenance import Window
from store.senders import Silence

BERLIN, UTC_ZONE = ZoneInfo("Europe/Berlin"), ZoneInfo("UTC")
MONDAY = datetime(2026, 11, 9, tzinfo=UTC)
DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
WORKDAYS, ALL_DAYS = range(5), range(7)


def silences_of(
    days: int, begins: float, ends: float, *, weekdays: range = range(7), jitter: float = 0
) -> list[Silence]:
    """Those of a server that reports from one hour to another, on these days of the week."""
    chance = random.Random(1)
    worked = [
        (day + (begins + chance.uniform(0, jitter)) * HOUR, day + (ends - chance.uniform(0, jitter)) * HOUR)
        for day in (MONDAY + number * DAY for number in range(days))
        if day.weekday() in weekdays
    ]
    return [Silence(since, until) for (_, since), (until, _) in pairwise(worked)]


def hours(days: Iterable[int], start: int, end: int, zone: str = "UTC") -> Hours:
    return Hours(days=frozenset(days), start=time(start), end=time(end), zone=zone)


@pytest.mark.parametrize(
    ("silences", "zone", "days", "start", "end"),
    [
        (silences_of(14, 7.1, 18.9, weekdays=range(5), jitter=0.5), UTC_ZONE, WORKDAYS, 7, 19),
        # Those of the clocks that people look at.
        (silences_of(14, 6.1, 17.9), BERLIN, ALL_DAYS, 7, 19),
        # They may pass midnight.
        (silences_of(14, 22.1, 29.9), UTC_ZONE, ALL_DAYS, 22, 6),
        # Days of which nothing is known yet are like the others.
        (silences_of(4, 7.1, 18.9), UTC_ZONE, ALL_DAYS, 7, 19),
    ],
)
def test_nights_that_recur_suggest_the_hours_between(
    silences: list[Silence], zone: ZoneInfo, days: range, start: int, end: int
) -> None:
    assert propose_hours(silences, zone) == hours(days, start, end, zone.key)


@pytest.mark.parametrize(
    "silences",
    [
        [],
        silences_of(3, 7, 19),
        # One that is off at any time.
        [Silence(MONDAY + number * 17 * HOUR, MONDAY + (number * 17 + 5) * HOUR) for number in range(9)],
        # One that reports all day but for a moment.
        silences_of(9, 0.1, 23.9),
    ],
)
def test_what_is_no_habit_suggests_nothing(silences: list[Silence]) -> None:
    assert propose_hours(silences, UTC_ZONE) is None


def test_with_the_hours_no_such_night_is_a_silence() -> None:
    silences = silences_of(14, 7.1, 18.9, weekdays=range(5), jitter=0.5)
    window = Window(
        window_id="w", starts=MONDAY - DAY, ends=MONDAY + 30 * DAY, outside=True,
        weekly=propose_hours(silences, UTC_ZONE), reason="nights", made_by="ana", made_at=MONDAY,
    )  # fmt: skip
    for one in silences:
        # All of the night but the hour before the work ends and the one after it began.
        held = [end - begin for begin, end in window.spans(one.since, one.until)]
        assert sum(held, timedelta()) >= one.until - one.since - timedelta(minutes=125)


def test_hours_in_words() -> None:
    assert describe_hours(hours(WORKDAYS, 7, 19)) == "Mon to Fri, 07:00 to 19:00, UTC"
    assert describe_hours(hours((0, 2), 22, 6)) == "Mon, Wed, 22:00 to 06:00, UTC"
    assert describe_hours(hours(range(7), 0, 0)) == "every day, a day long from 00:00, UTC"
