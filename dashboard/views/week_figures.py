"""This week against the last four: how often folders were in breach, for how long, and which were worst."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from contract.folders import folder_key
from dashboard import columns
from dashboard.columns import Column, list_dtypes
from dashboard.data.tables import Breach
from dashboard.figures.series import Period

OWNER: Final = replace(columns.OWNER, explanation="Who owns the folders.", names=True, labelled=False)
"""Here it is part of what a row is called."""
FOLDER: Final = replace(columns.FOLDER, width=240)
FOLDERS: Final = Column("folders", "count", "Folders", "In breach in these weeks.", 80)
INCIDENTS: Final = Column("incidents", "count", "Incidents", "In breach at some time of the week so far.", 90)
BREACHED: Final = Column(
    "breached", "minutes", "In breach", "Overlapping incidents of a folder count once.", 100
)
_WITHIN_EXPLAINED: Final = "Share of the week so far in which the folder was not in breach."
WITHIN: Final = Column("within", "percent", "Within SLA", _WITHIN_EXPLAINED, 96)
LONGEST: Final = Column(
    "longest", "minutes", "Longest breach", "The longest single incident, within the week.", 120
)
WEEK: Final = Column("week", "moment", "From")
_AVERAGE: Final = "Average of the weeks before, up to the same time."
INCIDENTS_BEFORE: Final = Column("incidents_before", "mean", "Incidents before", _AVERAGE, 130)
BREACHED_BEFORE: Final = Column("breached_before", "minutes", "In breach before", _AVERAGE, 130)
WITHIN_BEFORE: Final = Column("within_before", "percent", "Within SLA before", _AVERAGE, 136)
BEFORE: Final = (INCIDENTS_BEFORE, BREACHED_BEFORE, WITHIN_BEFORE)
"""Figures of the weeks before."""
_FIGURES: Final = (INCIDENTS, INCIDENTS_BEFORE, BREACHED, BREACHED_BEFORE, WITHIN, WITHIN_BEFORE, LONGEST)
OF_FOLDERS: Final = (FOLDER, OWNER, *_FIGURES)
OF_OWNERS: Final = (OWNER, FOLDERS, *_FIGURES)
OF_PARTS: Final = (WEEK, INCIDENTS, BREACHED, WITHIN, LONGEST)


WEEKS_BEFORE: Final = 4
"""Weeks that this one is held against."""
NOBODY: Final = "nobody"
"""Stands for the owner of what nobody is known to own."""
_WEEK: Final = timedelta(days=7)
_MINUTE: Final = timedelta(minutes=1)
_MEASURED: Final = {
    **list_dtypes(FOLDER, OWNER, Column("part", "count")),
    **dict.fromkeys(("incidents", "breached", "longest", "watched"), "float64"),
}


def list_parts(now: datetime, zone: ZoneInfo) -> list[Period]:
    """What has gone by of this week, which begins on Monday, and as much of each of the last four.

    By the clocks of the zone: Tuesday at ten is Tuesday at ten, also where the clocks were changed since.
    """
    local = now.astimezone(zone).replace(tzinfo=None)
    monday = datetime.combine(local.date() - timedelta(days=local.weekday()), time())
    return [
        Period(
            _to_utc(monday - number * _WEEK, zone),
            now if not number else _to_utc(local - number * _WEEK, zone),
        )
        for number in range(WEEKS_BEFORE + 1)
    ]


def select_known(parts: Sequence[Period], breaches: Iterable[Breach]) -> list[Period]:
    """The parts of which anything can be known: none before the first breach that is.

    A stack that is a week old had no better weeks before.
    """
    first = min((one.since for one in breaches), default=None)
    return [part for number, part in enumerate(parts) if number == 0 or (first and part.end > first)]


def measure_folders(breaches: Iterable[Breach], parts: Sequence[Period], now: datetime) -> pd.DataFrame:
    """A row for every folder that was in breach in one of the parts, and each of the parts.

    Returns:
        `folder` as last spelt, `owner`, and `part`, a number: 0 is this week. `incidents` that were in breach
        at any time of it. In minutes: `breached`, in breach at all, however many incidents there were at a
        time; `longest`, of its incidents as far as they lie in the part; `watched`, the length of the part.
    """
    groups: dict[tuple[str, str], list[Breach]] = {}
    for one in breaches:
        if any(_cut(one, part, now) for part in parts):
            groups.setdefault((folder_key(one.folder), one.owner or NOBODY), []).append(one)
    rows = [
        (max(same, key=lambda one: one.since).folder, owner, number, *_measure(same, part, now))
        for (_, owner), same in groups.items()
        for number, part in enumerate(parts)
    ]
    return pd.DataFrame.from_records(rows, columns=list(_MEASURED)).astype(_MEASURED)


def _measure(breaches: Iterable[Breach], part: Period, now: datetime) -> tuple[float, ...]:
    spans = sorted(span for one in breaches if (span := _cut(one, part, now)))
    # How long at least one of the spans goes on.
    total, reached = timedelta(), datetime.min.replace(tzinfo=UTC)
    for start, end in spans:
        total += max(timedelta(), end - max(start, reached))
        reached = max(reached, end)
    longest = max((end - start for start, end in spans), default=timedelta())
    return len(spans), total / _MINUTE, longest / _MINUTE, (part.end - part.start) / _MINUTE


def _cut(one: Breach, part: Period, now: datetime) -> tuple[datetime, datetime] | None:
    """What of a breach lies in a part; None where nothing does."""
    start, end = max(one.since, part.start), min(one.until or now, part.end)
    return (start, end) if start < end else None


def add_up(measured: pd.DataFrame, *by: str) -> pd.DataFrame:
    """The figures of these folders by part, and by these columns of theirs; beside them, `folders`.

    `within` is the share of the time within the SLA in percent, never 100 where there was a breach, and NaN
    where no time has gone by.
    """
    groups = measured.groupby([*by, "part"], as_index=False, sort=False)
    sums = groups.agg(
        folders=("folder", "size"),
        incidents=("incidents", "sum"),
        breached=("breached", "sum"),
        longest=("longest", "max"),
        watched=("watched", "sum"),
    )
    share = 1 - sums["breached"] / sums["watched"].where(sums["watched"] > 0)
    return sums.assign(within=np.floor(share * 1000) / 10)


def compare_weeks(measured: pd.DataFrame, columns: Sequence[Column], *by: str) -> pd.DataFrame:
    """These columns for this week, a row for each value of `by`: the longest in breach first.

    What ends in `_before` is the mean over the weeks before; NaN where there are none.
    """
    sums = add_up(measured, *by)
    this = sums[sums["part"].eq(0)].set_index(list(by))
    before = sums[sums["part"].gt(0)].groupby(list(by))[["incidents", "breached", "within"]].mean()
    joined = this.join(before.add_suffix("_before")).reset_index()
    order = [BREACHED.name, BREACHED_BEFORE.name, by[0]]
    ordered = joined.sort_values(order, ascending=[False, False, True], ignore_index=True)
    return ordered[[column.name for column in columns]].astype(list_dtypes(*columns))


def tabulate_parts(measured: pd.DataFrame, parts: Sequence[Period]) -> pd.DataFrame:
    """`OF_PARTS` of these folders together, this week first."""
    weeks = pd.DataFrame({WEEK.name: [part.start for part in parts]})
    sums = add_up(measured).sort_values("part", ignore_index=True)
    return weeks.join(sums)[[column.name for column in OF_PARTS]].astype(list_dtypes(*OF_PARTS))


def _to_utc(local: datetime, zone: ZoneInfo) -> datetime:
    return local.replace(tzinfo=zone).astimezone(UTC)
