"""The shapes of the data frames, and how items of the table become them."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

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

_STORED: Final = {
    "detected_at": MOMENT,
    "reported_by": "str",
    "folder": "str",
    "sla": "int64",
    "file_count": "int64",
    "parts": "int64",
}


@dataclass(frozen=True)
class Rows:
    """Items taken apart, still as text: cheap to make by the hour and to keep."""

    stored: list[tuple[Any, ...]] = field(default_factory=list)
    files: list[tuple[Any, ...]] = field(default_factory=list)

    @staticmethod
    def of(items: Iterable[Item]) -> Rows:
        """The rows of items in any order."""
        rows = Rows()
        for item in items:
            key = (
                item[Attribute.DETECTED_AT]["S"],
                # Few different ones, many times each: one copy in memory is enough.
                sys.intern(item[Attribute.REPORTED_BY]["S"]),
                sys.intern(item[Attribute.FOLDER]["S"]),
                int(item[Attribute.SLA]["N"]),
            )
            parts = int(item[Attribute.PARTS]["N"]) if Attribute.PARTS in item else 1
            rows.stored.append((*key, int(item[Attribute.FILE_COUNT]["N"]), parts))
            if Attribute.FILES in item:
                rows.files.extend(
                    (
                        *key,
                        sys.intern(file["M"][Attribute.FILENAME]["S"]),
                        sys.intern(file["M"][Attribute.CREATION_DATE]["S"]),
                    )
                    for file in item[Attribute.FILES]["L"]
                )
        return rows

    def __len__(self) -> int:
        return len(self.stored) + len(self.files)


@dataclass(frozen=True)
class Breaches:
    """What was reported: the reports, and the files they list where those were asked for."""

    reports: pd.DataFrame
    files: pd.DataFrame

    @staticmethod
    def of(pieces: Sequence[Rows], *, with_files: bool = True) -> Breaches:
        """All pieces as one, the parts of split reports joined."""
        return Breaches(
            _joined_parts(_frame([row for piece in pieces for row in piece.stored], _STORED)),
            _frame([row for piece in pieces if with_files for row in piece.files], FILES),
        )

    def between(self, start: datetime, end: datetime) -> Breaches:
        """What was detected from `start` up to, not at, `end`."""
        return Breaches(_between(self.reports, start, end), _between(self.files, start, end))


def _frame(rows: list[tuple[Any, ...]], columns: Mapping[str, str]) -> pd.DataFrame:
    return pd.DataFrame.from_records(rows, columns=list(columns)).astype(columns)


def _joined_parts(stored: pd.DataFrame) -> pd.DataFrame:
    if stored["parts"].gt(1).any():
        stored = stored.groupby(REPORT_KEY, as_index=False, sort=False).agg(
            sla=("sla", "first"),
            file_count=("file_count", "sum"),
            parts=("parts", "first"),
            found=("sla", "size"),
        )
        complete = stored["found"] >= stored["parts"]
    else:
        complete = pd.Series(True, index=stored.index)
    return stored.assign(complete=complete)[list(REPORTS)]


def _between(frame: pd.DataFrame, start: datetime, end: datetime) -> pd.DataFrame:
    detected = frame["detected_at"]
    return frame[(detected >= start) & (detected < end)].reset_index(drop=True)
