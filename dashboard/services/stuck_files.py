"""Stuck files: each one from its first sighting to its last, instead of a row for every report."""

from datetime import datetime
from enum import StrEnum, unique
from typing import Final

import pandas as pd

from contract.words import IncidentStatus
from dashboard import columns
from dashboard.data.frames import RecordFrames
from dashboard.services.breach_spans import NO_SPANS, Spans
from dashboard.services.clearing import find_incidents, find_next_runs
from dashboard.services.creation_dates import find_plausible
from dashboard.services.places import mark_places

FILE: Final = [columns.FOLDER.name, columns.FILENAME.name, columns.CREATED.name]
"""What makes a file the same file in a place. Another one of the same name was created at another time."""


@unique
class Status(StrEnum):
    """Whether a file is stuck, in the order in which they are shown."""

    OPEN = "open"
    UNKNOWN = "unknown"
    LAST_SEEN = "last seen"
    CLEARED = "cleared"


_LATEST: Final = "the latest report of its folder shown here lists it, and"
_LISTED: Final = f"{_LATEST} the folder's incident is open"
_DOUBTFUL: Final = f"{_LATEST} whether the folder's incident goes on is unknown"
_UNSEEN: Final = f"{_LATEST} nobody saw how the folder's incident ended"
_NOTHING_SINCE: Final = f"{_LATEST} no incident tells of it since"
_NOT_LISTED: Final = "a later report of its sender about its folder does not list it"
_ENDED: Final = "its folder's incident was cleared then"
_BASES: Final = {
    IncidentStatus.OPEN: (Status.OPEN, _LISTED),
    IncidentStatus.UNKNOWN: (Status.UNKNOWN, _DOUBTFUL),
    IncidentStatus.LAPSED: (Status.LAST_SEEN, _UNSEEN),
    IncidentStatus.CLOSED: (Status.LAST_SEEN, _UNSEEN),
}
_REPEATED: Final = {
    columns.BASIS.name: pd.CategoricalDtype(
        [_NOT_LISTED, _ENDED, _NOTHING_SINCE, _LISTED, _DOUBTFUL, _UNSEEN]
    ),
    columns.FOLDER_KEY.name: pd.CategoricalDtype(),
    columns.SENDER.name: pd.CategoricalDtype(),
}
"""Columns of the same few texts, hundreds of thousands of times, and their types. Nobody searches or sorts by
them, nor does a download take them for formulas: what does so looks for columns of plain text."""

