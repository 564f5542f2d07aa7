"""From records to the rows of a file."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from ops.export.reading import Item
from store.records import Attribute, FileAttribute

Row = tuple[str | int | None, ...]
"""Texts and numbers; moments as the table has them, in UTC and ISO 8601."""


@dataclass(frozen=True)
class Column:
    """A column, where its value comes from, and what it is."""

    name: str
    attribute: str
    kind: Literal["text", "number", "moment"] = "text"
    absent: int | None = None
    """Its value in records without the attribute."""


_OF_ALL: Final = (
    Column("detected_at", Attribute.DETECTED_AT, "moment"),
    Column("folder", Attribute.FOLDER),
    Column("sla_minutes", Attribute.SLA, "number"),
    Column("reported_by", Attribute.REPORTED_BY),
    Column("sender", Attribute.SENDER),
    Column("run_id", Attribute.RUN_ID),
    Column("error_id", Attribute.ERROR_ID),
)
FILE_COLUMNS: Final = (
    *_OF_ALL,
    Column("file", FileAttribute.FILENAME),
    Column("created", FileAttribute.CREATION_DATE, "moment"),
)
"""Of a row for each stuck file of each record."""
RECORD_COLUMNS: Final = (
    *_OF_ALL,
    Column("files", Attribute.FILE_COUNT, "number"),
    Column("part", Attribute.PART, "number", absent=1),
    Column("parts", Attribute.PARTS, "number", absent=1),
)
"""Of a row for each record."""


def build_record_rows(record: Item) -> Iterator[Row]:
    """The one row of a record."""
    yield _build_row(record, RECORD_COLUMNS)


def build_file_rows(record: Item) -> Iterator[Row]:
    """A row for each stuck file of a record."""
    shared = _build_row(record, _OF_ALL)
    of_file = FILE_COLUMNS[len(_OF_ALL) :]
    for file in record[Attribute.FILES]["L"]:
        yield (*shared, *_build_row(file["M"], of_file))


def _build_row(values: Item, columns: Sequence[Column]) -> Row:
    return tuple(_read(values.get(column.attribute), column) for column in columns)


def _read(value: Any, column: Column) -> str | int | None:
    if value is None:
        return column.absent
    return int(value["N"]) if column.kind == "number" else str(value["S"])
