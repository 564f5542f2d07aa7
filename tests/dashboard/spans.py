"""Records and incidents in a few words, as pages are given them, and the stuck files that come of them."""

from datetime import UTC, datetime, timedelta
from typing import Any, Final

import pandas as pd

from contract.moments import HOUR
from contract.words import IncidentStatus
from dashboard.data.records import RecordFrames, parse_records
from dashboard.figures.stuck_files import BreachSpan, Spans, follow_files, measure_open_files
from tests.dashboard.fake_table import item

NO_SPANS: Final[Spans] = {}
NOON: Final = datetime(2026, 11, 23, 12, tzinfo=UTC)


def breaches(*items: dict[str, Any]) -> RecordFrames:
    return RecordFrames.of(parse_records(items))


def record(hours: float, folder: str = "F", files: int = 1, **more: Any) -> dict[str, Any]:
    """A record of so many hours after noon."""
    names = [(f"{number}.csv", NOON - 5 * HOUR) for number in range(files)]
    return item(NOON + timedelta(hours=hours), folder, names, **more)


def span(opened: datetime, ended: datetime | None = None) -> BreachSpan:
    """One that is open, or was cleared."""
    return BreachSpan(opened, ended, IncidentStatus.OPEN if ended is None else IncidentStatus.CLEARED)


def find_stuck_files(frames: RecordFrames, now: datetime, *, incidents: Spans = NO_SPANS) -> pd.DataFrame:
    """The stuck files as of `now`."""
    return measure_open_files(follow_files(frames, incidents), now)
