"""From records to the rows of a file."""

import csv
import os
import re
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Final, Literal

from contract.moments import parse_moment
from contract.text import FORMULA
from store.dynamodb import Item
from store.records import Attribute, FileAttribute

Row = tuple[str | int | None, ...]
"""Texts and numbers; moments as the table has them, in UTC and ISO 8601."""


@dataclass(frozen=True)
class ExportColumn:
    """A column: its name, its attribute, its type."""

    name: str
    attribute: str
    kind: Literal["text", "number", "moment"] = "text"
    absent: int | None = None
    """Its value for records without the attribute."""


_OF_ALL: Final = (
    ExportColumn("detected_at", Attribute.DETECTED_AT, "moment"),
    ExportColumn("folder", Attribute.FOLDER),
    ExportColumn("sla_minutes", Attribute.SLA, "number"),
    ExportColumn("reported_by", Attribute.REPORTED_BY),
    ExportColumn("sender", Attribute.SENDER),
    ExportColumn("run_id", Attribute.RUN_ID),
    ExportColumn("error_id", Attribute.ERROR_ID),
)
FILE_COLUMNS: Final = (
    *_OF_ALL,
    ExportColumn("file", FileAttribute.FILENAME),
    ExportColumn("created", FileAttribute.CREATION_DATE, "moment"),
)
"""For a row for each stuck file of each record."""
RECORD_COLUMNS: Final = (
    *_OF_ALL,
    ExportColumn("files", Attribute.FILE_COUNT, "number"),
    ExportColumn("part", Attribute.PART, "number", absent=1),
    ExportColumn("parts", Attribute.PARTS, "number", absent=1),
)
"""For a row for each record."""


def build_record_rows(record: Item) -> Iterator[Row]:
    """The one row of a record."""
    yield _build_row(record, RECORD_COLUMNS)


def build_file_rows(record: Item) -> Iterator[Row]:
    """A row for each stuck file of a record."""
    shared = _build_row(record, _OF_ALL)
    of_file = FILE_COLUMNS[len(_OF_ALL) :]
    for file in record[Attribute.FILES]["L"]:
        yield (*shared, *_build_row(file["M"], of_file))


def _build_row(values: Item, columns: Sequence[ExportColumn]) -> Row:
    return tuple(_read(values.get(column.attribute), column) for column in columns)


def _read(value: Any, column: ExportColumn) -> str | int | None:
    if value is None:
        return column.absent
    return int(value["N"]) if column.kind == "number" else str(value["S"])


CSV, PARQUET = ".csv", ".parquet"
ENDINGS: Final = (CSV, PARQUET)
_BATCH: Final = 20_000
"""Rows in memory at once; in Parquet, those of a row group."""
_FORMULA: Final = re.compile(FORMULA)


def write_rows(file: Path, columns: Sequence[ExportColumn], rows: Iterable[Row]) -> int:
    """Writes a file by its ending, whole or not at all; returns the number of rows.

    Raises:
        OSError: it cannot be written.
    """
    count, left = 0, iter(rows)
    with _beside(file) as part:
        writer = (CsvWriter if file.suffix.lower() == CSV else ParquetWriter)(part, columns)
        try:
            while batch := list(islice(left, _BATCH)):
                writer.write(batch)
                count += len(batch)
        finally:
            writer.close()
    return count


class CsvWriter:
    """As the dashboard's downloads: UTF-8 with a byte order mark, as Excel wants it.

    Text that a spreadsheet would take for a formula gets an apostrophe before it: file names come from
    anyone who can drop a file.
    """

    def __init__(self, file: Path, columns: Sequence[ExportColumn]) -> None:
        self._file = file.open("w", encoding="utf-8-sig", newline="")
        self._writer = csv.writer(self._file, lineterminator="\r\n")
        self._writer.writerow([column.name for column in columns])

    def write(self, rows: Sequence[Row]) -> None:
        """Writes some rows."""
        self._writer.writerows([_defuse(value) for value in row] for row in rows)

    def close(self) -> None:
        """Closes the file."""
        self._file.close()


class ParquetWriter:
    """Moments are timestamps of microseconds in UTC: nanoseconds would not hold the years 1 to 9999."""

    def __init__(self, file: Path, columns: Sequence[ExportColumn]) -> None:
        # Imported here: it takes half a second.
        import pyarrow
        import pyarrow.parquet

        types = {
            "text": pyarrow.string(), "number": pyarrow.int64(), "moment": pyarrow.timestamp("us", tz="UTC"),
        }  # fmt: skip
        self._arrow: Any = pyarrow
        self._columns = columns
        self._schema = pyarrow.schema([(column.name, types[column.kind]) for column in columns])
        self._writer: Any = pyarrow.parquet.ParquetWriter(file, self._schema)

    def write(self, rows: Sequence[Row]) -> None:
        """Writes a row group."""
        values = zip(self._columns, zip(*rows, strict=True), strict=True)
        arrays = [
            [parse_moment(str(one)) if one is not None else None for one in of_column]
            if column.kind == "moment"
            else list(of_column)
            for column, of_column in values
        ]
        table = self._arrow.table(
            [self._arrow.array(one, kind) for one, kind in zip(arrays, self._schema.types, strict=True)],
            schema=self._schema,
        )
        self._writer.write_table(table)

    def close(self) -> None:
        """Writes the footer."""
        self._writer.close()


def _defuse(value: str | int | None) -> str | int | None:
    return f"'{value}" if isinstance(value, str) and _FORMULA.match(value) else value


@contextmanager
def _beside(file: Path) -> Iterator[Path]:
    """A temporary file in the same folder, which gets the name once it is complete."""
    handle, name = tempfile.mkstemp(prefix=f".{file.name}.", dir=file.parent)
    os.close(handle)
    part = Path(name)
    try:
        yield part
        # The temporary one is readable for its owner alone; this one is as any other that is made.
        mask = os.umask(0)
        os.umask(mask)
        part.chmod(0o666 & ~mask)
        part.replace(file)
    finally:
        part.unlink(missing_ok=True)
