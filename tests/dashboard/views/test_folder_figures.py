"""What the charts and key figures show."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from contract.moments import HOUR
from contract.words import IncidentStatus, UnknownReason
from dashboard.figures.series import Period
from dashboard.views import folder_figures
from store.incidents import Incident
from store.runs import Stamp
from tests.dashboard.fake_table import item
from tests.dashboard.spans import NOON, breaches, record

BERLIN = ZoneInfo("Europe/Berlin")


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


def cleared(folder: str, since: float, until: float, **more: Any) -> Incident:
    """One that was in breach from so many hours ago until so many."""
    ended = NOW - until * HOUR
    return incident(folder, hours=since, status=IncidentStatus.CLEARED, ended_at=ended, **more)


def test_folders_in_breach_come_first_then_the_unknown_then_those_that_were_longest_in_breach() -> None:
    incidents = [
        cleared("D:\\Often", 9, 8),
        cleared("d:/often", 6, 3),
        cleared("D:\\Once", 3, 2),
        incident("D:\\Bad", hours=3),
        incident("D:\\Worse", hours=7),
        unknown("D:\\lost", seen=Stamp(NOW - HOUR, "", NOW)),
        unknown("D:\\Quiet", UnknownReason.NOT_REPORTED, seen=Stamp(NOW - 4 * HOUR, "", NOW)),
        cleared("D:\\Before", 90, 80),
    ]
    ranking = folder_figures.rank_folders(incidents, Period(NOW - 24 * HOUR, NOW), NOW)
    assert list(ranking["folder"]) == [
        "D:\\Worse",
        "D:\\Bad",
        "D:\\lost",
        "d:/often",
        "D:\\Once",
        "D:\\Quiet",
    ]
    assert list(ranking["now"]) == ["▲ In breach"] * 2 + ["? Unknown"] + ["✓ Nothing open"] * 3
    assert list(ranking["overdue"])[:2] == [6 * 60, 2 * 60]
    often = ranking.loc[3]
    assert (often["breached"], often["incidents"], often["longest"]) == (4 * 60, 2, 3 * 60)