COLUMNS: Final = (
    columns.FOLDER,
    columns.FOLDER_KEY,
    columns.SENDER,
    columns.SENDER_NAME,
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

_IN_PLACE: Final = ["place", columns.FILENAME.name, columns.CREATED.name]


def find_stuck_files(frames: RecordFrames, now: datetime, *, incidents: Spans = NO_SPANS) -> pd.DataFrame:
    """The stuck files in what was reported, by status, each the worst first.

    A row ends where its file is known to have been cleared; if it is reported again after that, a second row
    begins. What was reported may be in any order and hold the same twice.

    Status, and in `basis` how it is known:
        open: the latest report lists the file, and its folder's incident is open.
        unknown: the latest report lists it, and its folder's incident is unknown.
        last seen: the latest report lists it, and nothing is known since.
        cleared: its sender's next report about the folder leaves it out, or the folder's incident was
            cleared before that.

    Args:
        frames: every record of a stretch of time, and the files of those that matter.
        now: for how long open files have been over their SLA, whenever that stretch ended.
        incidents: those of that stretch, and those that live now.

    Returns:
        `COLUMNS`: times in UTC; `sla`, `overdue_now` (NaN unless open) and `overdue_worst` in
        minutes; `cleared_at` the moment that shows it, or NaT; `later` the number of
        later rows of the same file. Where the file's age is not known, both are NaN, and the row
        is among the last of its status.
    """
    return measure_open_files(follow_files(frames, incidents), now)


def follow_files(frames: RecordFrames, incidents: Spans) -> pd.DataFrame:
    """What `find_stuck_files` tells, as of the last report."""
    stuck = _group_sightings(_follow_sightings(frames, incidents))
    stuck["later"] = stuck.groupby("file").cumcount(ascending=False)
    stuck["status"], stuck["basis"] = Status.LAST_SEEN.value, _NOTHING_SINCE
    for incident, known in _BASES.items():
        stuck.loc[stuck["incident"].eq(incident.value), ["status", "basis"]] = known
    cleared = stuck["cleared_at"].notna()
    stuck.loc[cleared, ["status", "basis"]] = [Status.CLEARED.value, _NOT_LISTED]
    stuck.loc[cleared & stuck["cleared_at"].eq(stuck["ended"]), "basis"] = _ENDED
    stuck = measure_open_files(stuck, frames.records["detected_at"].max())
    return _sort_worst_first(stuck)[[column.name for column in COLUMNS]].astype(_REPEATED)


def measure_open_files(stuck: pd.DataFrame, now: datetime) -> pd.DataFrame:
    """The same files as of `now`, in the same order: all that are open get older at the same pace.

    Nothing but two columns is made anew, so that a minute costs little time and memory.
    """
    still_ages = stuck["status"].eq(Status.OPEN) & stuck["plausible"]
    overdue_now = _measure_overdue(now, stuck).where(still_ages)
    worst = pd.concat([stuck["overdue_worst"], overdue_now], axis="columns").max(axis="columns")
    return stuck.assign(overdue_now=overdue_now, overdue_worst=worst)


def _sort_worst_first(stuck: pd.DataFrame) -> pd.DataFrame:
    rank = stuck["status"].map({status.value: rank for rank, status in enumerate(Status)})
    order = ["rank", "overdue_worst", *FILE, "sender", "first_seen"]
    return stuck.assign(rank=rank).sort_values(
        order, ascending=[name != "overdue_worst" for name in order], ignore_index=True
    )


def _follow_sightings(frames: RecordFrames, incidents: Spans) -> pd.DataFrame:
    """Every sighting once, each file's in order of time, with what is known of the file from it to the next.

    Returns:
        Beside the sighting: `file`, a number; `incident` and `ended` (see `clearing`), and `cleared_at` where
        the file was cleared before its next sighting.
    """
    files = mark_places(frames.files, frames.records)
    sightings = files.drop_duplicates([*_IN_PLACE, "detected_at", "sla"]).sort_values(
        [*_IN_PLACE, "detected_at", "folder", "sla"], ignore_index=True
    )
    sightings["file"] = sightings.groupby(_IN_PLACE, dropna=False, sort=False).ngroup()
    runs = find_next_runs(sightings, mark_places(frames.records, frames.records))
    followed = sightings.assign(**find_incidents(sightings, incidents), run=runs["run"])
    seen_again = followed.groupby("file")["run"].shift(-1)
    cleared_at = pd.concat([runs["next_run"], followed["ended"]], axis="columns").min(axis="columns")
    # From its next sighting on it is stuck, or stuck again.
    return followed.assign(cleared_at=cleared_at.where(seen_again.isna() | cleared_at.lt(seen_again)))


def _group_sightings(sightings: pd.DataFrame) -> pd.DataFrame:
    """One row for each file from its first sighting to the last before it was cleared, in order of time."""
    file = sightings.groupby("file")
    begins = file["cleared_at"].shift().notna() | file.cumcount().eq(0)
    sightings["row"] = begins.cumsum()
    # A date in the future may become plausible while the file is stuck.
    plausible = find_plausible(sightings["created"], sightings["detected_at"])
    sightings["plausible"] = plausible
    sightings["overdue"] = _measure_overdue(sightings["detected_at"], sightings).where(plausible)
    last = ["file", *FILE, "folder_key", "sender", "sender_name", "plausible", "sla"]
    rows = sightings.groupby("row", as_index=False)
    ends = rows.tail(1).reset_index(drop=True)
    spans = rows.agg(
        first_seen=("detected_at", "first"),
        reports=("detected_at", "size"),
        overdue_worst=("overdue", "max"),
    )
    known = ends[[*last, "incident", "ended", "cleared_at"]].assign(last_seen=ends["detected_at"])
    return pd.concat([known, spans.drop(columns="row")], axis="columns")


def _measure_overdue(at: "datetime | pd.Series[pd.Timestamp]", files: pd.DataFrame) -> "pd.Series[float]":
    """Minutes over the SLA at a moment, never below nothing."""
    waited: pd.Series[float] = (at - files["created"]).dt.total_seconds() / 60
    return (waited - files["sla"]).clip(lower=0)
