"""Stuck files: each from its first sighting to its last, instead of a row for every report.

The script reports what is stuck and is silent about the rest. So a file is cleared where the next report of
the same sender about the same folder leaves it out, or where the folder's incident was cleared before that.

What is known of a file is known of its place, which is one folder of one sender however its path is spelt:
another server with the same path says nothing about it.

A file system or a clock may yield any of the years 1 to 9999 as a creation date. Zones lead out of the
calendar at its ends, and knew no hours long ago: a date that is not plausible is shown in UTC, as stored.
"""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum, unique
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

import pandas as pd

from contract.folders import folder_key
from contract.moments import EARLIEST_PLAUSIBLE, FURTHEST_AHEAD
from contract.words import IncidentStatus
from dashboard import columns
from dashboard.columns import MOMENT
from dashboard.data.records import RecordFrames
from store.runs import SAME_RUN


def find_plausible(created: "pd.Series[pd.Timestamp]", seen: "pd.Series[pd.Timestamp]") -> "pd.Series[bool]":
    """For each file what `is_plausible` says: whether its creation date gives its age."""
    return created.ge(EARLIEST_PLAUSIBLE) & created.le(seen + FURTHEST_AHEAD)


def spell_creation(created: datetime, zone: ZoneInfo, *, plausible: bool) -> str:
    """When a file was created, to the minute on the clocks of `zone`.

    Where that is not plausible it is in UTC, and marked with `(?)`.
    """
    return _spell(created.astimezone(zone)) if plausible else f"{_spell(created)} UTC (?)"


def spell_creations(files: pd.DataFrame, zone: ZoneInfo) -> list[str]:
    """The same of each file, by its `created` and `plausible`."""
    dates = zip(files["created"], files["plausible"], strict=True)
    return [spell_creation(created, zone, plausible=plausible) for created, plausible in dates]


def _spell(moment: datetime) -> str:
    # strftime writes the year 1 as "1" on some systems.
    return moment.replace(tzinfo=None).isoformat(sep=" ", timespec="minutes")


_SEPARATOR: Final = "\x1f"
"""Between the sender's key and the folder's: no account's `sub` has one."""


def mark_places(frame: pd.DataFrame) -> pd.DataFrame:
    """The records or files with their `folder_key` and their `place`."""
    codes, paths = pd.factorize(frame["folder"])
    keys = pd.Series([folder_key(path) for path in paths], dtype="str").take(codes).set_axis(frame.index)
    return frame.assign(folder_key=keys, place=frame["sender"] + _SEPARATOR + keys)


class BreachSpan(NamedTuple):
    """An incident, the fields that decide whether its files were cleared."""

    sender: str
    folder_key: str
    opened: datetime
    ended: datetime | None
    """When it was cleared, expired or was closed; None while it lives."""
    status: IncidentStatus
    incident_id: str = ""


_WITHOUT_END: Final = [IncidentStatus.EXPIRED.value, IncidentStatus.CLOSED.value]
"""How an incident ends of which nobody saw the end."""


def find_next_runs(sightings: pd.DataFrame, records: pd.DataFrame) -> pd.DataFrame:
    """For each sighting the moment of its run, and of the next run about its place.

    The parts of a run are one, since a folder's files may be in several. Runs with missing parts do not count
    as the next one: what they leave out may be in the missing part.

    Args:
        sightings: their `place` and when each was `detected_at`.
        records: every record of these places, with its `place`.

    Returns:
        With the index of `sightings`: `run` and `next_run`, or NaT.
    """
    runs = _list_runs(records)
    found = _last_before(sightings, runs.rename(columns={"run": "detected_at"}).assign(run=runs["run"]))
    return found[["run", "next_run"]]


