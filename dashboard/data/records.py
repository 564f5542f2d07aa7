"""Records taken apart, some at a time: cheap to make, to keep and to compare."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import numpy as np
import pyarrow as pa

from contract.moments import parse_moment
from contract.table import Attribute, FileAttribute
from dashboard import columns
from dashboard.columns import Column

AttributeValues = Mapping[str, Any]
"""A record in DynamoDB's own form, `{"SLA": {"N": "20"}, …}`."""

STORED: Final = (*columns.RECORD, *columns.BESIDE, columns.RUN_ID)
"""The columns that a record's item holds, its files aside."""
_DETECTED_AT: Final = STORED.index(columns.DETECTED_AT)
_OF_ITS_OWN: Final = (columns.DETECTED_AT, columns.RUN_ID)
"""Each report has another one."""


def _choose_reader(column: Column) -> tuple[str, Callable[[str], Any]]:
    if column.kind in {"minutes", "count"}:
        return "N", int
    # Names come back in report after report: one copy of each is enough.
    return "S", str if column in _OF_ITS_OWN else sys.intern


_READERS: Final = tuple((str(column.attribute), *_choose_reader(column), column.absent) for column in STORED)
"""Attribute, type in DynamoDB, how to read it, and what stands for it where there is none."""
# As plain text: an enumeration's members are looked up anew each time, and months have many records.
_FILES: Final = str(Attribute.FILES)
_FILENAME: Final = str(FileAttribute.FILENAME)
_CREATION_DATE: Final = str(FileAttribute.CREATION_DATE)


@dataclass(frozen=True, eq=False)
class Records:
    """Records in the order in which they came, their times still as text.

    Python's garbage collector looks at every object that may be part of a cycle. A month of records is kept
    as what it passes over: plain tuples of texts and numbers, and the arrays of Arrow.
    """

    values: Sequence[tuple[Any, ...]]
    """Those of the columns `STORED`, in their order, of each record."""
    file_counts: Sequence[int]
    """How many files each record has here: none if they were not asked for."""
    filenames: pa.Array
    """Of all files, record after record."""
    creation_dates: pa.Array
    """Likewise."""

    def __len__(self) -> int:
        return len(self.values)

    def detections(self) -> list[datetime]:
        """When each record was detected, in UTC."""
        return [parse_moment(values[_DETECTED_AT]) for values in self.values]

    def equals(self, other: Records) -> bool:
        """Whether both hold the same records in the same order."""
        return (
            self.values == other.values
            and self.file_counts == other.file_counts
            and self.filenames.equals(other.filenames)
            and self.creation_dates.equals(other.creation_dates)
        )

    def select(self, wanted: Sequence[bool]) -> Records:
        """Those records that are wanted."""
        files = pa.array(np.repeat(np.array(wanted, dtype=bool), self.file_counts))
        return Records(
            [values for values, kept in zip(self.values, wanted, strict=True) if kept],
            [count for count, kept in zip(self.file_counts, wanted, strict=True) if kept],
            self.filenames.filter(files),
            self.creation_dates.filter(files),
        )


def parse_records(stored: Iterable[AttributeValues]) -> Records:
    """The records, in the order in which they come."""
    parsed: list[tuple[Any, ...]] = []
    file_counts: list[int] = []
    filenames: list[str] = []
    creation_dates: list[str] = []
    for record in stored:
        parsed.append(
            tuple(
                [
                    read(record[attribute][kind]) if attribute in record else absent
                    for attribute, kind, read, absent in _READERS
                ]
            )
        )
        files = record.get(_FILES, {"L": ()})["L"]
        file_counts.append(len(files))
        for file in files:
            filenames.append(file["M"][_FILENAME]["S"])
            creation_dates.append(file["M"][_CREATION_DATE]["S"])
    return Records(
        parsed,
        file_counts,
        pa.array(filenames, type=pa.large_string()),
        pa.array(creation_dates, type=pa.large_string()),
    )
