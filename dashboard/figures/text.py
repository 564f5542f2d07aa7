"""Values as text, on the screen and in CSV files; text from elsewhere made harmless; filters by text."""

import math
import re
from collections.abc import Callable, Sequence
from datetime import MAXYEAR, UTC, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

import pandas as pd

from contract.moments import EARLIEST_PLAUSIBLE, format_duration
from contract.text import FORMULA, reveal_inside, show
from dashboard.columns import Column
from dashboard.figures.series import Period
from dashboard.figures.stuck_files import spell_creations

_MARKUP: Final = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~$:&=^\"'])")


_LINKED: Final = re.compile(r"(?<=http)(?=s?:)|(?<=www)(?=\.)|(?=@)", re.IGNORECASE)
"""Where to part an address that Streamlit would make a link of, escaped or not."""
_NOTHING_SMALL: Final = ":small[]"
"""An element that shows nothing. Links are looked for between elements, so never across it."""


def escape_markdown(text: str) -> str:
    """`text` as one line of Markdown that shows exactly it: no emphasis, HTML, formulas, icons or links.

    Unseen characters are named, and none moves what is beside it.
    """
    parts = _LINKED.split(reveal_inside(" ".join(text.split())))
    return _NOTHING_SMALL.join(_MARKUP.sub(r"\\\1", part) for part in parts)


_LAST_IN_ZONE: Final = datetime(MAXYEAR, 1, 1, tzinfo=UTC)


def format_csv(frame: pd.DataFrame, columns: Sequence[Column], zone: ZoneInfo, separator: str = ",") -> bytes:
    """The columns, under their headings for files, as UTF-8 with a byte order mark, as Excel wants it.

    Minutes are whole ones, means and percentages have two digits at most. Times are those of `zone` with
    their offset. Those before 1970 and in the last year of the calendar are in UTC: they are nobody's hours,
    and a zone may lead out of the calendar.

    Text that a spreadsheet would take for a formula gets an apostrophe before it: file names come from
    anyone who can drop a file.
    """
    headings = {column.name: column.csv_heading for column in columns}
    exact = {column.name for column in columns if column.kind in ("mean", "percent")}
    statuses = {column.name for column in columns if column.kind == "status"}
    table = frame[list(headings)].copy()
    for name in table.columns:
        column = table[name]
        if isinstance(column.dtype, pd.DatetimeTZDtype):
            table[name] = _format_moments(column, zone)
        elif name in exact:
            table[name] = column.round(2)
        elif pd.api.types.is_float_dtype(column.dtype):
            # All the others are minutes: whole ones, as the screen has them.
            table[name] = column.map(math.trunc, na_action="ignore").astype("Int64")
        elif pd.api.types.is_string_dtype(column.dtype):
            # A line a row: what the screen has in two lines is one here.
            text = column.str.replace("\n", ", ") if name in statuses else column
            table[name] = text.str.replace(f"^(?={FORMULA})", "'", regex=True)
    return (
        table.rename(columns=headings)
        .to_csv(sep=separator, index=False, lineterminator="\r\n")
        .encode("utf-8-sig")
    )


def build_file_name(what: str, period: Period, zone: ZoneInfo, *details: str) -> str:
    """A name that says what the file holds, from when to when, on which clocks, and how filtered."""
    moments = (moment.astimezone(zone).strftime("%Y%m%d-%H%M") for moment in (period.start, period.end))
    parts = ["file-sla", what, *moments, zone.key, *filter(None, details)]
    return "_".join(re.sub(r"[^\w.]+", "-", part).strip("-.")[:60] for part in parts) + ".csv"


def _format_moments(moments: "pd.Series[pd.Timestamp]", zone: ZoneInfo) -> "pd.Series[str]":
    in_zone = moments.between(EARLIEST_PLAUSIBLE, _LAST_IN_ZONE)
    texts = moments.where(in_zone).dt.tz_convert(zone).map(_moment, na_action="ignore").astype("object")
    in_utc = moments.notna() & ~in_zone
    texts[in_utc] = moments[in_utc].map(_moment)
    return texts


def _moment(moment: pd.Timestamp) -> str:
    return moment.isoformat(timespec="seconds")


def filter_by_text(frame: pd.DataFrame, text: str, columns: Sequence[str]) -> pd.DataFrame:
    """The rows in which one of the columns contains the text, whatever its case, to the letter."""
    wanted = text.strip().casefold()
    if not wanted:
        return frame
    found = pd.Series(False, index=frame.index)
    for column in columns:
        found |= frame[column].str.casefold().str.contains(wanted, regex=False)
    return frame[found].reset_index(drop=True)


def filter_by_sender(frame: pd.DataFrame, sender: str) -> pd.DataFrame:
    """The rows of the sender of this name or key; all of them where it is empty."""
    if not sender:
        return frame
    wanted = frame["sender_name"].eq(sender) | frame["sender"].eq(sender)
    return frame[wanted].reset_index(drop=True)


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
        return spell_creations(frame, zone)
    values = frame[column.name]
    if column.kind == "moment":
        return list(values.dt.tz_convert(zone).dt.strftime("%Y-%m-%d %H:%M").fillna(NOTHING))
    spell = _SPELLINGS.get(column.kind, show)
    return [NOTHING if pd.isna(value) or value == "" else spell(value) for value in values]


_SPELLINGS: Final[dict[str, Callable[[Any], str]]] = {
    # Of several lines, each shown by its own.
    **dict.fromkeys(("status", "prose"), lambda text: "\n".join(map(show, text.splitlines()))),
    "minutes": format_duration,
    "ago": lambda minutes: f"{format_duration(minutes)} ago",
    "due": lambda left: f"in {format_duration(left)}" if left >= 0 else f"{format_duration(-left)} late",
    "count": "{:,.0f}".format,
    "mean": "{:,.1f}".format,
    "percent": "{:,.1f} %".format,
}
