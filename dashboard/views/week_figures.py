"""This week against the last four: how often folders were in breach, for how long, and which were worst."""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import pandas as pd

from contract.folders import folder_key
from dashboard import columns
from dashboard.columns import MOMENT, Column, tabulate
from dashboard.data.tables import Breach
from dashboard.figures.series import Period

OWNER: Final = replace(columns.OWNER, explanation="Who owns the folders.", names=True, labelled=False)
"""Here it is part of what a row is called."""
FOLDER: Final = replace(columns.FOLDER, width=240)
FOLDERS: Final = Column("folders", "int64", "count", "Folders", "Folders", "In breach in these weeks.", 80)
INCIDENTS: Final = Column(
    "incidents", "int64", "count", "Incidents", "Incidents", "In breach at some time of the week so far.", 90
)
INCIDENTS_BEFORE: Final = Column(
    "incidents_before",
    "float64",
    "mean",
    "Incidents before",
    "Incidents before",
    "Average of the weeks before, up to the same time.",
    130,
)
BREACHED: Final = Column(
    "breached",
    "float64",
    "minutes",
    "In breach",
    "In breach (min)",
    "Overlapping incidents of a folder count once.",
    100,
)
BREACHED_BEFORE: Final = Column(
    "breached_before",
    "float64",
    "minutes",
    "In breach before",
    "In breach before (min)",
    "Average of the weeks before, up to the same time.",
    130,
)
WITHIN: Final = Column(
    "within",
    "float64",
    "percent",
    "Within SLA",
    "Within SLA (%)",
    "Share of the week so far in which the folder was not in breach.",
    96,
)
WITHIN_BEFORE: Final = Column(
    "within_before",
    "float64",
    "percent",
    "Within SLA before",
    "Within SLA before (%)",
    "Average of the weeks before, up to the same time.",
    136,
)
LONGEST: Final = Column(
    "longest",
    "float64",
    "minutes",
    "Longest breach",
    "Longest breach (min)",
    "The longest single incident, within the week.",
    120,
)
WEEK: Final = Column("week", MOMENT, "moment", "From", "From", None, 136)
_FIGURES: Final = (
    INCIDENTS,
    INCIDENTS_BEFORE,
    BREACHED,
    BREACHED_BEFORE,
    WITHIN,
    WITHIN_BEFORE,
    LONGEST,
)
BEFORE: Final = (INCIDENTS_BEFORE, BREACHED_BEFORE, WITHIN_BEFORE)
"""Figures of the weeks before."""
OF_FOLDERS: Final = (FOLDER, OWNER, *_FIGURES)
OF_OWNERS: Final = (OWNER, FOLDERS, *_FIGURES)
OF_PARTS: Final = (WEEK, INCIDENTS, BREACHED, WITHIN, LONGEST)


WEEKS_BEFORE: Final = 4
"""Weeks that this one is held against."""
NOBODY: Final = "nobody"
"""Stands for the owner of what nobody is known to own."""
_WEEK: Final = timedelta(days=7)
_MINUTE: Final = timedelta(minutes=1)


@dataclass(frozen=True, kw_only=True)
class Figures:
    """What is known of one or several folders in one part of a week."""

    incidents: int
    """That were in breach at any time of it."""
    breached: timedelta
    """In breach at all, of each folder once, however many of its incidents there were at a time."""
    longest: timedelta
    """The longest of its incidents, as far as it lies in the part."""
    watched: timedelta
    """The length of the part, of each folder."""

    @property
    def within(self) -> float | None:
        """The share of the time within the SLA, in percent; never 100 where there was a breach."""
        if not self.watched:
            return None
        return math.floor((1 - self.breached / self.watched) * 1000) / 10

    def __add__(self, other: "Figures") -> "Figures":
        return Figures(
            incidents=self.incidents + other.incidents,
            breached=self.breached + other.breached,
            longest=max(self.longest, other.longest),
            watched=self.watched + other.watched,
        )


NOTHING: Final = Figures(incidents=0, breached=timedelta(), longest=timedelta(), watched=timedelta())


@dataclass(frozen=True, kw_only=True)
class WeekFolder:
    """A folder of an owner, and its figures of each part: this week's, then those of the weeks before."""

    name: str
    """As last spelt."""
    owner: str
    figures: Sequence[Figures]


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


