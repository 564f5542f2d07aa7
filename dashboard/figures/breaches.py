"""How often folders were in breach, for how long, and when: of a week, of the weeks before, of any range.

A folder is in breach as `find_breach` says. Where several of its incidents overlap, each moment counts once.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from dashboard import columns
from dashboard.columns import Column, list_dtypes
from dashboard.figures.incidents import find_breach
from dashboard.figures.series import Period, to_wall_clock
from store.incidents import Incident
from store.senders import Fleet

OWNER: Final = replace(columns.OWNER, explanation="Who owns the folders.", names=True, labelled=False)
"""Here it is part of what a row is called."""
FOLDER: Final = replace(columns.FOLDER, width=240)
FOLDERS: Final = Column("folders", "count", "Folders", "In breach in these weeks.", 80)
INCIDENTS: Final = Column("incidents", "count", "Incidents", "In breach at some time of it.", 90)
BREACHED: Final = Column(
    "breached", "minutes", "In breach", "Overlapping incidents of a folder count once.", 100
)
_WITHIN_EXPLAINED: Final = "Share of the time in which the folder was not in breach."
WITHIN: Final = Column("within", "percent", "Within SLA", _WITHIN_EXPLAINED, 96)
LONGEST: Final = Column(
    "longest", "minutes", "Longest breach", "The longest single incident, within it.", 120
)
PATTERN: Final = Column(
    "pattern", "text", "Pattern", "Chronic: in breach in each of three weeks or more.", 84
)
WEEK: Final = Column("week", "moment", "From")
_AVERAGE: Final = "Average of the weeks before, up to the same time."
INCIDENTS_BEFORE: Final = Column("incidents_before", "mean", "Incidents before", _AVERAGE, 130)
BREACHED_BEFORE: Final = Column("breached_before", "minutes", "In breach before", _AVERAGE, 130)
WITHIN_BEFORE: Final = Column("within_before", "percent", "Within SLA before", _AVERAGE, 136)
BEFORE: Final = (INCIDENTS_BEFORE, BREACHED_BEFORE, WITHIN_BEFORE)
_FIGURES: Final = (INCIDENTS, INCIDENTS_BEFORE, BREACHED, BREACHED_BEFORE, WITHIN, WITHIN_BEFORE, LONGEST)
OF_FOLDERS: Final = (FOLDER, OWNER, *_FIGURES[:3], PATTERN, *_FIGURES[3:])
OF_OWNERS: Final = (OWNER, FOLDERS, *_FIGURES)
OF_PARTS: Final = (WEEK, INCIDENTS, BREACHED, WITHIN, LONGEST)


WEEKS_BEFORE: Final = 4
"""Weeks that this one is held against."""
NOBODY: Final = "nobody"
"""Stands for the owner of what nobody is known to own."""
_CHRONIC_WEEKS: Final = 3
"""A folder that was in breach in each of so many weeks is chronically bad."""
Span = tuple[datetime, datetime]
_WEEK: Final = timedelta(days=7)
_MINUTE: Final = timedelta(minutes=1)
_MEASURED: Final = {
    **list_dtypes(FOLDER, OWNER, Column("part", "count")),
    **dict.fromkeys(("incidents", "breached", "longest", "watched"), "float64"),
}


def list_parts(now: datetime, zone: ZoneInfo, monday: date | None = None) -> list[Period]:
    """A week, which begins on Monday, and the last four before it: of the current one what has gone by.

    Of the weeks before there is as much. By the clocks of the zone: Tuesday at ten is Tuesday at ten, also
    where the clocks were changed since.

    Args:
        now: the present.
        zone: whose clocks.
        monday: a day of the week; None for the current one.
    """
    local = now.astimezone(zone).replace(tzinfo=None)
    day = min(monday or local.date(), local.date())
    start = datetime.combine(day - timedelta(days=day.weekday()), time())
    end = min(local, start + _WEEK)
    return [
        Period(
            _to_utc(start - number * _WEEK, zone),
            now if not number and end == local else _to_utc(end - number * _WEEK, zone),
        )
        for number in range(WEEKS_BEFORE + 1)
    ]


def select_observed(
    parts: Sequence[Period], incidents: Iterable[Incident], fleet: Fleet
) -> tuple[list[Period], datetime | None]:
    """The first part, and those before it that were observed from their beginning; and since when any was."""
    moments = (*(one.opened_at for one in incidents), *(one.state_since for one in fleet.senders))
    since = min(moments, default=None)
    return [one for one in parts if one is parts[0] or (since and one.start >= since)], since


def _group(incidents: Iterable[Incident]) -> dict[tuple[str, str], list[Incident]]:
    groups: dict[tuple[str, str], list[Incident]] = {}
    for one in incidents:
        groups.setdefault((one.key, one.owner or NOBODY), []).append(one)
    return groups


def measure_folders(incidents: Iterable[Incident], parts: Sequence[Period], now: datetime) -> pd.DataFrame:
    """A row for every folder that was in breach in one of the parts, and each of the parts.

    Returns:
        `folder` as last spelt, `owner`, and `part`, a number: 0 is the first. `incidents` that were in breach
        at any time of it. In minutes: `breached`, in breach at all, however many incidents there were at a
        time; `longest`, of its incidents as far as they lie in the part; `watched`, the length of the part.
    """
    known = [one for one in incidents if any(_cut(one, part, now) for part in parts)]
    rows = [
        (max(same, key=lambda one: one.last_seen_at).folder, owner, number, *_measure(same, part, now))
        for (_, owner), same in _group(known).items()
        for number, part in enumerate(parts)
    ]
    return pd.DataFrame.from_records(rows, columns=list(_MEASURED)).astype(_MEASURED)


def list_folders(incidents: Iterable[Incident], period: Period, now: datetime) -> list[str]:
    """Every folder that was in breach in the period, as last spelt, in the order of the alphabet."""
    known = sorted((one for one in incidents if _cut(one, period, now)), key=lambda one: one.last_seen_at)
    return sorted({one.key: one.folder for one in known}.values())


def _measure(incidents: Iterable[Incident], part: Period, now: datetime) -> tuple[float, ...]:
    spans = [span for one in incidents if (span := _cut(one, part, now))]
    total = sum(((end - start) for start, end in _merge(spans)), timedelta())
    longest = max((end - start for start, end in spans), default=timedelta())
    return len(spans), total / _MINUTE, longest / _MINUTE, (part.end - part.start) / _MINUTE


def _cut(one: Incident, part: Period, now: datetime) -> Span | None:
    """What of a breach lies in a part; None where nothing does."""
    since, until = find_breach(one, now)
    start, end = max(since, part.start), min(until, part.end)
    return (start, end) if start < end else None


def _merge(spans: Iterable[Span]) -> list[Span]:
    """The same stretches of time, those that overlap as one."""
    merged: list[Span] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(end, merged[-1][1])
        else:
            merged.append((start, end))
    return merged


def sum_by_hour(incidents: Iterable[Incident], period: Period, zone: ZoneInfo, now: datetime) -> pd.DataFrame:
    """For each hour that the period touches, the `minutes` that folders were in breach.

    All folders together are added up, each with every moment once. `time` is when the hour begins, by the
    clocks of the zone: where these are put back, two hours have the same one.
    """
    cut = {key: [_cut(one, period, now) for one in same] for key, same in _group(incidents).items()}
    spans = [span for of_folder in cut.values() for span in _merge(filter(None, of_folder))]
    start, end = (pd.Timestamp(moment).tz_convert(zone) for moment in (period.start, period.end))
    # By the clock: zones are beside UTC by halves of an hour, too.
    first = (start.tz_localize(None).floor("h") - start.tz_localize(None)) + start
    edges = pd.date_range(first, end + pd.Timedelta(hours=1), freq="h")
    at = ((edges - edges[0]).total_seconds() / 60).to_numpy()

    def count_minutes(moments: Sequence[datetime]) -> Any:
        """For each edge, the sum of how long ago those moments were that lie before it."""
        minutes = np.sort([(moment - edges[0]).total_seconds() / 60 for moment in moments])
        before = np.searchsorted(minutes, at)
        return at * before - np.concatenate([[0.0], np.cumsum(minutes)])[before]

    passed = count_minutes([start for start, _ in spans]) - count_minutes([end for _, end in spans])
    hours = to_wall_clock(pd.Series(edges[:-1]), zone)
    return pd.DataFrame({"time": hours, "minutes": np.diff(passed).round(3)})


def map_week(hours: pd.DataFrame) -> pd.DataFrame:
    """Of what `sum_by_hour` returns: the `minutes` by `weekday`, 0 for Monday, and `hour` of the day."""
    marked = hours.assign(weekday=hours["time"].dt.day_of_week, hour=hours["time"].dt.hour)
    return marked.groupby(["weekday", "hour"])["minutes"].sum().reset_index()


def sum_by_day(hours: pd.DataFrame) -> pd.DataFrame:
    """Of the same: the `hours` in breach for each `day`."""
    days = hours.groupby(hours["time"].dt.normalize())["minutes"].sum() / 60
    return days.round(2).rename_axis("day").rename("hours").reset_index()


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
    weeks = sums.assign(bad=sums["breached"].gt(0)).groupby(list(by))["bad"].agg(["all", "size"])
    chronic = weeks["all"] & weeks["size"].ge(_CHRONIC_WEEKS)
    pattern = chronic.map({True: "chronic", False: ""}).rename(PATTERN.name)
    joined = this.join(before.add_suffix("_before")).join(pattern).reset_index()
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
