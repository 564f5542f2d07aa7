"""Maintenance windows in words: whom they mute and when, as rows, lines of a history and a sentence."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import pandas as pd

from dashboard.columns import Column, tabulate
from dashboard.figures.actions import HistoryLine
from dashboard.figures.series import spell_moment
from store.maintenance import Window

KEPT: Final = timedelta(days=90)
"""For so long after its end a window is shown."""
_SOON: Final = timedelta(days=1)
"""So long before it begins, Overview tells of it."""
ID: Final = Column("window_id")
COLUMNS: Final = (
    ID,
    Column("state", "status", "State", None, 80),
    Column("concerns", "name", "Concerns", "Sender, folder and owner; * is any text.", 200, names=True),
    Column("starts", "moment", "From", None, 120),
    Column("until", "moment", "Until", None, 120),
    Column("weekly", "text", "Only", "The hours of the week that it is limited to.", 170),
    Column("reason", "prose", "Reason", None, 200),
    Column("made_by", "text", "By", None, 90),
    Column("ended_by", "text", "Ended by", None, 90),
)
"""Columns of a frame of windows."""


def describe_concerns(window: Window) -> str:
    """Such as `folder D:/in/* on files-01/*`."""
    parts = [
        f"owner {window.owner}" if window.owner else "",
        f"folder {window.folder}" if window.folder else "",
        f"{'on' if window.folder else 'sender'} {window.sender}" if window.sender else "",
    ]
    return " ".join(filter(None, parts))


def describe_state(window: Window, now: datetime) -> str:
    """A sign and a word: in force, between two occurrences, to come, or over."""
    if window.over_at <= now:
        return "✕ Ended" if window.ended_at else "- Over"
    if window.is_in_force(now):
        return "‖ On"
    return "… Planned" if now < window.starts else "… Weekly"


def tabulate_windows(windows: Iterable[Window], now: datetime) -> pd.DataFrame:
    """`COLUMNS` of these windows, in their order."""
    rows = [
        {
            **vars(one),
            "state": describe_state(one, now),
            "concerns": describe_concerns(one),
            # One that was ended before it began never was.
            "until": max(one.over_at, one.starts),
            "weekly": one.described_hours,
        }
        for one in windows
    ]
    return tabulate(rows, COLUMNS)


def summarize_windows(windows: Iterable[Window], now: datetime, zone: ZoneInfo) -> str:
    """What is in maintenance now and within a day, a sentence each; empty where nothing is."""
    on, soon = list[tuple[datetime, str]](), list[tuple[datetime, str]]()
    for one in windows:
        span = next(one.spans(now, one.over_at), None)
        if span is None or span[0] > now + _SOON:
            continue
        begins, ends = (spell_moment(moment, zone) for moment in span)
        if one.is_in_force(now):
            on.append((span[1], f"{describe_concerns(one)} until {ends}"))
        else:
            soon.append((span[0], f"{describe_concerns(one)} from {begins} until {ends}"))
    sentences = (_list_first("In maintenance", on), _list_first("Maintenance is planned", soon))
    return " ".join(filter(None, sentences))


def _list_first(title: str, named: list[tuple[datetime, str]]) -> str:
    if not named:
        return ""
    more = f"; and {len(named) - 3:,} more." if len(named) > 3 else "."
    return f"{title}: {'; '.join(text for _, text in sorted(named)[:3])}{more}"


def list_lines(windows: Iterable[Window], since: datetime, until: datetime) -> list[HistoryLine]:
    """The windows that were in force at some time between two moments, as lines of a history."""
    lines = []
    for one in windows:
        if span := next(one.spans(since, until), None):
            often = f" ({one.described_hours})" if one.weekly else ""
            at = max(span[0], one.starts)
            lines.append(
                HistoryLine(at=at, who=one.made_by, what=f"put it in maintenance{often}", note=one.reason)
            )
            if one.ended_at and one.ended_at <= until:
                lines.append(HistoryLine(at=one.ended_at, who=one.ended_by, what="ended the maintenance"))
    return lines
