"""`file-sla export`: records of a range of time, and the rows of the file that they become."""

import argparse
import csv
import os
import re
import tempfile
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

from rich.markup import escape

from contract.moments import HOUR, format_affected_date, format_moment, parse_moment, start_of_hour
from contract.names import Output
from contract.text import FORMULA
from ops.command import Call, CommandResult, add_command, parse_moment_argument, show_progress
from ops.incidents import Finder
from ops.stack import OpsError
from store.dynamodb import Item, Query, Reader
from store.records import Attribute, FileAttribute, Index

if TYPE_CHECKING:
    from ops.command import Commands


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

CSV, PARQUET = ".csv", ".parquet"
ENDINGS: Final = (CSV, PARQUET)
_BATCH: Final = 20_000
"""Rows in memory at once; in Parquet, those of a row group."""
_FORMULA: Final = re.compile(FORMULA)


class ExportError(OpsError):
    """The file cannot be written, or the range is empty."""


def add(commands: "Commands") -> None:
    """Declares the command."""
    command = add_command(
        commands, "export", export, help="write the records of a range of time to a file",
        interrupted="No file was written.",
    )  # fmt: skip
    command.add_argument(
        "file", metavar="FILE", type=_file, help=f"what to write, by its ending: {' or '.join(ENDINGS)}"
    )
    command.add_argument(
        "--from", dest="start", metavar="TIME", type=parse_moment_argument, required=True,
        help="the first moment, such as 2026-11-01 or 2026-11-01T08:00; UTC unless it has an offset",
    )  # fmt: skip
    command.add_argument(
        "--to", dest="end", metavar="TIME", type=parse_moment_argument,
        help="the first moment after the range (default: now)",
    )  # fmt: skip
    command.add_argument(
        "--folder", action="append", default=[], metavar="PATH",
        help="only this folder, as it was reported; may be given more than once",
    )  # fmt: skip
    command.add_argument(
        "--sender", metavar="NAME", help="only one: <user name>, <user name>/<run.sender>, or its key"
    )
    command.add_argument(
        "--records", action="store_true", help="a row for each record, not for each stuck file of it"
    )


def export(call: Call) -> CommandResult:
    """Writes records to a file.

    Raises:
        ExportError: the range is empty, or the file cannot be written.
        UnknownSenderError: there is no such sender.
        OutputsError: an output is missing.
    """
    given = call.given
    end = given.end or datetime.now(UTC)
    if given.start >= end:
        raise ExportError(f"The range ends at {format_moment(end)}, and begins no earlier.")
    columns, build = (RECORD_COLUMNS, build_record_rows) if given.records else (FILE_COLUMNS, build_file_rows)
    records = 0

    with show_progress() as progress:
        wanted = Wanted(start=given.start, end=end, folders=given.folder)
        if given.sender:
            senders = {found.key for found in Finder.of(call.stack, lambda _: None).find(given.sender)}
            wanted = replace(wanted, senders=senders, reporter=given.sender.casefold())
        reader, table = Reader(call.stack.client("dynamodb")), call.stack[Output.TABLE_NAME]
        step = "Folders" if wanted.folders else "Hours"

        def rows() -> Iterator[Row]:
            nonlocal records
            for record in _read_records(reader, table, wanted, lambda done, of: progress(step, done, of)):
                records += 1
                yield from build(record)

        try:
            count = write_rows(given.file, columns, rows())
        except OSError as error:
            raise ExportError(f"{given.file} cannot be written: {error.strerror}") from error
    return CommandResult(
        {"file": str(given.file), "rows": count, "records": records, "from": format_moment(given.start),
         "to": format_moment(end), "columns": [column.name for column in columns]},
        f"{escape(str(given.file))}: {count:,} rows of {records:,} records.",
    )  # fmt: skip


_AT_ONCE: Final = 8
"""Hours or folders that are read at the same time, and held in memory."""


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Which records.

    Attributes:
        start: the first moment, aware.
        end: the first moment after the range, aware.
        folders: paths as they were reported; all where there is none.
        senders: keys of senders; all where there is none.
        reporter: a user name in lower case, for records without a sender.
    """

    start: datetime
    end: datetime
    folders: Sequence[str] = ()
    senders: Collection[str] = ()
    reporter: str = ""

    def covers(self, record: Item) -> bool:
        """Whether a record of one of the hours is wanted."""
        if not self.start <= parse_moment(record[Attribute.DETECTED_AT]["S"]) < self.end:
            return False
        if not self.senders:
            return True
        if sender := record.get(Attribute.SENDER):
            return sender["S"] in self.senders
        return str(record[Attribute.REPORTED_BY]["S"]).casefold() == self.reporter


def _read_records(
    reader: Reader, table: str, wanted: Wanted, progress: Callable[[int, int], None]
) -> Iterator[Item]:
    """The records, hour by hour, or folder by folder where folders are named."""
    queries = list(_list_queries(table, wanted))
    for done in range(0, len(queries), _AT_ONCE):
        progress(done, len(queries))
        yield from filter(wanted.covers, reader.query_all(*queries[done : done + _AT_ONCE]))
    progress(len(queries), len(queries))


def _list_queries(table: str, wanted: Wanted) -> Iterator[Query]:
    first, last = start_of_hour(wanted.start), start_of_hour(wanted.end)
    between = (Attribute.AFFECTED_DATE, format_affected_date(first), format_affected_date(last))
    for folder in wanted.folders:
        yield Query(table=table, index=Index.FOLDER, equal={Attribute.FOLDER: folder}, between=between)
    hour = first
    while hour < wanted.end and not wanted.folders:
        yield Query(
            table=table,
            index=Index.AFFECTED_DATE,
            equal={Attribute.AFFECTED_DATE: format_affected_date(hour)},
        )
        hour += HOUR


def _file(text: str) -> Path:
    file = Path(text)
    if file.suffix.lower() not in ENDINGS:
        raise argparse.ArgumentTypeError(f"{text} must end in {' or '.join(ENDINGS)}")
    return file


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