def measure_folders(breaches: Iterable[Breach], parts: Sequence[Period], now: datetime) -> list[WeekFolder]:
    """Every folder that was in breach in one of the parts, with its figures of each."""
    groups: dict[tuple[str, str], list[Breach]] = {}
    for one in breaches:
        if any(_cut(one, part, now) for part in parts):
            groups.setdefault((folder_key(one.folder), one.owner), []).append(one)
    return [
        WeekFolder(
            name=max(same, key=lambda one: one.since).folder,
            owner=owner,
            figures=[_measure(same, part, now) for part in parts],
        )
        for (_, owner), same in groups.items()
    ]


def add_up(folders: Iterable[WeekFolder], parts: int) -> list[Figures]:
    """The figures of all these folders together, of each part."""
    listed = list(folders)
    return [sum((one.figures[number] for one in listed), NOTHING) for number in range(parts)]


def average(figures: Sequence[Figures], read: Callable[[Figures], float | None]) -> float | None:
    """The mean of a figure over the weeks before; None where there are none."""
    known = [value for one in figures[1:] if (value := read(one)) is not None]
    return sum(known) / len(known) if known else None


def tabulate_folders(folders: Iterable[WeekFolder]) -> pd.DataFrame:
    """A row for each folder, the one that was in breach for longest this week first."""
    rows = [(one.name, one.owner or NOBODY, *_list_values(one.figures)) for one in folders]
    return _tabulate(rows, OF_FOLDERS)


def tabulate_owners(folders: Iterable[WeekFolder], parts: int) -> pd.DataFrame:
    """A row for each owner, in the same order."""
    by_owner: dict[str, list[WeekFolder]] = {}
    for one in folders:
        by_owner.setdefault(one.owner or NOBODY, []).append(one)
    rows = [(owner, len(same), *_list_values(add_up(same, parts))) for owner, same in by_owner.items()]
    return _tabulate(rows, OF_OWNERS)


def tabulate_parts(figures: Sequence[Figures], parts: Sequence[Period]) -> pd.DataFrame:
    """A row for each week, this one first."""
    rows = [
        (part.start, one.incidents, one.breached / _MINUTE, one.within, one.longest / _MINUTE)
        for one, part in zip(figures, parts, strict=True)
    ]
    return tabulate(rows, OF_PARTS)


def _list_values(figures: Sequence[Figures]) -> tuple[object, ...]:
    this = figures[0]
    return (
        this.incidents,
        average(figures, lambda one: one.incidents),
        this.breached / _MINUTE,
        average(figures, lambda one: one.breached / _MINUTE),
        this.within,
        average(figures, lambda one: one.within),
        this.longest / _MINUTE,
    )


def _tabulate(rows: Sequence[tuple[object, ...]], columns: Sequence[Column]) -> pd.DataFrame:
    frame = tabulate(rows, columns)
    order = [BREACHED.name, BREACHED_BEFORE.name, columns[0].name]
    return frame.sort_values(order, ascending=[False, False, True], ignore_index=True)


def _measure(breaches: Iterable[Breach], part: Period, now: datetime) -> Figures:
    spans = [span for one in breaches if (span := _cut(one, part, now))]
    return Figures(
        incidents=len(spans),
        breached=_join(spans),
        longest=max((end - start for start, end in spans), default=timedelta()),
        watched=part.end - part.start,
    )


def _cut(one: Breach, part: Period, now: datetime) -> tuple[datetime, datetime] | None:
    """What of a breach lies in a part; None where nothing does."""
    start, end = max(one.since, part.start), min(one.until or now, part.end)
    return (start, end) if start < end else None


def _join(spans: Iterable[tuple[datetime, datetime]]) -> timedelta:
    """How long at least one of the spans goes on."""
    total, reached = timedelta(), datetime.min.replace(tzinfo=UTC)
    for start, end in sorted(spans):
        total += max(timedelta(), end - max(start, reached))
        reached = max(reached, end)
    return total


def _to_utc(local: datetime, zone: ZoneInfo) -> datetime:
    return local.replace(tzinfo=zone).astimezone(UTC)
