"""What the page of folders computes: how each is now, how often it was in breach, how long files waited."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import pandas as pd

from contract.folders import folder_key
from contract.words import IncidentStatus
from dashboard import columns
from dashboard.columns import Column, tabulate
from dashboard.data.records import RECORD_KEY, RecordFrames
from dashboard.figures.breaches import BREACHED, INCIDENTS, LONGEST, measure_folders
from dashboard.figures.incidents import is_quiet, overdue_minutes
from dashboard.figures.series import Period
from dashboard.figures.stuck_files import find_plausible, mark_places
from store.incidents import Incident

NOW: Final = Column("now", "status", "Now", "Whether it is in breach at the moment.", 116)
OVERDUE: Final = Column("overdue", "minutes", "Over SLA now", "How far its oldest file is over the SLA.", 112)
COLUMNS: Final = (NOW, columns.FOLDER, OVERDUE, BREACHED, INCIDENTS, LONGEST, columns.OWNER)
"""Columns of a frame of folders."""


_OPEN: Final = "▲ In breach"
_UNKNOWN: Final = "? Unknown"
_NOT: Final = "✓ Nothing open"
_ORDER: Final = (_OPEN, _UNKNOWN, _NOT)


def rank_folders(incidents: Sequence[Incident], period: Period, now: datetime) -> pd.DataFrame:
    """`COLUMNS` of every folder that was in breach in the period.

    Those in breach now come first, the furthest over its SLA at the top; then the unknown ones; then those
    that were in breach for the longest.
    """
    live: dict[str, list[Incident]] = {}
    for one in incidents:
        if one.live and not is_quiet(one):
            live.setdefault(one.key, []).append(one)
    rows = [
        (*_describe_now(live.get(folder_key(str(row.folder)), ()), now), row)
        for row in measure_folders(incidents, [period], now).itertuples()
    ]
    table = tabulate(
        [
            (word, row.folder, overdue, row.breached, row.incidents, row.longest, row.owner)
            for word, overdue, row in rows
        ],
        COLUMNS,
    )
    order = [OVERDUE.name, BREACHED.name, columns.FOLDER.name]
    by_figures = table.sort_values(order, ascending=[False, False, True])
    return by_figures.sort_values(
        NOW.name, key=lambda words: words.map(_ORDER.index), kind="stable", ignore_index=True
    )


def _describe_now(incidents: Sequence[Incident], now: datetime) -> tuple[str, float | None]:
    for status, word in ((IncidentStatus.OPEN, _OPEN), (IncidentStatus.UNKNOWN, _UNKNOWN)):
        found = [one for one in incidents if one.status is status]
        if found:
            overdue = [minutes for one in found if (minutes := overdue_minutes(one, now)) is not None]
            return word, max(overdue, default=None)
    return _NOT, None


_FILE: Final = ["place", "filename", "created"]


def find_longest_waits(frames: RecordFrames) -> pd.DataFrame:
    """Per record `detected_at`, the `hours` its oldest file had waited, the `sla` in hours, and `files`.

    Of files whose age is not known none counts as the oldest; `hours` is NaN where there are no others.
    Records with the same `stretch` are of one sender, and each has a file in common with the one before it:
    the breach went on in between.
    """
    files = mark_places(frames.files)
    seen = files["detected_at"]
    waited = (seen - files["created"]).dt.total_seconds() / 3600
    files["record"] = files.groupby(["place", *RECORD_KEY], sort=True).ngroup()
    of_file = files.sort_values("record").groupby(_FILE, dropna=False)["record"]
    waits = (
        files.assign(
            hours=waited.where(find_plausible(files["created"], seen)),
            sla=files["sla"] / 60,
            goes_on=of_file.diff().eq(1),  # in the record just before its own
        )
        .groupby("record", as_index=False)
        .agg(
            detected_at=("detected_at", "first"),
            hours=("hours", "max"),
            sla=("sla", "max"),
            files=("filename", "size"),
            goes_on=("goes_on", "any"),
        )
    )
    stretch = (~waits["goes_on"]).cumsum()
    return waits.assign(stretch=stretch).sort_values("detected_at", ignore_index=True)[
        ["detected_at", "hours", "sla", "files", "stretch"]
    ]
