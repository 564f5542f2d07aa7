"""Incidents in a few words, as pages are given them, and the stuck files that come of them."""

from datetime import datetime
from typing import Final

import pandas as pd

from contract.words import IncidentStatus
from dashboard.data.records import RecordFrames
from dashboard.figures.stuck_files import BreachSpan, Spans, follow_files, measure_open_files

NO_SPANS: Final[Spans] = {}


def span(opened: datetime, ended: datetime | None = None) -> BreachSpan:
    """One that is open, or was cleared."""
    return BreachSpan(opened, ended, IncidentStatus.OPEN if ended is None else IncidentStatus.CLEARED)


def find_stuck_files(frames: RecordFrames, now: datetime, *, incidents: Spans = NO_SPANS) -> pd.DataFrame:
    """The stuck files as of `now`."""
    return measure_open_files(follow_files(frames, incidents), now)
