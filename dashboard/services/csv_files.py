"""Tables as CSV files that a spreadsheet can open without harm."""

import math
import re
from collections.abc import Sequence
from datetime import MAXYEAR, UTC, datetime
from typing import Final
from zoneinfo import ZoneInfo

import pandas as pd

from contract.moments import EARLIEST_PLAUSIBLE
from contract.text import FORMULA
from dashboard.columns import Column
from dashboard.services.periods import Period

_LAST_IN_ZONE: Final = datetime(MAXYEAR, 1, 1, tzinfo=UTC)


def format_csv(frame: pd.DataFrame, columns: Sequence[Column], zone: ZoneInfo) -> bytes:
    """The columns, under their headings for files, as UTF-8 with a byte order mark, as Excel wants it.

    Minutes are whole ones, means and percentages have two digits at most. Times are those of `zone` with
    their offset. Those before 1970 and in the last year of the calendar are in UTC: they are nobody's hours,
    and a zone may lead out of the calendar.

    Text that a spreadsheet would take for a formula gets an apostrophe before it: file names come from
    anyone who can drop a file.
    """
    headings = {column.name: column.csv_heading for column in columns}
    exact = {column.name for column in columns if column.kind in ("mean", "percent")}
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
            table[name] = column.str.replace(f"^(?={FORMULA})", "'", regex=True)
    return table.rename(columns=headings).to_csv(index=False, lineterminator="\r\n").encode("utf-8-sig")


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