def find_incidents(sightings: pd.DataFrame, spans: Iterable[BreachSpan]) -> pd.DataFrame:
    """For each sighting the incident that it belongs to.

    Returns:
        With the index of `sightings`: `incident`, its status, and `incident_id`, or nothing where no incident
        is known; and `ended`, when it was cleared, or NaT.
    """
    types = {"place": "str", "detected_at": MOMENT, "ended": MOMENT, "incident": "str", "incident_id": "str"}
    rows = [
        (one.sender + _SEPARATOR + one.folder_key, one.opened, one.ended, str(one.status), one.incident_id)
        for one in spans
    ]
    found = _last_before(sightings, pd.DataFrame.from_records(rows, columns=list(types)).astype(types))
    # What was seen after its end is of an incident that is not there yet.
    known = found["ended"].isna() | found["ended"].gt(sightings["detected_at"])
    incident = found["incident"].where(known)
    return pd.DataFrame(
        {
            "ended": found["ended"].where(known & ~incident.isin(_WITHOUT_END)),
            "incident": incident,
            "incident_id": found["incident_id"].where(known).fillna(""),
        },
        index=sightings.index,
    )


def _list_runs(records: pd.DataFrame) -> pd.DataFrame:
    """Per `place` and `run`, its first moment: the `next_run` that is complete."""
    ordered = records[["place", "detected_at", "run_id", "complete"]].sort_values(["place", "detected_at"])
    first = ordered.groupby(["place", "run_id"])["detected_at"].transform("min")
    # An id that a script uses for ever is not one run.
    since = (ordered["detected_at"] - first).dt.floor(SAME_RUN)
    began = (first + since).where(ordered["run_id"].ne(""), ordered["detected_at"])
    runs = (
        ordered.assign(began=began)
        .groupby(["place", "run_id", "began"], as_index=False, sort=False)
        .agg(run=("detected_at", "min"), complete=("complete", "all"))
        .sort_values(["place", "run"], ignore_index=True)
    )
    counted = runs["run"].where(runs["complete"])
    runs["next_run"] = counted.groupby(runs["place"]).shift(-1)
    runs["next_run"] = runs.groupby("place")["next_run"].bfill()
    return runs[["place", "run", "next_run"]]


def _last_before(sightings: pd.DataFrame, table: pd.DataFrame) -> pd.DataFrame:
    """For each sighting, the last row of the table that is of its place and not later."""
    asked = sightings[["place", "detected_at"]]
    codes, _ = pd.factorize(pd.concat([asked["place"], table["place"]], ignore_index=True))
    found = pd.merge_asof(
        asked.assign(place=codes[: len(asked)]).reset_index(names="row").sort_values("detected_at"),
        table.assign(place=codes[len(asked) :]).sort_values("detected_at"),
        on="detected_at",
        by="place",
    )
    return found.set_index("row").reindex(sightings.index)


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
_DOUBTFUL: Final = f"{_LATEST} the folder's incident is unknown"
_UNSEEN: Final = f"{_LATEST} no report confirmed the end of the folder's incident"
_NOTHING_SINCE: Final = f"{_LATEST} no incident is known since"
_NOT_LISTED: Final = "a later report of its sender does not list it"
_ENDED: Final = "its folder's incident was cleared then"
_BASES: Final = {
    IncidentStatus.OPEN: (Status.OPEN, _LISTED),
    IncidentStatus.UNKNOWN: (Status.UNKNOWN, _DOUBTFUL),
    IncidentStatus.EXPIRED: (Status.LAST_SEEN, _UNSEEN),
    IncidentStatus.CLOSED: (Status.LAST_SEEN, _UNSEEN),
}
_REPEATED: Final = {
    columns.BASIS.name: pd.CategoricalDtype(
        [_NOT_LISTED, _ENDED, _NOTHING_SINCE, _LISTED, _DOUBTFUL, _UNSEEN]
    ),
    columns.FOLDER_KEY.name: pd.CategoricalDtype(),
    columns.SENDER.name: pd.CategoricalDtype(),
    columns.INCIDENT_ID.name: pd.CategoricalDtype(),
}
"""Columns of the same few texts, hundreds of thousands of times, and their types. Nobody searches or sorts by
them, nor does a download take them for formulas: what does so looks for columns of plain text."""

COLUMNS: Final = (
    columns.STATUS,
    columns.FILENAME,
    columns.FOLDER,
    columns.OVERDUE_NOW,
    columns.SENDER_NAME,
    columns.OVERDUE_WORST,
    columns.FIRST_SEEN,
    columns.LAST_SEEN,
    columns.REPORTS,
    columns.SLA,
    columns.CREATED,
    columns.BASIS,
    columns.CLEARED_AT,
    columns.FOLDER_KEY,
    columns.SENDER,
    columns.PLAUSIBLE,
    columns.LATER,
    columns.INCIDENT_ID,
)
"""Columns of a frame of stuck files."""
SHOWN: Final = COLUMNS[:11]

