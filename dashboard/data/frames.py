"""The shapes of the data frames, and how items of the table become them."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import Any, Final, NamedTuple

import numpy as np
import pandas as pd

from handlers.names import Attribute

Item = Mapping[str, Any]
"""An item in DynamoDB's own form, `{"SLA": {"N": "20"}, …}`."""

MOMENT: Final = "datetime64[us, UTC]"
REPORT_KEY: Final = ["detected_at", "reported_by", "folder"]
"""What tells one folder's report from every other, however many parts it was stored in."""

REPORTS: Final = {
    "detected_at": MOMENT,
    "reported_by": "str",
    "folder": "str",
    "sla": "int64",  # minutes
    "file_count": "int64",
    "complete": "bool",  # False while parts of a split report are missing
}
"""Columns of a frame of reports: one row per folder and report."""

FILES: Final = {
    "detected_at": MOMENT,
    "reported_by": "str",
    "folder": "str",
    "sla": "int64",
    "filename": "str",
    "created": MOMENT,
}
"""Columns of a frame of files: one row per stuck file and report."""


class Row(NamedTuple):
    """An item taken apart, its times still as text: cheap to make by the hour and to keep."""

    detected_at: str
    reported_by: str
    folder: str
    sla: int
    file_count: int
    parts: int
    files: tuple[tuple[str, str], ...]
    """Name and time of creation of each; nothing if they were not asked for."""


def rows_of(items: Iterable[Item]) -> list[Row]:
    """The rows of items in any order."""
    return [_row(item) for item in items]


def _row(item: Item) -> Row:
    # The same few texts come back in report after report: one copy of each is enough.
    return Row(
        sys.intern(item[Attribute.DETECTED_AT]["S"]),
        sys.intern(item[Attribute.REPORTED_BY]["S"]),
        sys.intern(item[Attribute.FOLDER]["S"]),
        int(item[Attribute.SLA]["N"]),
        int(item[Attribute.FILE_COUNT]["N"]),
        int(item[Attribute.PARTS]["N"]) if Attribute.PARTS in item else 1,
        tuple(
            (
                sys.intern(file["M"][Attribute.FILENAME]["S"]),
                sys.intern(file["M"][Attribute.CREATION_DATE]["S"]),
            )
            for file in item.get(Attribute.FILES, {"L": ()})["L"]
        ),
    )


@dataclass(frozen=True)
class Breaches:
    """What was reported: the reports, and the files they list where those were asked for."""

    reports: pd.DataFrame
    files: pd.DataFrame

    @staticmethod
    def of(rows: Sequence[Row], *, with_files: bool = True) -> Breaches:
        """The breaches in these rows, the parts of split reports joined."""
        stored = pd.DataFrame.from_records([row[:-1] for row in rows], columns=list(Row._fields[:-1]))
        stored["detected_at"] = _moments(stored["detected_at"])
        reports = _joined_parts(stored).astype(REPORTS)[list(REPORTS)]
        return Breaches(reports, _files(rows if with_files else [], stored))

    @staticmethod
    def joined(one: Breaches, other: Breaches) -> Breaches:
        """Both, which have no report in common."""
        return Breaches(
            pd.concat([one.reports, other.reports], ignore_index=True),
            pd.concat([one.files, other.files], ignore_index=True),
        )

    def between(self, start: datetime, end: datetime) -> Breaches:
        """What was detected from `start` up to, not at, `end`."""
        return Breaches(_between(self.reports, start, end), _between(self.files, start, end))


def _files(rows: Sequence[Row], stored: pd.DataFrame) -> pd.DataFrame:
    positions = np.repeat(np.arange(len(rows)), [len(row.files) for row in rows])
    listed = list(chain.from_iterable(row.files for row in rows))
    files = stored[[*REPORT_KEY, "sla"]].take(positions).reset_index(drop=True)
    files["filename"] = [filename for filename, _ in listed]
    files["created"] = _moments(pd.Series([created for _, created in listed], dtype="object"))
    return files.astype(FILES)


def _moments(texts: pd.Series[Any]) -> pd.Series[pd.Timestamp]:
    """Moments from their text; each different text is read only once."""
    codes, different = pd.factorize(texts)
    moments = pd.Series(pd.to_datetime(different, utc=True, format="ISO8601"), dtype=MOMENT)
    return moments.take(codes).reset_index(drop=True)


def _joined_parts(stored: pd.DataFrame) -> pd.DataFrame:
    if not stored["parts"].gt(1).any():
        return stored.assign(complete=True)
    joined = stored.groupby(REPORT_KEY, as_index=False, sort=False).agg(
        sla=("sla", "first"),
        file_count=("file_count", "sum"),
        parts=("parts", "first"),
        found=("sla", "size"),
    )
    return joined.assign(complete=joined["found"] >= joined["parts"])


def _between(frame: pd.DataFrame, start: datetime, end: datetime) -> pd.DataFrame:
    detected = frame["detected_at"]
    return frame[(detected >= start) & (detected < end)].reset_index(drop=True)
