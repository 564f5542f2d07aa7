"""The shapes of the data frames, and how records become them."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import Any, Final, NamedTuple

import numpy as np
import pandas as pd

from contract.table import Attribute, FileAttribute
from dashboard import columns
from dashboard.columns import MOMENT, list_dtypes

AttributeValues = Mapping[str, Any]
"""A record in DynamoDB's own form, `{"SLA": {"N": "20"}, …}`."""

RECORD_KEY: Final = [columns.DETECTED_AT.name, columns.REPORTED_BY.name, columns.FOLDER.name]
"""What tells one record from every other, however many parts it was stored in."""
RECORD_COLUMNS: Final = list_dtypes(
    columns.DETECTED_AT,
    columns.REPORTED_BY,
    columns.FOLDER,
    columns.SLA,
    columns.FILE_COUNT,
    columns.COMPLETE,
)
"""Columns of a frame of records: one row per folder and report."""
FILE_COLUMNS: Final = list_dtypes(
    columns.DETECTED_AT,
    columns.REPORTED_BY,
    columns.FOLDER,
    columns.SLA,
    columns.FILENAME,
    columns.CREATED,
)
"""Columns of a frame of files: one row per sighting of a stuck file."""

# As plain text: an enumeration's members are looked up anew each time, and months have many records.
_DETECTED_AT: Final = str(Attribute.DETECTED_AT)
_REPORTED_BY: Final = str(Attribute.REPORTED_BY)
_FOLDER: Final = str(Attribute.FOLDER)
_SLA: Final = str(Attribute.SLA)
_FILE_COUNT: Final = str(Attribute.FILE_COUNT)
_PARTS: Final = str(Attribute.PARTS)
_FILES: Final = str(Attribute.FILES)
_FILENAME: Final = str(FileAttribute.FILENAME)
_CREATION_DATE: Final = str(FileAttribute.CREATION_DATE)


class Record(NamedTuple):
    """A record taken apart, its times still as text: cheap to make by the hour and to keep."""

    detected_at: str
    reported_by: str
    folder: str
    sla: int
    file_count: int
    parts: int
    files: tuple[tuple[str, str], ...]
    """Name and time of creation of each; nothing if they were not asked for."""


def parse_records(stored: Iterable[AttributeValues]) -> list[Record]:
    """The records, in the order in which they come."""
    return [_parse_record(values) for values in stored]


def _parse_record(values: AttributeValues) -> Record:
    # The same few texts come back in report after report: one copy of each is enough.
    return Record(
        sys.intern(values[_DETECTED_AT]["S"]),
        sys.intern(values[_REPORTED_BY]["S"]),
        sys.intern(values[_FOLDER]["S"]),
        int(values[_SLA]["N"]),
        int(values[_FILE_COUNT]["N"]),
        int(values[_PARTS]["N"]) if _PARTS in values else 1,
        tuple(
            (sys.intern(file["M"][_FILENAME]["S"]), sys.intern(file["M"][_CREATION_DATE]["S"]))
            for file in values.get(_FILES, {"L": ()})["L"]
        ),
    )


@dataclass(frozen=True)
class RecordFrames:
    """Records, and the files that they list where those were asked for, as data frames."""

    records: pd.DataFrame
    files: pd.DataFrame

    @staticmethod
    def of(records: Sequence[Record], *, with_files: bool = True) -> RecordFrames:
        """The frames of these records, parts of the same one joined."""
        stored = pd.DataFrame.from_records(
            [record[:-1] for record in records], columns=list(Record._fields[:-1])
        )
        stored["detected_at"] = _parse_moments(stored["detected_at"])
        joined = _join_parts(stored).astype(RECORD_COLUMNS)[list(RECORD_COLUMNS)]
        return RecordFrames(joined, _list_files(records if with_files else [], stored))

    @staticmethod
    def concatenate(one: RecordFrames, other: RecordFrames) -> RecordFrames:
        """Both, which have no record in common."""
        return RecordFrames(
            pd.concat([one.records, other.records], ignore_index=True),
            pd.concat([one.files, other.files], ignore_index=True),
        )

    def between(self, start: datetime, end: datetime) -> RecordFrames:
        """What was detected from `start` up to, not at, `end`."""
        return RecordFrames(
            _select_between(self.records, start, end), _select_between(self.files, start, end)
        )


def _list_files(records: Sequence[Record], stored: pd.DataFrame) -> pd.DataFrame:
    positions = np.repeat(np.arange(len(records)), [len(record.files) for record in records])
    listed = list(chain.from_iterable(record.files for record in records))
    files = stored[[*RECORD_KEY, "sla"]].take(positions).reset_index(drop=True)
    files["filename"] = [filename for filename, _ in listed]
    files["created"] = _parse_moments(pd.Series([created for _, created in listed], dtype="object"))
    return files.astype(FILE_COLUMNS)


def _parse_moments(texts: pd.Series[Any]) -> pd.Series[pd.Timestamp]:
    """Moments from their text; each different text is read only once."""
    codes, different = pd.factorize(texts)
    moments = pd.Series(pd.to_datetime(different, utc=True, format="ISO8601"), dtype=MOMENT)
    return moments.take(codes).reset_index(drop=True)


def _join_parts(stored: pd.DataFrame) -> pd.DataFrame:
    if not stored["parts"].gt(1).any():
        return stored.assign(complete=True)
    joined = stored.groupby(RECORD_KEY, as_index=False, sort=False).agg(
        sla=("sla", "first"),
        file_count=("file_count", "sum"),
        parts=("parts", "first"),
        found=("sla", "size"),
    )
    return joined.assign(complete=joined["found"] >= joined["parts"])


def _select_between(frame: pd.DataFrame, start: datetime, end: datetime) -> pd.DataFrame:
    detected = frame["detected_at"]
    return frame[(detected >= start) & (detected < end)].reset_index(drop=True)
