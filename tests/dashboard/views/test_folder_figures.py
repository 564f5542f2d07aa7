"""What the charts and key figures show."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from contract.moments import HOUR
from contract.words import IncidentStatus, UnknownReason
from dashboard.figures.series import Period
from dashboard.views import folder_figures
from store.incidents import Incident
from store.runs import Stamp
from tests.dashboard.fake_table import item
from tests.dashboard.spans import NOON, breaches, find_stuck_files, record, span

BERLIN = ZoneInfo("Europe/Berlin")


def test_days_are_those_of_the_viewers_zone_and_all_of_the_range() -> None:
    sunday_late = datetime(2026, 11, 22, 23, 30, tzinfo=UTC)
    reports = breaches(item(sunday_late), item(sunday_late - HOUR)).records
    period = Period(sunday_late - timedelta(days=2), sunday_late + HOUR)
    days = {
        zone: folder_figures.count_hours_by_day(reports, period, ZoneInfo(zone))
        for zone in ("UTC", "Europe/Berlin")
    }
    assert list(days["UTC"]["day"].dt.strftime("%m-%d")) == ["11-20", "11-21", "11-22", "11-23"]
    assert list(days["UTC"]["hours"]) == [0, 0, 2, 0]
    assert list(days["Europe/Berlin"]["day"].dt.strftime("%m-%d")) == ["11-21", "11-22", "11-23"]
    assert list(days["Europe/Berlin"]["hours"]) == [0, 1, 1]


def test_the_timeline_shows_the_oldest_file_of_each_report_and_breaks_where_none_goes_on() -> None:
    files = [("old", NOON - 5 * HOUR), ("0.csv", NOON - HOUR)]
    found = folder_figures.find_longest_waits(
        breaches(item(NOON, "F", files, sla=90), item(NOON + HOUR, "F", files[:1]), record(4))
    )
    assert list(found["hours"]) == [5, 6, 9]
    assert found["sla"].iloc[0] == 1.5
    assert found["files"].iloc[0] == 2
    assert found["stretch"].nunique() == 2
    assert found["stretch"].iloc[0] == found["stretch"].iloc[1]


def test_recurrence_counts_what_began_and_how_long_it_took() -> None:
    def at(hours: float, name: str) -> dict[str, Any]:
        return item(NOON + timedelta(hours=hours), "F", [(name, NOON - 5 * HOUR)])

    reports = breaches(record(0, files=2), record(1, files=2), at(10, "b"), at(30, "c"), at(32, "c"))
    found = folder_figures.summarize_recurrence(find_stuck_files(reports, NOON + 33 * HOUR), BERLIN)
    assert found.files == 4
    assert found.days == 2
    assert found.typical_overdue == timedelta(minutes=(340 + 880) / 2)
    assert found.typical_interval == timedelta(hours=15)


def test_recurrence_of_nothing_has_no_typical_anything() -> None:
    found = folder_figures.summarize_recurrence(find_stuck_files(breaches(), NOON), BERLIN)
    assert (found.files, found.typical_overdue, found.typical_interval) == (0, None, None)


NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)


def incident(folder: str, sender: str = "one", hours: float = 5, **more: Any) -> Incident:
    """One that has waited for so many hours; open unless said otherwise."""
    since = NOW - hours * HOUR
    values: dict[str, Any] = {
        "incident_id": "1",
        "sender": sender,
        "sender_name": sender,
        "folder": folder,
        "sla": 60,
        "opened": Stamp(since, "", since),
        "seen": Stamp(since, "", since),
        "breached_since": since,
        "oldest_creation": since,
        "file_count": 1,
        "peak_file_count": 1,
    }
    return Incident(**{**values, **more})


def unknown(folder: str, reason: UnknownReason = UnknownReason.SILENT, **more: Any) -> Incident:
    return incident(folder, status=IncidentStatus.UNKNOWN, reason=reason, **more)


def test_a_folders_incidents_are_found_under_every_spelling_the_open_ones_first() -> None:
    mine = [
        unknown("d:/in/", sender="two", hours=9),
        incident("D:\\In", hours=2),
        incident("D:\\IN", hours=3),
    ]
    found = folder_figures.select_of_folder([*mine, incident("D:\\Out")], "D:\\In", NOW)
    assert found == [mine[2], mine[1], mine[0]]


def test_the_last_breach_is_the_one_that_ended_last() -> None:
    spans = {
        ("one", "d:\\in"): [span(NOW - 9 * HOUR, NOW - 8 * HOUR), span(NOW - 3 * HOUR, NOW - 2 * HOUR)],
        ("two", "d:\\in"): [span(NOW - 5 * HOUR, NOW - 4 * HOUR), span(NOW - HOUR)],
        ("two", "d:\\out"): [span(NOW - 2 * HOUR, NOW - HOUR)],
    }
    assert folder_figures.find_last_end(spans, "D:/In") == NOW - 2 * HOUR
    assert folder_figures.find_last_end(spans, "D:\\Other") is None


def test_folders_in_breach_come_first_then_the_unknown_then_those_that_were_longest_in_breach() -> None:
    reported = [
        item(NOW - hours * HOUR, folder, [(f"{number}.csv", NOW - 30 * HOUR) for number in range(files)])
        for folder, hours, files in (
            ("D:\\Often", 3, 1),
            ("D:\\Often", 4, 3),
            ("d:/often", 5, 2),
            ("D:\\Once", 3, 1),
            ("D:\\Lost", 2, 1),
            ("D:\\Quiet", 2, 1),
        )
    ]
    live = [
        incident("D:\\Bad", hours=3),
        incident("D:\\Worse", hours=7),
        unknown("D:\\lost"),
        unknown("D:\\Quiet", UnknownReason.NOT_REPORTED),
    ]
    ranking = folder_figures.rank_folders(
        folder_figures.summarize_folders(breaches(*reported).records), live, NOW
    )
    assert list(ranking["folder"]) == [
        "D:\\Worse",
        "D:\\Bad",
        "D:\\Lost",
        "D:\\Often",
        "D:\\Once",
        "D:\\Quiet",
    ]
    assert list(ranking["now"]) == ["▲ In breach"] * 2 + ["? Unknown"] + ["✓ Nothing open"] * 3
    assert list(ranking["overdue"])[:2] == [6 * 60, 2 * 60]
    often = ranking.loc[3]
    assert (often["hours"], often["most_files"], often["senders"]) == (3, 3, 1)
    assert often["last_reported"] == NOW - 3 * HOUR


@pytest.mark.parametrize("live", [[], [incident("D:\\In")]])
def test_without_records_the_folders_are_those_in_breach(live: list[Incident]) -> None:
    ranking = folder_figures.rank_folders(folder_figures.summarize_folders(breaches().records), live, NOW)
    assert list(ranking["folder"]) == [one.folder for one in live]
