"""Records and incidents in a few words, as pages are given them, and the stuck files that come of them."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import pandas as pd
from hypothesis import settings

from contract.folders import folder_key
from contract.moments import HOUR
from contract.words import IncidentStatus
from dashboard.data.records import RecordFrames, parse_records
from dashboard.figures.stuck_files import BreachSpan, follow_files, measure_open_files
from tests.dashboard.fake_table import item

NOON: Final = datetime(2026, 11, 23, 12, tzinfo=UTC)
PROPERTY: Final = settings(deadline=None, max_examples=15)
"""How often the properties are tried: pandas takes its time even for small frames."""


def breaches(*items: dict[str, Any]) -> RecordFrames:
    return RecordFrames.of(parse_records(items))


def record(hours: float, folder: str = "F", files: int = 1, **more: Any) -> dict[str, Any]:
    """A record of so many hours after noon."""
    names = [(f"{number}.csv", NOON - 5 * HOUR) for number in range(files)]
    return item(NOON + timedelta(hours=hours), folder, names, **more)


def span(
    opened: datetime,
    ended: datetime | None = None,
    status: IncidentStatus | None = None,
    *,
    sender: str = "r",
    folder: str = "F",
) -> BreachSpan:
    """An incident that is open, or was cleared, unless it has another status."""
    status = status or (IncidentStatus.CLEARED if ended else IncidentStatus.OPEN)
    return BreachSpan(sender, folder_key(folder), opened, ended, status)


def find_stuck_files(
    frames: RecordFrames, now: datetime, *, incidents: Iterable[BreachSpan] = ()
) -> pd.DataFrame:
    """The stuck files as of `now`."""
    return measure_open_files(follow_files(frames, incidents), now)
