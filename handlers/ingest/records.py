"""From a report to the records that are stored: one per folder, split where one would be too large."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final
from uuid import UUID, uuid4, uuid5

from contract.moments import format_affected_date, format_moment
from contract.report import Report, StuckFile
from handlers.ingest.digest import digest_report
from store.records import Attribute, FileAttribute

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef

    Record = dict[str, AttributeValueTypeDef]

MAX_FILES_BYTES: Final = 300_000
"""Bytes of `Files` in one record, well below DynamoDB's 400 KB for the whole item."""
_ERROR_IDS: Final = UUID("6f6ab1c5-52b5-4b5e-9a8f-1f0e6a2c9d34")
# As plain text: an enumeration's members are looked up anew each time, and reports have many files.
_FILENAME: Final = str(FileAttribute.FILENAME)
_CREATION_DATE: Final = str(FileAttribute.CREATION_DATE)
# DynamoDB counts 3 bytes for a list or map and 1 for each element, beside names and values.
_FILE_OVERHEAD: Final = 3 + 1 + 2 + len(_FILENAME) + len(_CREATION_DATE)


@dataclass(frozen=True)
class Detection:
    """What all records of one report share."""

    detected_at: datetime
    reported_by: str
    subject: str
    sender: str
    """Key of the sender in FileSlaSenders."""
    run_id: str
    idempotency_key: str | None = None
    retention: timedelta | None = None

    def error_id(self, digest: str, folder: str, part: int) -> str:
        """The id of a record.

        With an idempotency key the same report gives the same ids, in whatever order it comes, and
        overwrites. Another report under the same key gives others: a script may use one key for ever.

        Args:
            digest: of the report.
            folder: its path as it was sent; a report has each once.
            part: of the folder's records, from 1.
        """
        if self.idempotency_key is None:
            return str(uuid4())
        # JSON keeps ("a", "b:c") apart from ("a:b", "c").
        name = json.dumps([self.subject, self.idempotency_key, digest, folder, part])
        return str(uuid5(_ERROR_IDS, name))


def build_records(report: Report, detection: Detection) -> list["Record"]:
    """The records to store, in DynamoDB's own attribute-value form.

    The client is given that form directly: the resource layer's serializer costs more than
    all the rest of a large report.
    """
    shared = _build_shared_attributes(detection)
    digest = "" if detection.idempotency_key is None else digest_report(report)
    records: list[Record] = []
    for folder in report.sla_error:
        parts = list(_split_files(folder.files if detection.idempotency_key is None else _sort(folder.files)))
        for number, files in enumerate(parts, start=1):
            record: Record = {
                Attribute.ERROR_ID: {"S": detection.error_id(digest, folder.folder, number)},
                Attribute.FOLDER: {"S": folder.folder},
                Attribute.SLA: {"N": str(folder.sla)},
                Attribute.FILES: {"L": files},
                Attribute.FILE_COUNT: {"N": str(len(files))},
                **shared,
            }
            if len(parts) > 1:
                record[Attribute.PART] = {"N": str(number)}
                record[Attribute.PARTS] = {"N": str(len(parts))}
            records.append(record)
    return records


def count_files(report: Report) -> int:
    """The number of stuck files in all folders of a report."""
    return sum(len(folder.files) for folder in report.sla_error)


def _build_shared_attributes(detection: Detection) -> "Record":
    shared: Record = {
        Attribute.AFFECTED_DATE: {"S": format_affected_date(detection.detected_at)},
        Attribute.DETECTED_AT: {"S": format_moment(detection.detected_at)},
        Attribute.REPORTED_BY: {"S": detection.reported_by},
        Attribute.SENDER: {"S": detection.sender},
        Attribute.RUN_ID: {"S": detection.run_id},
    }
    if detection.retention is not None:
        expires_at = detection.detected_at + detection.retention
        shared[Attribute.EXPIRES_AT] = {"N": str(int(expires_at.timestamp()))}
    return shared


def _sort(files: Sequence[StuckFile]) -> list[StuckFile]:
    """The files in an order of their own: a retry has to cut the same parts, in whatever order it comes."""
    return sorted(files, key=lambda file: (file.filename, file.creation_date))


def _split_files(files: Sequence[StuckFile]) -> Iterator[list["AttributeValueTypeDef"]]:
    """The files of each record, the first as full as its bytes allow."""
    part: list[AttributeValueTypeDef] = []
    size = 0
    for file in files:
        created = format_moment(file.creation_date)
        file_size = _FILE_OVERHEAD + len(file.filename.encode()) + len(created)
        if part and size + file_size > MAX_FILES_BYTES:
            yield part
            part, size = [], 0
        part.append({"M": {_FILENAME: {"S": file.filename}, _CREATION_DATE: {"S": created}}})
        size += file_size
    yield part