_IN_PLACE: Final = ["place", columns.FILENAME.name, columns.CREATED.name]


def follow_files(frames: RecordFrames, incidents: Iterable[BreachSpan]) -> pd.DataFrame:
    """The stuck files in what was reported, by status, each the worst first, as of the last report.

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
        incidents: those of that stretch, and those that live now.

    Returns:
        `COLUMNS`: times in UTC; `sla`, `overdue_now` (NaN unless open) and `overdue_worst` in
        minutes; `cleared_at` the moment that shows it, or NaT; `later` the number of
        later rows of the same file. Where the file's age is not known, both are NaN, and the row
        is among the last of its status.
    """
    stuck = _group_sightings(_follow_sightings(frames, incidents))
    stuck["later"] = stuck.groupby("file").cumcount(ascending=False)
    stuck["status"], stuck["basis"] = Status.LAST_SEEN.value, _NOTHING_SINCE
    for incident, known in _BASES.items():
        stuck.loc[stuck["incident"].eq(incident.value), ["status", "basis"]] = known
    cleared = stuck["cleared_at"].notna()
    stuck.loc[cleared, ["status", "basis"]] = [Status.CLEARED.value, _NOT_LISTED]
    stuck.loc[cleared & stuck["cleared_at"].eq(stuck["ended"]), "basis"] = _ENDED
    stuck = measure_open_files(stuck, frames.records["detected_at"].max())
    # Worst first.
    order = ["rank", "overdue_worst", *FILE, "sender", "first_seen"]
    rank = stuck["status"].map(list(map(str, Status)).index)
    ascending = [name != "overdue_worst" for name in order]
    stuck = stuck.assign(rank=rank).sort_values(order, ascending=ascending, ignore_index=True)
    return stuck[[column.name for column in COLUMNS]].astype(_REPEATED)


def measure_open_files(stuck: pd.DataFrame, now: datetime) -> pd.DataFrame:
    """The same files as of `now`, in the same order: all that are open get older at the same pace.

    Nothing but two columns is made anew, so that a minute costs little time and memory.
    """
    still_ages = stuck["status"].eq(Status.OPEN) & stuck["plausible"]
    overdue_now = _measure_overdue(now, stuck).where(still_ages)
    worst = pd.concat([stuck["overdue_worst"], overdue_now], axis="columns").max(axis="columns")
    return stuck.assign(overdue_now=overdue_now, overdue_worst=worst)


def _follow_sightings(frames: RecordFrames, incidents: Iterable[BreachSpan]) -> pd.DataFrame:
    """Every sighting once, each file's in order of time, with what is known of the file from it to the next.

    Returns:
        Beside the sighting: `file`, a number; what `find_incidents` returns, and `cleared_at` where the file
        was cleared before its next sighting.
    """
    sightings = (
        mark_places(frames.files)
        .drop_duplicates([*_IN_PLACE, "detected_at", "sla"])
        .sort_values([*_IN_PLACE, "detected_at", "folder", "sla"], ignore_index=True)
    )
    sightings["file"] = sightings.groupby(_IN_PLACE, dropna=False, sort=False).ngroup()
    runs = find_next_runs(sightings, mark_places(frames.records))
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
        first_seen=("detected_at", "first"), reports=("detected_at", "size"), overdue_worst=("overdue", "max")
    )
    known = ends[[*last, "incident", "incident_id", "ended", "cleared_at"]].assign(
        last_seen=ends["detected_at"]
    )
    return pd.concat([known, spans.drop(columns="row")], axis="columns")


def _measure_overdue(at: "datetime | pd.Series[pd.Timestamp]", files: pd.DataFrame) -> "pd.Series[float]":
    """Minutes over the SLA at a moment, never below nothing."""
    waited: pd.Series[float] = (at - files["created"]).dt.total_seconds() / 60
    return (waited - files["sla"]).clip(lower=0)
