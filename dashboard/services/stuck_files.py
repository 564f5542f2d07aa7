"""Stuck files: each one from its first sighting to its last, instead of a row for every report."""

from datetime import datetime, timedelta
from enum import StrEnum, unique
from typing import Final

import pandas as pd

from dashboard import columns
from dashboard.data.frames import RecordFrames
from dashboard.services.clearing import find_clearing_reports
from dashboard.services.creation_dates import find_plausible

FILE: Final = [columns.FOLDER.name, columns.FILENAME.name, columns.CREATED.name]
"""What makes a file the same file. Another one of the same name was created at another time."""


@unique
class Status(StrEnum):
    """Whether a file is stuck, in the order in which they are shown."""

    OPEN = "open"
    UNKNOWN = "unknown"
    CLEARED = "cleared"


_LISTED: Final = "the latest report of its folder lists it"
_NOT_LISTED: Final = "a later report of its folder does not list it"
_NOT_NAMED: Final = "its reporter has since reported without naming its folder"
_SILENCE: Final = "nothing has been heard since: all well, or the script no longer runs"
_GAP: Final = "nothing was heard until it was reported again"

COLUMNS: Final = (
    columns.FOLDER,
    columns.FILENAME,
    columns.CREATED,
    columns.PLAUSIBLE,
    columns.STATUS,
    columns.BASIS,
    columns.SLA,
    columns.OVERDUE_NOW,
    columns.OVERDUE_WORST,
    columns.FIRST_SEEN,
    columns.LAST_SEEN,
    columns.REPORTS,
    columns.CLEARED_AT,
    columns.LATER,
)
"""Columns of a frame of stuck files."""


def find_stuck_files(frames: RecordFrames, as_of: datetime, quiet: timedelta) -> pd.DataFrame:
    """The stuck files in what was reported: the open ones first, then the unknown, each the worst first.

    A row ends where its file was not reported for longer than `quiet`; if it is reported again
    after that, a second row begins. What was reported may be in any order and hold the same twice.

    Status, and in `basis` how it is known:
        open: the latest report of the folder lists the file, and is not older than `quiet`.
        cleared: a later report would have listed it and does not (see `clearing`).
        unknown: neither, since nothing that would tell has been heard for longer than `quiet`.

    Args:
        frames: every record of a stretch of time, and the files of those that matter.
        as_of: the end of that stretch; status is as it was then.
        quiet: how long a file may go unreported within one row.

    Returns:
        `COLUMNS`: times in UTC; `sla`, `overdue_now` (NaN unless open) and `overdue_worst` in
        minutes; `cleared_at` the moment of the report that shows it, or NaT; `later` the number of
        later rows of the same file. Where the file's age is not known, both are NaN, and the row
        is among the last of its status.
    """
    stuck = _group_sightings(frames.files, quiet)
    same_file = stuck.groupby(FILE, dropna=False)
    stuck["later"] = same_file.cumcount(ascending=False)
    until = same_file["first_seen"].shift(-1)
    clearing = find_clearing_reports(stuck, frames.records)
    # Only reports before the file's next row can have cleared it: from then on it is stuck again.
    clearing = clearing.where(clearing.lt(until, axis="index") | until.isna().to_numpy()[:, None])
    cleared_at = clearing.min(axis="columns")
    heard = until.isna() & (as_of - stuck["last_seen"] <= quiet)
    stuck["cleared_at"] = cleared_at
    stuck["status"] = Status.UNKNOWN.value
    stuck["basis"] = _SILENCE
    stuck.loc[until.notna(), "basis"] = _GAP
    stuck.loc[heard, ["status", "basis"]] = [Status.OPEN.value, _LISTED]
    stuck.loc[cleared_at.notna(), ["status", "basis"]] = [Status.CLEARED.value, _NOT_NAMED]
    stuck.loc[clearing["by_folder"].notna() & (clearing["by_folder"] == cleared_at), "basis"] = _NOT_LISTED
    now_overdue = _measure_overdue(as_of, stuck)
    stuck["overdue_now"] = now_overdue.where((stuck["status"] == Status.OPEN) & stuck["plausible"])
    stuck["overdue_worst"] = stuck[["overdue_worst", "overdue_now"]].max(axis="columns")
    return _sort_worst_first(stuck)[[column.name for column in COLUMNS]]


def _sort_worst_first(stuck: pd.DataFrame) -> pd.DataFrame:
    rank = stuck["status"].map({status.value: rank for rank, status in enumerate(Status)})
    order = ["rank", "overdue_worst", *FILE, "first_seen"]
    return stuck.assign(rank=rank).sort_values(
        order, ascending=[name != "overdue_worst" for name in order], ignore_index=True
    )


def _group_sightings(files: pd.DataFrame, quiet: timedelta) -> pd.DataFrame:
    """Sightings of the same file with no gap longer than `quiet`, one row each, in order of time."""
    sightings = files.drop_duplicates().sort_values(
        [*FILE, "detected_at", "reported_by", "sla"], ignore_index=True
    )
    gap = sightings.groupby(FILE, dropna=False)["detected_at"].diff()
    sightings["row"] = (gap.isna() | (gap > quiet)).cumsum()
    # A date in the future may become plausible while the file is stuck.
    plausible = find_plausible(sightings["created"], sightings["detected_at"])
    sightings["plausible"] = plausible
    sightings["overdue"] = _measure_overdue(sightings["detected_at"], sightings).where(plausible)
    rows = sightings.groupby("row", as_index=False).agg(
        **{name: (name, "first") for name in FILE},
        plausible=("plausible", "last"),
        sla=("sla", "last"),
        reported_by=("reported_by", "last"),
        first_seen=("detected_at", "first"),
        last_seen=("detected_at", "last"),
        reports=("detected_at", "size"),
        overdue_worst=("overdue", "max"),
    )
    return rows.drop(columns="row")


def _measure_overdue(at: "datetime | pd.Series[pd.Timestamp]", files: pd.DataFrame) -> "pd.Series[float]":
    """Minutes over the SLA at a moment, never below nothing."""
    waited: pd.Series[float] = (at - files["created"]).dt.total_seconds() / 60
    return (waited - files["sla"]).clip(lower=0)
