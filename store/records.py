"""Names of the table FileSlaErrors: its attributes and its indexes."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum, unique
from typing import Final

from contract.moments import format_affected_date
from store.dynamodb import IndexSpec, Query, TableSpec


@unique
class Attribute(StrEnum):
    """Attributes of a record."""

    ERROR_ID = "ErrorId"
    FOLDER = "Folder"
    AFFECTED_DATE = "AffectedDate"
    SLA = "SLA"
    FILES = "Files"
    DETECTED_AT = "DetectedAt"
    FILE_COUNT = "FileCount"
    REPORTED_BY = "ReportedBy"
    SENDER = "Sender"
    RUN_ID = "RunId"
    PART = "Part"
    PARTS = "Parts"
    EXPIRES_AT = "ExpiresAt"


@unique
class FileAttribute(StrEnum):
    """Attributes of each stuck file in `Files`."""

    FILENAME = "Filename"
    CREATION_DATE = "CreationDate"


@unique
class Index(StrEnum):
    """Global secondary indexes."""

    AFFECTED_DATE = "AffectedDateIndex"
    FOLDER = "FolderIndex"


RECORDS_TABLE: Final = TableSpec(
    name="FileSlaErrors",
    partition_key=Attribute.ERROR_ID,
    indexes=[
        IndexSpec(name=Index.AFFECTED_DATE, partition_key=Attribute.AFFECTED_DATE, sort_key=Attribute.FOLDER),
        IndexSpec(name=Index.FOLDER, partition_key=Attribute.FOLDER, sort_key=Attribute.AFFECTED_DATE),
    ],
    expiry_attribute=Attribute.EXPIRES_AT,
)


def build_run_query(
    table: str, hour: datetime, folder: str, run_id: str, attributes: Sequence[str] = ()
) -> Query:
    """Asks for a folder's records of one run, as far as they are of this UTC hour.

    Under the folder and not under the hour: whatever another account floods that with would be in the way.
    """
    equal = {Attribute.FOLDER.value: folder, Attribute.AFFECTED_DATE.value: format_affected_date(hour)}
    only = {Attribute.RUN_ID.value: run_id}
    return Query(table=table, index=Index.FOLDER, equal=equal, only=only, attributes=attributes)
