"""Which hours silences suggest."""

import random
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from contract.moments import Hours
from dashboard.data.tables import ExpectedHours, Silence
from dashboard.views.sender_figures import describe_hours, propose_hours
from handlers.incidents.timing import end_of

BERLIN, UTC_ZONE = ZoneInfo("Europe/Berlin"), ZoneInfo("UTC")
MONDAY = datetime(2026, 11, 9, tzinfo=UTC)
DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
WORKDAYS = ("mon", "tue", "wed", "thu", "fri")
ALL_DAYS = (*WORKDAYS, "sat", "sun")


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
    return [
        Silence.model_validate({"Since": since, "Until": until})
        for (_, since), (until, _) in pairwise(worked)
    ]


def hours(days: tuple[str, ...], start: str, end: str, zone: str = "UTC") -> ExpectedHours:
    return ExpectedHours.model_validate({"Days": days, "From": start, "To": end, "Zone": zone})


@pytest.mark.parametrize(
    ("silences", "zone", "days", "start", "end"),
    [
        (silences_of(14, 7.1, 18.9, weekdays=range(5), jitter=0.5), UTC_ZONE, WORKDAYS, "07:00", "19:00"),
        # Those of the clocks that people look at.
        (silences_of(14, 6.1, 17.9), BERLIN, ALL_DAYS, "07:00", "19:00"),
        # They may pass midnight.
        (silences_of(14, 22.1, 29.9), UTC_ZONE, ALL_DAYS, "22:00", "06:00"),
        # Days of which nothing is known yet are like the others.
        (silences_of(4, 7.1, 18.9), UTC_ZONE, ALL_DAYS, "07:00", "19:00"),
    ],
)
def test_nights_that_recur_suggest_the_hours_between(
    silences: list[Silence], zone: ZoneInfo, days: tuple[str, ...], start: str, end: str
) -> None:
    proposal = propose_hours(silences, zone)
    assert proposal is not None
    assert proposal.hours == hours(days, start, end, str(zone))
    assert proposal.silences == len(silences)


@pytest.mark.parametrize(
    "silences",
    [
        [],
        silences_of(3, 7, 19),
        # One that is off at any time.
        [
            Silence.model_validate(
                {"Since": MONDAY + number * 17 * HOUR, "Until": MONDAY + (number * 17 + 5) * HOUR}
            )
            for number in range(9)
        ],
        # One that reports all day but for a moment.
        silences_of(9, 0.1, 23.9),
    ],
)
def test_what_is_no_habit_suggests_nothing(silences: list[Silence]) -> None:
    assert propose_hours(silences, UTC_ZONE) is None


def test_with_the_hours_no_such_night_is_a_silence() -> None:
    silences = silences_of(14, 7.1, 18.9, weekdays=range(5), jitter=0.5)
    proposal = propose_hours(silences, UTC_ZONE)
    assert proposal is not None
    said = proposal.hours
    expected = Hours(
        days=frozenset(WORKDAYS.index(day) for day in said.days),
        start=time.fromisoformat(said.start),
        end=time.fromisoformat(said.end),
        zone=said.zone,
    )
    for one in silences:
        assert end_of(one.since, timedelta(minutes=125), expected) >= one.until


def test_hours_in_words() -> None:
    assert describe_hours(None) == "always"
    assert describe_hours(hours(WORKDAYS, "07:00", "19:00")) == "Mon to Fri, 07:00 to 19:00, UTC"
    assert describe_hours(hours(("mon", "wed"), "22:00", "06:00")) == "Mon, Wed, 22:00 to 06:00, UTC"
    every = hours(ALL_DAYS, "00:00", "00:00")
    assert describe_hours(every) == "every day, a day long from 00:00, UTC"
