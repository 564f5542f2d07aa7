"""`file-sla export`: records of a range of time, and the rows of the file that they become."""

import argparse
import csv
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final, Literal

from rich.markup import escape

from contract.moments import HOUR, format_affected_date, format_moment, parse_moment, start_of_hour
from contract.names import Output
from contract.text import FORMULA
from ops.command import Call, CommandResult, Commands, OnProgress, add_command, show_progress, to_moment
from ops.incidents import SENDER_HELP, Finder
from ops.stack import OpsError
from store.dynamodb import Item, Query, Reader
from store.records import Attribute, FileAttribute, Index

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
_OF_FILE: Final = (
    ExportColumn("file", FileAttribute.FILENAME),
    ExportColumn("created", FileAttribute.CREATION_DATE, "moment"),
)
FILE_COLUMNS: Final = (*_OF_ALL, *_OF_FILE)
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
_AT_ONCE: Final = 8
"""Hours or folders that are read at the same time, and held in memory."""
_FORMULA: Final = re.compile(FORMULA)


def add(commands: Commands) -> None:
    """Declares the command."""
    command = add_command(
        commands, "export", export, "write the records of a range of time to a file",
        interrupted="No file was written.",
    )  # fmt: skip
    command.add_argument(
        "file", metavar="FILE", type=_file, help=f"what to write, by its ending: {' or '.join(ENDINGS)}"
    )
    command.add_argument(
        "--from", dest="start", metavar="TIME", type=to_moment, required=True,
        help="the first moment, such as 2026-11-01 or 2026-11-01T08:00; UTC unless it has an offset",
    )  # fmt: skip
    command.add_argument(
        "--to", dest="end", metavar="TIME", type=to_moment, default=datetime.now(UTC),
        help="the first moment after the range (default: now)",
    )  # fmt: skip
    command.add_argument(
        "--folder", action="append", default=[], metavar="PATH",
        help="only this folder, as it was reported; may be given more than once",
    )  # fmt: skip
    command.add_argument("--sender", metavar="NAME", help=f"only one: {SENDER_HELP}")
    command.add_argument(
        "--records", action="store_true", help="a row for each record, not for each stuck file of it"
    )


def _file(text: str) -> Path:
    file = Path(text)
    if file.suffix.lower() not in ENDINGS:
        raise argparse.ArgumentTypeError(f"{text} must end in {' or '.join(ENDINGS)}")
    return file


def export(call: Call) -> CommandResult:
    """Writes records to a file."""
    given = call.given
    if given.start >= given.end:
        raise OpsError(f"--from must be before --to: the range ends at {format_moment(given.end)}.")
    columns = RECORD_COLUMNS if given.records else FILE_COLUMNS
    records = 0

    with show_progress() as progress:

        def list_rows() -> Iterator[Row]:
            nonlocal records
            for record in _read_records(call, progress):
                records += 1
                yield from [_build_row(record, columns)] if given.records else build_file_rows(record)

        try:
            count = _write_rows(given.file, columns, list_rows())
        except OSError as error:
            raise OpsError(f"{given.file} cannot be written: {error.strerror}") from error
    return CommandResult(
        {"file": str(given.file), "rows": count, "records": records, "from": format_moment(given.start),
         "to": format_moment(given.end), "columns": [column.name for column in columns]},
        f"{escape(str(given.file))}: {count:,} rows of {records:,} records.",
    )  # fmt: skip


def _read_records(call: Call, progress: OnProgress) -> Iterator[Item]:
    """The records that are wanted, hour by hour, or folder by folder where folders are named."""
    stack, given, name = call.stack, call.given, call.given.sender
    senders = {one.key for one in Finder.of(stack, lambda _: None).find(name)} if name else set()

    def is_wanted(record: Item) -> bool:
        if not given.start <= parse_moment(record[Attribute.DETECTED_AT]["S"]) < given.end:
            return False
        return not senders or record[Attribute.SENDER]["S"] in senders

    reader, queries = Reader(stack.client("dynamodb")), list(_list_queries(stack[Output.TABLE_NAME], given))
    step = "Folders" if given.folder else "Hours"
    for done in range(0, len(queries), _AT_ONCE):
        progress(step, done, len(queries))
        yield from filter(is_wanted, reader.query_all(*queries[done : done + _AT_ONCE]))
    progress(step, len(queries), len(queries))


