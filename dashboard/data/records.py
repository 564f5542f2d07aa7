"""Records taken apart, some at a time: cheap to make, to keep and to compare."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import pyarrow as pa

from contract.moments import parse_moment
from dashboard import columns
from dashboard.columns import Column
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


@dataclass(frozen=True, eq=False)
class Records:
    """Records in the order in which they came, with their files."""

    batch: pa.RecordBatch
    """With the columns of `SCHEMA`."""

    def __len__(self) -> int:
        return int(self.batch.num_rows)

    def detections(self) -> list[datetime]:
        """When each record was detected, in UTC."""
        return [parse_moment(text) for text in self.batch[columns.DETECTED_AT.name].to_pylist()]

    def select(self, wanted: Sequence[bool]) -> Records:
        """Those records that are wanted."""
        return Records(self.batch.filter(pa.array(wanted, type=pa.bool_())))

    def pack(self) -> PackedRecords:
        """The same, for keeping."""
        sink = pa.BufferOutputStream()
        with pa.ipc.new_stream(sink, SCHEMA, options=_PACKING) as stream:
            stream.write_batch(self.batch)
        files = len(self.batch[FILENAMES].flatten())
        return PackedRecords(sink.getvalue().to_pybytes(), len(self) + files)


@dataclass(frozen=True)
class PackedRecords:
    """Records as they are kept: a month of them is many, and all analysts' pages share the same few bytes.

    They are equal where they hold the same records in the same order.
    """

    stream: bytes
    """Of Arrow, compressed."""
    size: int
    """How many records and files there are."""

    def unpack(self) -> Records:
        """The records."""
        return Records(pa.ipc.open_stream(self.stream).read_next_batch())


def parse_records(stored: Iterable[AttributeValues]) -> Records:
    """The records, in the order in which they come."""
    items = list(stored)
    files = [item.get(_FILES, {"L": ()})["L"] for item in items]
    return Records(
        pa.record_batch(
            [
                *(_read_column(column, items) for column in STORED),
                [[file["M"][_FILENAME]["S"] for file in of_record] for of_record in files],
                [[file["M"][_CREATION_DATE]["S"] for file in of_record] for of_record in files],
            ],
            schema=SCHEMA,
        )
    )


def _read_column(column: Column, items: Sequence[AttributeValues]) -> list[Any]:
    attribute, absent = str(column.attribute), column.absent
    if column.kind in _NUMBERS:
        return [int(item[attribute]["N"]) if attribute in item else absent for item in items]
    return [item[attribute]["S"] if attribute in item else absent for item in items]
