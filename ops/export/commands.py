"""`python -m ops export`."""

import argparse
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from rich.markup import escape

from contract.moments import format_moment
from contract.names import Output
from ops.command import Answer, Call, add_command
from ops.errors import OpsError
from ops.export.files import ENDINGS, write_rows
from ops.export.reading import Reader, Wanted
from ops.export.rows import FILE_COLUMNS, RECORD_COLUMNS, Row, build_file_rows, build_record_rows
from ops.incidents.finding import Finder
from ops.moments import parse_moment_argument
from ops.progress import show_progress
from ops.stack import Stack

if TYPE_CHECKING:
    from ops.command import Commands


class ExportError(OpsError):
    """The file cannot be written, or the range is none."""


def add(commands: "Commands") -> None:
    """Declares it."""
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
        "--to",
        dest="end",
        metavar="TIME",
        type=parse_moment_argument,
        help="the first moment after the range (default: now)",
    )
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


def export(call: Call) -> Answer:
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
        wanted = _find_wanted(call.stack, given, end)
        reader = Reader(
            call.stack.client("dynamodb"),
            call.stack[Output.TABLE_NAME],
            lambda done, of: progress("Hours" if not wanted.folders else "Folders", done, of),
        )

        def rows() -> Iterator[Row]:
            nonlocal records
            for record in reader.read(wanted):
                records += 1
                yield from build(record)

        try:
            count = write_rows(given.file, columns, rows())
        except OSError as error:
            raise ExportError(f"{given.file} cannot be written: {error.strerror}") from error
    return Answer(
        {"file": str(given.file), "rows": count, "records": records, "from": format_moment(given.start),
         "to": format_moment(end), "columns": [column.name for column in columns]},
        f"{escape(str(given.file))}: {count:,} rows of {records:,} records.",
    )  # fmt: skip


def _find_wanted(stack: Stack, given: argparse.Namespace, end: datetime) -> Wanted:
    wanted = Wanted(start=given.start, end=end, folders=given.folder)
    if not given.sender:
        return wanted
    finder = Finder(
        client=stack.client("dynamodb"),
        runs_table=stack[Output.RUNS_TABLE_NAME],
        senders_table=stack[Output.SENDERS_TABLE_NAME],
        seen=lambda _: None,
    )
    keys = {found.key for found in finder.find(given.sender)}
    return Wanted(
        start=given.start, end=end, folders=given.folder, senders=keys, reporters={given.sender.casefold()}
    )


def _file(text: str) -> Path:
    file = Path(text)
    if file.suffix.lower() not in ENDINGS:
        raise argparse.ArgumentTypeError(f"{text} must end in {' or '.join(ENDINGS)}")
    return file
