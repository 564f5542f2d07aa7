"""Records in columns, cheap to make, to keep and to compare; and the data frames made of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from contract.moments import parse_moment
from contract.words import SENDER_SEPARATOR
from dashboard import columns
from dashboard.columns import MOMENT, Column, list_dtypes
from store.records import Attribute, FileAttribute

AttributeValues = Mapping[str, Any]
"""A record in DynamoDB's own form, `{"SLA": {"N": "20"}, …}`."""

STORED: Final = (*columns.RECORD, *columns.BESIDE, columns.RUN_ID)
"""The columns that a record's item holds, its files aside."""
FILENAMES: Final = "filenames"
"""The column of a record's files' names: none where files were not asked for."""
CREATION_DATES: Final = "creation_dates"
"""That of the dates of their creation, as text."""
_NUMBERS: Final = frozenset({"minutes", "count"})
_TEXTS: Final = pa.list_(pa.large_string())
SCHEMA: Final = pa.schema(
    [
        *((column.name, pa.int64() if column.kind in _NUMBERS else pa.large_string()) for column in STORED),
        (FILENAMES, _TEXTS),
        (CREATION_DATES, _TEXTS),
    ]
)
"""The columns of records, all times still as text."""
_PACKING: Final = pa.ipc.IpcWriteOptions(compression="zstd")
"""A month takes a fifth of its size, and a fifth of a second to unpack."""
# As plain text: an enumeration's members are looked up anew each time, and months have many records.
_FILES: Final = str(Attribute.FILES)
_FILENAME: Final = str(FileAttribute.FILENAME)
_CREATION_DATE: Final = str(FileAttribute.CREATION_DATE)


@dataclass(frozen=True)
class StoredHour:
    """The records of an hour as they are kept: a month of them is many, and analysts share the same bytes.

    What is computed of it is known by it: equal hours hold the same records in the same order.
    """

    hour: datetime
    packed: bytes
    """A stream of Arrow, compressed."""
    size: int
    """How many records and files there are."""

    @staticmethod
    def of(hour: datetime, records: pa.RecordBatch) -> StoredHour:
        """Packs the records of an hour."""
        sink = pa.BufferOutputStream()
        with pa.ipc.new_stream(sink, SCHEMA, options=_PACKING) as stream:
            stream.write_batch(records)
        files = len(records[FILENAMES].flatten())
        return StoredHour(hour, sink.getvalue().to_pybytes(), records.num_rows + files)

    def records(self) -> pa.RecordBatch:
        """Unpacked anew each time."""
        return pa.ipc.open_stream(self.packed).read_next_batch()

    def between(self, start: datetime, end: datetime) -> StoredHour:
        """What was detected from `start` up to, not at, `end`."""
        records = self.records()
        detected = map(parse_moment, records[columns.DETECTED_AT.name].to_pylist())
        wanted = pa.array([start <= at < end for at in detected], type=pa.bool_())
        return StoredHour.of(self.hour, records.filter(wanted))


def parse_records(stored: Iterable[AttributeValues]) -> pa.RecordBatch:
    """The records in the order in which they come, with the columns of `SCHEMA`."""
    items = list(stored)
    files = [item.get(_FILES, {"L": ()})["L"] for item in items]
    texts = [
        [[file["M"][name]["S"] for file in of_record] for of_record in files]
        for name in (_FILENAME, _CREATION_DATE)
    ]
    return pa.record_batch([*(_read_column(column, items) for column in STORED), *texts], schema=SCHEMA)


def _read_column(column: Column, items: Sequence[AttributeValues]) -> list[Any]:
    attribute, absent = str(column.attribute), column.absent
    if column.kind in _NUMBERS:
        return [int(item[attribute]["N"]) if attribute in item else absent for item in items]
    return [item[attribute]["S"] if attribute in item else absent for item in items]


RECORD_KEY: Final = [
    columns.DETECTED_AT.name,
    columns.REPORTED_BY.name,
    columns.FOLDER.name,
    columns.SENDER.name,
]
"""What distinguishes one record from every other, however many parts it was stored in."""
RECORD_COLUMNS: Final = list_dtypes(
    *columns.RECORD, columns.SENDER, columns.RUN_ID, columns.SENDER_NAME, columns.COMPLETE
)
"""Columns of a frame of records: one row per folder and report."""
FILE_COLUMNS: Final = list_dtypes(
    columns.DETECTED_AT,
    columns.REPORTED_BY,
    columns.FOLDER,
    columns.SENDER,
    columns.SENDER_NAME,
    columns.SLA,
    columns.FILENAME,
    columns.CREATED,
)
"""Columns of a frame of files: one row per sighting of a stuck file."""


@dataclass(frozen=True, eq=False)
class RecordFrames:
    """Records, and the files that they list where those were asked for, as data frames.

    They are equal to themselves alone, so what is computed of them is known by them.
    """

    records: pd.DataFrame
    files: pd.DataFrame

    @staticmethod
    def of(*several: pa.RecordBatch, with_files: bool = True) -> RecordFrames:
        """The frames of all these records, parts of the same one joined."""
        # In one piece: each hour's own would be kept whole for the few columns that are shown of it.
        table = pa.Table.from_batches(several, schema=SCHEMA).combine_chunks()
        stored = table.select([column.name for column in STORED]).to_pandas()
        for column in STORED:
            if column.kind == "moment":
                stored[column.name] = _parse_moments(stored[column.name])
        stored[columns.SENDER_NAME.name] = _name_senders(stored)
        joined = _join_parts(stored).astype(RECORD_COLUMNS)[list(RECORD_COLUMNS)]
        return RecordFrames(joined, _list_files(table if with_files else table.slice(length=0), stored))

    @staticmethod
    def concatenate(*several: RecordFrames) -> RecordFrames:
        """All of them, which have no record in common."""
        return RecordFrames(
            pd.concat([one.records for one in several], ignore_index=True),
            pd.concat([one.files for one in several], ignore_index=True),
        )

    def between(self, start: datetime, end: datetime) -> RecordFrames:
        """What was detected from `start` up to, not at, `end`."""
        records, files = (
            frame[frame["detected_at"].between(start, end, inclusive="left")].reset_index(drop=True)
            for frame in (self.records, self.files)
        )
        return RecordFrames(records, files)


def _list_files(table: pa.Table, stored: pd.DataFrame) -> pd.DataFrame:
    counts = pc.list_value_length(table[FILENAMES]).to_numpy()
    shared = [*RECORD_KEY, columns.SENDER_NAME.name, columns.SLA.name]
    files = stored[shared].take(np.repeat(np.arange(len(counts)), counts)).reset_index(drop=True)
    files["filename"] = _list_texts(table[FILENAMES])
    files["created"] = _parse_moments(_list_texts(table[CREATION_DATES]))
    return files.astype(FILE_COLUMNS)[list(FILE_COLUMNS)]


def _list_texts(of_records: pa.ChunkedArray) -> pd.Series[Any]:
    return pd.Series(pd.array(pc.list_flatten(of_records), dtype="str"))


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
            for column in (*STORED, columns.SENDER_NAME)
            if column.name not in RECORD_KEY
        },
        found=("parts", "size"),
    )
    return joined.assign(complete=joined["found"] >= joined["parts"])


def select_files(records: pd.DataFrame, files: pd.DataFrame) -> pd.DataFrame:
    """The files that these records list."""
    return files.merge(records[RECORD_KEY], on=RECORD_KEY)