def _list_queries(table: str, given: argparse.Namespace) -> Iterator[Query]:
    hour = start_of_hour(given.start)
    last = format_affected_date(start_of_hour(given.end))
    between = (Attribute.AFFECTED_DATE, format_affected_date(hour), last)
    for folder in given.folder:
        yield Query(table=table, index=Index.FOLDER, equal={Attribute.FOLDER: folder}, between=between)
    while hour < given.end and not given.folder:
        date = format_affected_date(hour)
        yield Query(table=table, index=Index.AFFECTED_DATE, equal={Attribute.AFFECTED_DATE: date})
        hour += HOUR


def build_file_rows(record: Item) -> Iterator[Row]:
    """A row for each stuck file of a record."""
    shared = _build_row(record, _OF_ALL)
    for file in record[Attribute.FILES]["L"]:
        yield (*shared, *_build_row(file["M"], _OF_FILE))


def _build_row(values: Item, columns: Sequence[ExportColumn]) -> Row:
    def read(column: ExportColumn) -> str | int | None:
        value = values.get(column.attribute)
        if value is None:
            return column.absent
        return int(value["N"]) if column.kind == "number" else str(value["S"])

    return tuple(map(read, columns))


def _write_rows(file: Path, columns: Sequence[ExportColumn], rows: Iterable[Row]) -> int:
    """Writes a file by its ending, whole or not at all; returns the number of rows."""
    count, left = 0, iter(rows)
    with TemporaryDirectory(prefix=f".{file.name}.", dir=file.parent) as folder:
        part = Path(folder) / file.name
        with (_open_csv if file.suffix.lower() == CSV else _open_parquet)(part, columns) as write:
            while batch := list(islice(left, _BATCH)):
                write(batch)
                count += len(batch)
        part.replace(file)
    return count


Write = Callable[[Sequence[Row]], object]


@contextmanager
def _open_csv(file: Path, columns: Sequence[ExportColumn]) -> Iterator[Write]:
    """As the dashboard's downloads: UTF-8 with a byte order mark, as Excel wants it.

    Text that a spreadsheet would take for a formula gets an apostrophe before it: file names come from
    anyone who can drop a file.
    """

    def defuse(value: str | int | None) -> str | int | None:
        return f"'{value}" if isinstance(value, str) and _FORMULA.match(value) else value

    with file.open("w", encoding="utf-8-sig", newline="") as opened:
        writer = csv.writer(opened, lineterminator="\r\n")
        writer.writerow([column.name for column in columns])
        yield lambda rows: writer.writerows(map(defuse, row) for row in rows)


@contextmanager
def _open_parquet(file: Path, columns: Sequence[ExportColumn]) -> Iterator[Write]:
    """Moments are timestamps of microseconds in UTC: nanoseconds would not hold the years 1 to 9999."""
    # Imported here: it takes half a second.
    import pyarrow
    import pyarrow.parquet

    types = {
        "text": pyarrow.string(), "number": pyarrow.int64(), "moment": pyarrow.timestamp("us", tz="UTC"),
    }  # fmt: skip
    schema = pyarrow.schema([(column.name, types[column.kind]) for column in columns])

    def convert(column: ExportColumn, values: Sequence[Any]) -> Any:
        if column.kind == "moment":
            values = [None if value is None else parse_moment(value) for value in values]
        return pyarrow.array(values, types[column.kind])

    with pyarrow.parquet.ParquetWriter(file, schema) as writer:
        yield lambda rows: writer.write_table(
            pyarrow.table(list(map(convert, columns, zip(*rows, strict=True))), schema=schema)
        )
