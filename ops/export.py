"""`python -m ops export`."""

import argparse
from collections import deque
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

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
from ops.stack import OpsError, Stack
from store.dynamodb import Item, Query
from store.records import Attribute, Index

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

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
        wanted = _find_wanted(call.stack, given, end)
        client, table = call.stack.client("dynamodb"), call.stack[Output.TABLE_NAME]
        step = "Folders" if wanted.folders else "Hours"

        def rows() -> Iterator[Row]:
            nonlocal records
            for record in read_records(client, table, wanted, lambda done, of: progress(step, done, of)):
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


_AHEAD: Final = 8
"""Hours whose first page is read at the same time; a page is at most 1 MB."""


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Which records.

    Attributes:
        start: the first moment, aware.
        end: the first moment after the range, aware.
        folders: paths as they were reported; all where there is none.
        senders: keys of senders; all where there is none.
        reporters: user names in lower case, for records without a sender.
    """

    start: datetime
    end: datetime
    folders: Sequence[str] = ()
    senders: Collection[str] = ()
    reporters: Collection[str] = ()

    def covers(self, record: Item) -> bool:
        """Whether a record of one of the hours is wanted."""
        if not self.start <= parse_moment(record[Attribute.DETECTED_AT]["S"]) < self.end:
            return False
        if not self.senders:
            return True
        if sender := record.get(Attribute.SENDER):
            return sender["S"] in self.senders
        return record[Attribute.REPORTED_BY]["S"].casefold() in self.reporters


def read_records(
    client: "DynamoDBClient", table: str, wanted: Wanted, progress: Callable[[int, int], None]
) -> Iterator[Item]:
    """The records, hour by hour, or folder by folder where folders are named.

    Args:
        client: may query the indexes of FileSlaErrors.
        table: its name.
        wanted: which records.
        progress: called with how many of how many queries are done.
    """
    queries = list(_list_queries(table, wanted))
    waiting: deque[Future[Any]] = deque()
    with ThreadPoolExecutor(_AHEAD, thread_name_prefix="export") as pool:
        try:
            for done, query in enumerate(queries):
                progress(done, len(queries))
                while len(waiting) < _AHEAD and done + len(waiting) < len(queries):
                    waiting.append(pool.submit(client.query, **queries[done + len(waiting)]))
                page = waiting.popleft().result()
                yield from filter(wanted.covers, page["Items"])
                while key := page.get("LastEvaluatedKey"):
                    page = client.query(**query, ExclusiveStartKey=key)
                    yield from filter(wanted.covers, page["Items"])
        finally:
            pool.shutdown(cancel_futures=True)
    progress(len(queries), len(queries))


def _list_queries(table: str, wanted: Wanted) -> Iterator[dict[str, Any]]:
    first, last = start_of_hour(wanted.start), start_of_hour(wanted.end)
    between = (Attribute.AFFECTED_DATE, format_affected_date(first), format_affected_date(last))
    for folder in wanted.folders:
        yield Query(
            table=table, index=Index.FOLDER, equal={Attribute.FOLDER: folder}, between=between
        ).arguments()
    hour = first
    while hour < wanted.end and not wanted.folders:
        yield Query(
            table=table,
            index=Index.AFFECTED_DATE,
            equal={Attribute.AFFECTED_DATE: format_affected_date(hour)},
        ).arguments()
        hour += HOUR


def _find_wanted(stack: Stack, given: argparse.Namespace, end: datetime) -> Wanted:
    wanted = Wanted(start=given.start, end=end, folders=given.folder)
    if not given.sender:
        return wanted
    keys = {found.key for found in Finder.of(stack, lambda _: None).find(given.sender)}
    return Wanted(
        start=given.start, end=end, folders=given.folder, senders=keys, reporters={given.sender.casefold()}
    )


def _file(text: str) -> Path:
    file = Path(text)
    if file.suffix.lower() not in ENDINGS:
        raise argparse.ArgumentTypeError(f"{text} must end in {' or '.join(ENDINGS)}")
    return file
