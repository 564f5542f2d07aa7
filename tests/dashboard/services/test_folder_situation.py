"""How folders are now, and in which order they need someone."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from contract.words import IncidentStatus, UnknownReason
from dashboard.data.frames import RecordFrames
from dashboard.data.incident import Incident
from dashboard.data.records import parse_records
from dashboard.services.folder_situation import find_last_end, select_of_folder
from dashboard.services.ranking import rank_folders, summarize_folders
from tests.dashboard.fake_table import item
from tests.dashboard.spans import span

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def incident(folder: str, sender: str = "one", hours: float = 5, **more: Any) -> Incident:
    """One that has waited for so many hours; open unless said otherwise."""
    return Incident.model_construct(
        **{
            "sender": sender,
            "sender_name": sender,
            "folder": folder,
            "status": IncidentStatus.OPEN,
            "reason": None,
            "sla": 60,
            "breached_since": NOW - hours * HOUR,
            "oldest_creation": NOW - hours * HOUR,
            **more,
        }
    )


def unknown(folder: str, reason: UnknownReason = UnknownReason.SILENT, **more: Any) -> Incident:
    return incident(folder, status=IncidentStatus.UNKNOWN, reason=reason, **more)


def test_a_folders_incidents_are_found_under_every_spelling_the_open_ones_first() -> None:
    mine = [
        unknown("d:/in/", sender="two", hours=9),
        incident("D:\\In", hours=2),
        incident("D:\\IN", hours=3),
    ]
    found = select_of_folder([*mine, incident("D:\\Out")], "D:\\In", NOW)
    assert found == [mine[2], mine[1], mine[0]]


def test_the_last_breach_is_the_one_that_ended_last() -> None:
    spans = {
        ("one", "d:\\in"): [span(NOW - 9 * HOUR, NOW - 8 * HOUR), span(NOW - 3 * HOUR, NOW - 2 * HOUR)],
        ("two", "d:\\in"): [span(NOW - 5 * HOUR, NOW - 4 * HOUR), span(NOW - HOUR)],
        ("two", "d:\\out"): [span(NOW - 2 * HOUR, NOW - HOUR)],
    }
    assert find_last_end(spans, "D:/In") == NOW - 2 * HOUR
    assert find_last_end(spans, "D:\\Other") is None


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
        unknown("D:\\Quiet", UnknownReason.QUIET),
    ]
    ranking = rank_folders(summarize_folders(RecordFrames.of(parse_records(reported)).records), live, NOW)
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
    ranking = rank_folders(summarize_folders(RecordFrames.of().records), live, NOW)
    assert list(ranking["folder"]) == [one.folder for one in live]
