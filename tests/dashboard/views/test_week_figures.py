"""The figures of a week, against a clock that counts minute by minute."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as some

from contract.folders import folder_key
from dashboard.data.tables import Breach
from dashboard.figures.series import Period
from dashboard.views.week_figures import (
    NOBODY,
    add_up,
    average,
    list_parts,
    measure_folders,
    select_known,
    tabulate_folders,
    tabulate_owners,
    tabulate_parts,
)

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 25, 10, 30, tzinfo=UTC)
MINUTE, DAY, WEEK = timedelta(minutes=1), timedelta(days=1), timedelta(days=7)
PARTS = list_parts(NOW, ZoneInfo("UTC"))
MONDAY = datetime(2026, 11, 23, tzinfo=UTC)


def breach(
    since: datetime, until: datetime | None, folder: str = "C:\\A", owner: str = "", of: str = ""
) -> Breach:
    return Breach(of or f"{folder}{since}", folder, owner, since, until)


def test_parts_begin_on_monday_and_end_at_the_same_time_of_their_week() -> None:
    assert PARTS[0] == Period(MONDAY, NOW)
    assert [(part.start, part.end) for part in PARTS[1:]] == [
        (MONDAY - number * WEEK, NOW - number * WEEK) for number in (1, 2, 3, 4)
    ]


def test_clocks_that_were_changed_since_show_the_same_time() -> None:
    now = datetime(2026, 10, 27, 9, 0, tzinfo=BERLIN)
    this, before, *_ = list_parts(now, BERLIN)
    assert (this.start.astimezone(BERLIN).hour, before.start.astimezone(BERLIN).hour) == (0, 0)
    assert f"{before.end.astimezone(BERLIN):%Y-%m-%d %H:%M}" == "2026-10-20 09:00"
    assert this.start - before.start == WEEK + timedelta(hours=1)
    # In the hour that a spring leaves out, on a Sunday of four weeks ago, there still is an end.
    list_parts(datetime(2027, 4, 25, 2, 30, tzinfo=BERLIN), BERLIN)


def test_on_monday_at_midnight_nothing_has_gone_by() -> None:
    parts = list_parts(MONDAY, ZoneInfo("UTC"))
    assert measure_folders([breach(MONDAY - DAY, None)], parts, MONDAY) == []
    [one] = measure_folders(
        [breach(MONDAY - DAY, None)], list_parts(MONDAY + MINUTE, BERLIN), MONDAY + MINUTE
    )
    assert one.figures[0].within == 0


spans = some.lists(
    some.tuples(
        some.integers(-36 * 24 * 60, 3000),
        some.integers(1, 9000),
        some.sampled_from("abA"),
        some.sampled_from("xy"),
    ),
    max_size=8,
)


@given(spans, some.integers(5, 2600))
def test_figures_are_those_that_a_clock_would_count(
    drawn: list[tuple[int, int, str, str]], elapsed: int
) -> None:
    now = MONDAY + elapsed * MINUTE
    parts = list_parts(now, ZoneInfo("UTC"))
    breaches = [
        breach(
            MONDAY + start * MINUTE,
            None if start + length > elapsed else MONDAY + (start + length) * MINUTE,
            f"C:\\{name}",
            owner,
            str(number),
        )
        for number, (start, length, name, owner) in enumerate(drawn)
        if start < elapsed
    ]
    measured = {(folder_key(one.name), one.owner): one for one in measure_folders(breaches, parts, now)}
    expected: dict[tuple[str, str], list[Breach]] = {}
    for one in breaches:
        expected.setdefault((folder_key(one.folder), one.owner), []).append(one)
    counted: dict[tuple[str, str], list[tuple[int, int, int]]] = {}
    for key, same in expected.items():
        figures = [_count(same, part, now) for part in parts]
        if any(incidents for incidents, *_ in figures):
            counted[key] = figures
    assert measured.keys() == counted.keys()
    for key, figures in counted.items():
        got = [(one.incidents, one.breached / MINUTE, one.longest / MINUTE) for one in measured[key].figures]
        assert got == figures
        for part in measured[key].figures:
            assert part.within is not None
            exact = 100 * (1 - part.breached / part.watched)
            assert exact - 0.1 - 1e-9 < part.within <= exact + 1e-9
            assert (part.within == 100) == (part.breached == timedelta())


def _count(breaches: list[Breach], part: Period, now: datetime) -> tuple[int, int, int]:
    minutes = [
        {
            minute
            for minute in range((part.end - part.start) // MINUTE)
            if one.since <= part.start + minute * MINUTE < (one.until or now)
        }
        for one in breaches
    ]
    return (
        sum(bool(one) for one in minutes),
        len(set().union(*minutes)),
        max((len(one) for one in minutes), default=0),
    )


def test_a_stack_that_is_young_had_no_better_weeks_before() -> None:
    young = [breach(MONDAY - 3 * DAY, MONDAY - 2 * DAY), breach(MONDAY - 6 * DAY, MONDAY - 5 * DAY)]
    parts = select_known(PARTS, young)
    assert len(parts) == 2
    [one] = measure_folders(young, parts, NOW)
    assert average(one.figures, lambda figures: figures.incidents) == 1
    assert select_known(PARTS, []) == PARTS[:1]
    [only] = measure_folders([breach(MONDAY, NOW)], PARTS[:1], NOW)
    assert average(only.figures, lambda figures: figures.incidents) is None


def test_tables_have_the_longest_in_breach_first_and_owners_added_up() -> None:
    folders = measure_folders(
        [
            breach(MONDAY, MONDAY + 60 * MINUTE, "C:\\A", "orders"),
            breach(MONDAY, MONDAY + 90 * MINUTE, "C:\\B", "orders"),
            breach(MONDAY, MONDAY + 600 * MINUTE, "C:\\C"),
            breach(MONDAY - WEEK, MONDAY - WEEK + 60 * MINUTE, "c:/a", "orders"),
        ],
        PARTS,
        NOW,
    )
    table = tabulate_folders(folders)
    assert list(table["folder"]) == ["C:\\C", "C:\\B", "C:\\A"]
    assert list(table["owner"]) == [NOBODY, "orders", "orders"]
    assert list(table["incidents_before"]) == [0, 0, 0.25]
    assert list(table["breached_before"]) == [0, 0, 15]
    owners = tabulate_owners(folders, len(PARTS))
    assert list(owners["owner"]) == [NOBODY, "orders"]
    assert list(owners["folders"]) == [1, 2]
    assert list(owners["breached"]) == [600, 150]
    assert list(owners["longest"]) == [600, 90]
    whole = 2 * ((NOW - MONDAY) / MINUTE)
    assert owners["within"].iloc[1] == pytest.approx(100 * (1 - 150 / whole), abs=0.1)
    weeks = tabulate_parts(add_up(folders, len(PARTS)), PARTS)
    assert list(weeks["incidents"]) == [3, 1, 0, 0, 0]
    assert list(weeks["within"])[2:] == [100, 100, 100]


def test_nothing_is_no_row() -> None:
    assert len(tabulate_folders([])) == len(tabulate_owners([], 5)) == 0
