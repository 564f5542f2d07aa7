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

from contract.senders import SENDER_SEPARATOR
from contract.table import Attribute, FileAttribute
from dashboard import columns
from dashboard.columns import MOMENT, list_dtypes

AttributeValues = Mapping[str, Any]
"""A record in DynamoDB's own form, `{"SLA": {"N": "20"}, …}`."""

RECORD_KEY: Final = [
    columns.DETECTED_AT.name,
    columns.REPORTED_BY.name,
    columns.FOLDER.name,
    columns.SENDER.name,
]
"""What tells one record from every other, however many parts it was stored in."""
_SHARED: Final = (columns.RUN_ID, columns.SENDER_NAME)
"""What a record's files have of it beside its key and its SLA."""
RECORD_COLUMNS: Final = list_dtypes(*columns.RECORD, columns.SENDER, *_SHARED, columns.COMPLETE)
"""Columns of a frame of records: one row per folder and report."""
FILE_COLUMNS: Final = list_dtypes(
    columns.DETECTED_AT,
    columns.REPORTED_BY,
    columns.FOLDER,
    columns.SENDER,
    *_SHARED,
    columns.SLA,
    columns.FILENAME,
    columns.CREATED,
)
"""Columns of a frame of files: one row per sighting of a stuck file."""

_STORED: Final = (*columns.RECORD, *columns.BESIDE, columns.RUN_ID)
_READERS: Final = tuple(
    # The same few texts come back in report after report: one copy of each is enough.
    (
        str(column.attribute),
        *(("N", int) if column.kind in {"minutes", "count"} else ("S", sys.intern)),
        column.absent,
    )
    for column in _STORED
)
"""Attribute, type in DynamoDB, how to read it, and what stands for it where there is none."""
# As plain text: an enumeration's members are looked up anew each time, and months have many records.
_FILES: Final = str(Attribute.FILES)
_FILENAME: Final = str(FileAttribute.FILENAME)
_CREATION_DATE: Final = str(FileAttribute.CREATION_DATE)


class Record(NamedTuple):
    """A record taken apart, its times still as text: cheap to make by the hour and to keep."""

    values: tuple[Any, ...]
    """Those of the columns that are stored, in their order."""
    files: tuple[tuple[str, str], ...]
    """Name and time of creation of each; nothing if they were not asked for."""


def parse_records(stored: Iterable[AttributeValues]) -> list[Record]:
    """The records, in the order in which they come."""
    return [_parse_record(values) for values in stored]


def _parse_record(values: AttributeValues) -> Record:
    return Record(
        tuple(
            [
                read(values[attribute][kind]) if attribute in values else absent
                for attribute, kind, read, absent in _READERS
            ]
        ),
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
            [record.values for record in records], columns=[column.name for column in _STORED]
        )
        stored = stored.astype({column.name: column.dtype for column in _STORED if column.kind != "moment"})
        for column in _STORED:
            if column.kind == "moment":
                stored[column.name] = _parse_moments(stored[column.name])
        stored[columns.SENDER_NAME.name] = _name_senders(stored)
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
    shared = [*RECORD_KEY, *(column.name for column in _SHARED), columns.SLA.name]
    files = stored[shared].take(positions).reset_index(drop=True)
    files["filename"] = [filename for filename, _ in listed]
    files["created"] = _parse_moments(pd.Series([created for _, created in listed], dtype="object"))
    return files.astype(FILE_COLUMNS)[list(FILE_COLUMNS)]


def _name_senders(stored: pd.DataFrame) -> pd.Series[str]:
    """The account of each record, and what its script calls itself behind it where it does."""
    codes, keys = pd.factorize(stored[columns.SENDER.name])
    own = [key[key.find(SENDER_SEPARATOR) :] if SENDER_SEPARATOR in key else "" for key in keys]
    if not any(own):
        return stored[columns.REPORTED_BY.name]
    return stored[columns.REPORTED_BY.name] + pd.Series(own, dtype="str").take(codes).reset_index(drop=True)


def _parse_moments(texts: pd.Series[Any]) -> pd.Series[pd.Timestamp]:
    """Moments from their text; each different text is read only once."""
    codes, different = pd.factorize(texts)
    moments = pd.Series(pd.to_datetime(different, utc=True, format="ISO8601"), dtype=MOMENT)
    # Where there is no text, the code is that of no moment.
    return moments.reindex(codes).reset_index(drop=True)


def _join_parts(stored: pd.DataFrame) -> pd.DataFrame:
    if not stored["parts"].gt(1).any():
        return stored.assign(complete=True)
    joined = stored.groupby(RECORD_KEY, as_index=False, sort=False).agg(
        **{
            column.name: (column.name, "sum" if column is columns.FILE_COUNT else "first")
            for column in (*_STORED, columns.SENDER_NAME)
            if column.name not in RECORD_KEY
        },
        found=("parts", "size"),
    )
    return joined.assign(complete=joined["found"] >= joined["parts"])


def _select_between(frame: pd.DataFrame, start: datetime, end: datetime) -> pd.DataFrame:
    detected = frame["detected_at"]
    return frame[(detected >= start) & (detected < end)].reset_index(drop=True)
