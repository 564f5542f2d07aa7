"""Names of the table FileSlaErrors: its attributes and its indexes."""

from enum import StrEnum, unique
from typing import Final

from store.dynamodb import IndexSpec, TableSpec


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
