"""The figures of a week, against a clock that counts minute by minute."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as some

from contract.folders import folder_key
from contract.words import IncidentStatus, UnknownReason
from dashboard.figures import breaches as figures_of
from dashboard.figures.breaches import (
    NOBODY,
    add_up,
    compare_weeks,
    list_parts,
    map_week,
    measure_folders,
    select_observed,
    sum_by_day,
    sum_by_hour,
)
from dashboard.figures.incidents import find_breach
from dashboard.figures.series import Period
from dashboard.views.folder_figures import rank_folders
from store.incidents import Incident
from store.runs import Stamp
from store.senders import Fleet

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 25, 10, 30, tzinfo=UTC)
MINUTE, DAY, WEEK = timedelta(minutes=1), timedelta(days=1), timedelta(days=7)
PARTS = list_parts(NOW, ZoneInfo("UTC"))
MONDAY = datetime(2026, 11, 23, tzinfo=UTC)


def breach(
    since: datetime, until: datetime | None, folder: str = "C:\\A", owner: str = "", of: str = "", **more: Any
) -> Incident:
    """One that was cleared, or is open where it has no end."""
    values: dict[str, Any] = {
        "status": IncidentStatus.CLEARED if until else IncidentStatus.OPEN,
        "opened": Stamp(since, "", since),
        "seen": Stamp(since, "", since),
        "oldest_creation": since,
    }
    known = {"sender": "one", "folder": folder, "owner": owner, "breached_since": since, "ended_at": until}
    sizes = {"sla": 60, "file_count": 1, "peak_file_count": 1}
    return Incident(incident_id=of or f"{folder}{since}", **{**values, **known, **sizes, **more})


def compare(measured: pd.DataFrame, *by: str) -> pd.DataFrame:
    return compare_weeks(measured, figures_of.OF_FOLDERS, *by)


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
    nothing = measure_folders([breach(MONDAY - DAY, None)], parts, MONDAY)
    assert compare(nothing, "folder", "owner").empty
    now = MONDAY + MINUTE
    figures = add_up(measure_folders([breach(MONDAY - DAY, None)], list_parts(now, BERLIN), now))
    assert figures["within"].iloc[0] == 0


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
def test_figures_are_what_a_clock_counts(drawn: list[tuple[int, int, str, str]], elapsed: int) -> None:
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
    groups: Any = add_up(measure_folders(breaches, parts, now), "folder", "owner").groupby(
        ["folder", "owner"]
    )
    measured = {(folder_key(folder), owner): same for (folder, owner), same in groups}
    expected: dict[tuple[str, str], list[Incident]] = {}
    for one in breaches:
        expected.setdefault((folder_key(one.folder), one.owner), []).append(one)
    counted: dict[tuple[str, str], list[tuple[int, int, int]]] = {}
    for key, same in expected.items():
        figures = [_count(same, part, now) for part in parts]
        if any(incidents for incidents, *_ in figures):
            counted[key] = figures
    assert measured.keys() == counted.keys()
    for key, figures in counted.items():
        rows = measured[key].sort_values("part")
        got = rows[["incidents", "breached", "longest"]].itertuples(index=False, name=None)
        assert list(got) == figures
        exact = 100 * (1 - rows["breached"] / rows["watched"])
        assert rows["within"].between(exact - 0.1 - 1e-9, exact + 1e-9).all()
        assert (rows["within"].eq(100) == rows["breached"].eq(0)).all()


def _count(breaches: list[Incident], part: Period, now: datetime) -> tuple[int, int, int]:
    minutes = [
        {
            minute
            for minute in range((part.end - part.start) // MINUTE)
            if since <= part.start + minute * MINUTE < until
        }
        for since, until in (find_breach(one, now) for one in breaches)
    ]
    return (
        sum(bool(one) for one in minutes),
        len(set().union(*minutes)),
        max((len(one) for one in minutes), default=0),
    )


def test_only_weeks_that_were_observed_from_their_beginning_count() -> None:
    nobody = Fleet(senders=[], refused={})
    young = [breach(MONDAY - 10 * DAY, MONDAY - 9 * DAY), breach(MONDAY - 6 * DAY, MONDAY - 5 * DAY)]
    parts, since = select_observed(PARTS, young, nobody)
    assert since == MONDAY - 10 * DAY
    assert len(parts) == 2
    assert list(compare(measure_folders(young, parts, NOW), "folder", "owner")["incidents_before"]) == [1]
    assert select_observed(PARTS, [], nobody) == (PARTS[:1], None)
    only = measure_folders([breach(MONDAY, NOW)], PARTS[:1], NOW)
    assert compare(only, "folder", "owner")["incidents_before"].isna().all()


def test_an_earlier_week_is_a_whole_one_beside_the_whole_ones_before() -> None:
    parts = list_parts(NOW, ZoneInfo("UTC"), (MONDAY - 5 * DAY).date())
    assert [part.start for part in parts[:2]] == [MONDAY - WEEK, MONDAY - 2 * WEEK]
    assert all(part.end - part.start == WEEK for part in parts)
    assert list_parts(NOW, BERLIN, (MONDAY + 40 * DAY).date()) == list_parts(NOW, BERLIN)


def test_a_folder_that_is_in_breach_each_week_is_chronic() -> None:
    often = [breach(MONDAY - number * WEEK, MONDAY - number * WEEK + DAY, "C:\\B") for number in range(3)]
    for weeks, pattern in ((3, "chronic"), (2, "")):
        folders = measure_folders([*often, breach(MONDAY, MONDAY + DAY)], PARTS[:weeks], NOW)
        assert sorted(compare(folders, "folder", "owner")["pattern"]) == ["", pattern]


@given(spans, some.sampled_from(["UTC", "Europe/Berlin", "Asia/Kolkata"]))
def test_hours_add_up_to_the_time_in_breach(drawn: list[tuple[int, int, str, str]], zone: str) -> None:
    """Of the same breaches, the heat map, the days and the week have the same sum."""
    breaches = [
        breach(MONDAY + start * MINUTE, MONDAY + (start + length) * MINUTE, f"C:\\{name}", owner, str(number))
        for number, (start, length, name, owner) in enumerate(drawn)
    ]
    period = PARTS[0]
    total = add_up(measure_folders(breaches, [period], NOW))["breached"].sum()
    hours = sum_by_hour(breaches, period, ZoneInfo(zone), NOW)
    assert hours["minutes"].sum() == pytest.approx(total)
    assert map_week(hours)["minutes"].sum() == pytest.approx(total)
    assert sum_by_day(hours)["hours"].sum() == pytest.approx(total / 60, abs=0.1)


def test_an_hour_has_the_minutes_of_each_folder_once() -> None:
    both = [
        breach(MONDAY + 100 * MINUTE, MONDAY + 160 * MINUTE, of="1"),
        breach(MONDAY + 100 * MINUTE, MONDAY + 130 * MINUTE, of="2"),
        breach(MONDAY + 110 * MINUTE, MONDAY + 120 * MINUTE, "C:\\B"),
    ]
    hours = sum_by_hour(both, PARTS[0], ZoneInfo("Asia/Kolkata"), NOW)
    found = hours[hours["minutes"].gt(0)]
    # Half an hour beside the hours of UTC.
    assert [(f"{time:%a %H:%M}", minutes) for time, minutes in found.itertuples(index=False)] == [
        ("Mon 07:00", 60),
        ("Mon 08:00", 10),
    ]
    week = map_week(hours)
    assert week[week["minutes"].gt(0)].to_numpy().tolist() == [[0, 7, 60], [0, 8, 10]]


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
    table = compare(folders, "folder", "owner")
    assert list(table["folder"]) == ["C:\\C", "C:\\B", "C:\\A"]
    assert list(table["owner"]) == [NOBODY, "orders", "orders"]
    assert list(table["incidents_before"]) == [0, 0, 0.25]
    assert list(table["breached_before"]) == [0, 0, 15]
    owners = compare_weeks(folders, figures_of.OF_OWNERS, "owner")
    assert list(owners["owner"]) == [NOBODY, "orders"]
    assert list(owners["folders"]) == [1, 2]
    assert list(owners["breached"]) == [600, 150]
    assert list(owners["longest"]) == [600, 90]
    whole = 2 * ((NOW - MONDAY) / MINUTE)
    assert owners["within"].iloc[1] == pytest.approx(100 * (1 - 150 / whole), abs=0.1)
    weeks = figures_of.tabulate_parts(folders, PARTS)
    assert list(weeks["incidents"]) == [3, 1, 0, 0, 0]
    assert list(weeks["within"])[2:] == [100, 100, 100]


def test_folders_in_breach_come_first_then_the_unknown_then_those_that_were_longest_in_breach() -> None:
    hour = timedelta(hours=1)
    ended = {"D:\\Often": (9, 8), "d:/often": (6, 3), "D:\\Once": (3, 2), "D:\\Before": (90, 80)}
    unknown = {"D:\\lost": (UnknownReason.SILENT, 1), "D:\\Quiet": (UnknownReason.NOT_REPORTED, 4)}
    incidents = [
        *(breach(NOW - since * hour, NOW - until * hour, path) for path, (since, until) in ended.items()),
        *(breach(NOW - hours * hour, None, path) for path, hours in {"D:\\Bad": 3, "D:\\Worse": 7}.items()),
    ]
    for path, (reason, hours) in unknown.items():
        seen, state = NOW - hours * hour, {"status": IncidentStatus.UNKNOWN, "reason": reason}
        incidents.append(breach(NOW - 5 * hour, None, path, seen=Stamp(seen, "", seen), **state))
    ranking = rank_folders(incidents, Period(NOW - DAY, NOW), NOW)
    names = ["D:\\Worse", "D:\\Bad", "D:\\lost", "d:/often", "D:\\Once", "D:\\Quiet"]
    assert list(ranking["folder"]) == names
    assert list(ranking["now"]) == ["▲ In breach"] * 2 + ["? Unknown"] + ["✓ Nothing open"] * 3
    assert list(ranking["overdue"])[:2] == [6 * 60, 2 * 60]
    often = ranking.loc[3]
    assert (often["breached"], often["incidents"], often["longest"]) == (4 * 60, 2, 3 * 60)
