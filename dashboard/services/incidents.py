"""Incidents: one stuck file from its first report to its last, instead of a row for every report."""

from datetime import datetime, timedelta
from typing import Final

import pandas as pd

from dashboard.data.frames import Breaches
from dashboard.services.evidence import left_out

FILE: Final = ["folder", "filename", "created"]
"""What makes a file the same file. Another one of the same name was created at another time."""

OPEN: Final = "open"
CLEARED: Final = "cleared"
UNKNOWN: Final = "unknown"
STATUSES: Final = (OPEN, UNKNOWN, CLEARED)

_LISTED: Final = "the latest report of its folder lists it"
_NOT_LISTED: Final = "a later report of its folder does not list it"
_NOT_NAMED: Final = "its reporter has since reported without naming its folder"
_SILENCE: Final = "nothing has been heard since: all well, or the script no longer runs"
_GAP: Final = "nothing was heard until it was reported again"

COLUMNS: Final = [
    *FILE,
    "status",
    "basis",
    "sla",
    "overdue_now",
    "overdue_worst",
    "first_seen",
    "last_seen",
    "reports",
    "cleared_at",
    "later",
]


def find_incidents(breaches: Breaches, as_of: datetime, quiet: timedelta) -> pd.DataFrame:
    """The incidents in what was reported: the open ones first, then the unknown, each the worst first.

    An incident ends where its file was not reported for longer than `quiet`; if it is reported
    again after that, a second incident begins. What was reported may be in any order and hold
    the same twice.

    Status, and in `basis` how it is known:
        open: the latest report of the folder lists the file, and is not older than `quiet`.
        cleared: a later report would have listed it and does not (see `evidence`).
        unknown: neither, since nothing that would tell has been heard for longer than `quiet`.

    Args:
        breaches: every report of a stretch of time, and the files of those that matter.
        as_of: the end of that stretch; status is as it was then.
        quiet: how long a file may go unreported within one incident.

    Returns:
        `COLUMNS`: times in UTC; `sla`, `overdue_now` (NaN unless open) and `overdue_worst` in
        minutes; `cleared_at` the moment of the report that shows it, or NaT; `later` the number of
        later incidents of the same file.
    """
    incidents = _runs(breaches.files, quiet)
    same_file = incidents.groupby(FILE, dropna=False)
    incidents["later"] = same_file.cumcount(ascending=False)
    until = same_file["first_seen"].shift(-1)
    evidence = left_out(incidents, breaches.reports)
    # The report with which the next incident begins names the folder too, but ends nothing.
    evidence = evidence.where(evidence.lt(until, axis="index") | until.isna().to_numpy()[:, None])
    cleared_at = evidence.min(axis="columns")
    heard = until.isna() & (as_of - incidents["last_seen"] <= quiet)
    incidents["cleared_at"] = cleared_at
    incidents["status"] = UNKNOWN
    incidents["basis"] = _SILENCE
    incidents.loc[until.notna(), "basis"] = _GAP
    incidents.loc[heard, ["status", "basis"]] = [OPEN, _LISTED]
    incidents.loc[cleared_at.notna(), ["status", "basis"]] = [CLEARED, _NOT_NAMED]
    incidents.loc[evidence["by_folder"].notna() & (evidence["by_folder"] == cleared_at), "basis"] = (
        _NOT_LISTED
    )
    now_overdue = _overdue(as_of, incidents)
    incidents["overdue_now"] = now_overdue.where(incidents["status"] == OPEN)
    incidents["overdue_worst"] = incidents[["overdue_worst", "overdue_now"]].max(axis="columns")
    return _worst_first(incidents)[COLUMNS]


def _worst_first(incidents: pd.DataFrame) -> pd.DataFrame:
    rank = incidents["status"].map({status: rank for rank, status in enumerate(STATUSES)})
    order = ["rank", "overdue_worst", *FILE, "first_seen"]
    return incidents.assign(rank=rank).sort_values(
        order, ascending=[name != "overdue_worst" for name in order], ignore_index=True
    )


def _runs(files: pd.DataFrame, quiet: timedelta) -> pd.DataFrame:
    """Sightings of the same file with no gap longer than `quiet`, one row each, in order of time."""
    sightings = files.drop_duplicates().sort_values(
        [*FILE, "detected_at", "reported_by", "sla"], ignore_index=True
    )
    gap = sightings.groupby(FILE, dropna=False)["detected_at"].diff()
    sightings["run"] = (gap.isna() | (gap > quiet)).cumsum()
    sightings["overdue"] = _overdue(sightings["detected_at"], sightings)
    runs = sightings.groupby("run", as_index=False).agg(
        **{name: (name, "first") for name in FILE},
        sla=("sla", "last"),
        reported_by=("reported_by", "last"),
        first_seen=("detected_at", "first"),
        last_seen=("detected_at", "last"),
        reports=("detected_at", "size"),
        overdue_worst=("overdue", "max"),
    )
    return runs.drop(columns="run")


def _overdue(at: "datetime | pd.Series[pd.Timestamp]", files: pd.DataFrame) -> "pd.Series[float]":
    """Minutes over the SLA at a moment, never below nothing."""
    waited: pd.Series[float] = (at - files["created"]).dt.total_seconds() / 60
    return (waited - files["sla"]).clip(lower=0)
