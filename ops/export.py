"""`python -m ops export`."""

import argparse
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from rich.markup import escape

from contract.moments import HOUR, format_affected_date, format_moment, parse_moment, start_of_hour
from contract.names import Output
from ops.command import Call, CommandResult, add_command, parse_moment_argument, show_progress
from ops.export_files import (
    ENDINGS,
    FILE_COLUMNS,
    RECORD_COLUMNS,
    Row,
    build_file_rows,
    build_record_rows,
    write_rows,
)
from ops.incidents import Finder
from ops.stack import OpsError
from store.dynamodb import Item, Query, Reader
from store.records import Attribute, Index

if TYPE_CHECKING:
    from ops.command import Commands


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
