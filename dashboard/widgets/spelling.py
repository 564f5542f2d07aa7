"""What a table shows of a value, as text, by the kind of its column."""

from collections.abc import Callable
from typing import Any, Final
from zoneinfo import ZoneInfo

import pandas as pd

from contract.moments import format_duration
from dashboard.columns import Column
from dashboard.services.creation_dates import spell_creations

NOTHING: Final = "-"
"""Stands where there is no value."""


def spell_column(frame: pd.DataFrame, column: Column, zone: ZoneInfo) -> list[str]:
    """The column's values; moments to the minute on the clocks of `zone`.

    Args:
        frame: with `plausible` where the column is one of creation dates.
        column: which.
        zone: whose clocks.
    """
    if column.kind == "creation":
        return list(spell_creations(frame, zone))
    values = frame[column.name]
    if column.kind == "moment":
        return list(values.dt.tz_convert(zone).dt.strftime("%Y-%m-%d %H:%M").fillna(NOTHING))
    spell = _SPELLINGS.get(column.kind, _spell_text)
    return [spell(value) for value in values]


def _spell_text(value: Any) -> str:
    return NOTHING if pd.isna(value) or value == "" else str(value)


def _spell_ago(minutes: float) -> str:
    return NOTHING if pd.isna(minutes) else f"{format_duration(minutes)} ago"


def _spell_due(minutes: float) -> str:
    if pd.isna(minutes):
        return NOTHING
    return f"in {format_duration(minutes)}" if minutes >= 0 else f"{format_duration(-minutes)} late"


def _spell_count(number: float) -> str:
    return NOTHING if pd.isna(number) else f"{number:,.0f}"


def _spell_mean(number: float) -> str:
    return NOTHING if pd.isna(number) else f"{number:,.1f}"


def _spell_percent(number: float) -> str:
    return NOTHING if pd.isna(number) else f"{number:,.1f} %"


_SPELLINGS: Final[dict[str, Callable[[Any], str]]] = {
    "minutes": format_duration,
    "ago": _spell_ago,
    "due": _spell_due,
    "count": _spell_count,
    "mean": _spell_mean,
    "percent": _spell_percent,
}
