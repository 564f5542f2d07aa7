"""From a report to the items that are stored: one per folder, split where one would be too large."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final
from uuid import UUID, uuid4, uuid5

from handlers.ingest.report import FolderBreach, Report, StuckFile
from handlers.names import Attribute
from handlers.times import affected_date, to_text

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef

    Item = dict[str, AttributeValueTypeDef]

MAX_FILES_BYTES: Final = 300_000
"""Bytes of `Files` in one item, well below DynamoDB's 400 KB for the whole item."""
_ERROR_IDS: Final = UUID("6f6ab1c5-52b5-4b5e-9a8f-1f0e6a2c9d34")
# DynamoDB counts 3 bytes for a list or map and 1 for each element, beside names and values.
_FILE_OVERHEAD: Final = 3 + 1 + 2 + len(Attribute.FILENAME) + len(Attribute.CREATION_DATE)


@dataclass(frozen=True)
class Detection:
    """What all records of one report share."""

    detected_at: datetime
    reported_by: str
    subject: str
    idempotency_key: str | None = None
    retention: timedelta | None = None

    def error_id(self, position: int) -> str:
        """The id of the record at `position` in the report.

        With an idempotency key the same retry gives the same ids, and overwrites.
        """
        if self.idempotency_key is None:
            return str(uuid4())
        # The length keeps ("a", "b:c") apart from ("a:b", "c").
        name = f"{len(self.subject)}:{self.subject}:{self.idempotency_key}:{position}"
        return str(uuid5(_ERROR_IDS, name))


def records_of(report: Report, detection: Detection) -> list["Item"]:
    """The items to store, in DynamoDB's own attribute-value form.

    The client is given that form directly: the resource layer's serializer costs more than
    all the rest of a large report.
    """
    shared = _shared_attributes(detection)
    items: list[Item] = []
    for breach in report.sla_error:
        parts = list(_parts(breach.files))
        for number, files in enumerate(parts, start=1):
            item: Item = {
                Attribute.ERROR_ID: {"S": detection.error_id(len(items))},
                Attribute.FOLDER: {"S": breach.folder},
                Attribute.SLA: {"N": str(breach.sla)},
                Attribute.FILES: {"L": files},
                Attribute.FILE_COUNT: {"N": str(len(files))},
                **shared,
            }
            if len(parts) > 1:
                item[Attribute.PART] = {"N": str(number)}
                item[Attribute.PARTS] = {"N": str(len(parts))}
            items.append(item)
    return items


def file_count(breaches: Sequence[FolderBreach]) -> int:
    """The number of stuck files in all folders."""
    return sum(len(breach.files) for breach in breaches)


def _shared_attributes(detection: Detection) -> "Item":
    shared: Item = {
        Attribute.AFFECTED_DATE: {"S": affected_date(detection.detected_at)},
        Attribute.DETECTED_AT: {"S": to_text(detection.detected_at)},
        Attribute.REPORTED_BY: {"S": detection.reported_by},
    }
    if detection.retention is not None:
        expires_at = detection.detected_at + detection.retention
        shared[Attribute.EXPIRES_AT] = {"N": str(int(expires_at.timestamp()))}
    return shared


def _parts(files: Sequence[StuckFile]) -> Iterator[list["AttributeValueTypeDef"]]:
    part: list[AttributeValueTypeDef] = []
    size = 0
    for file in files:
        created = to_text(file.creation_date)
        file_size = _FILE_OVERHEAD + len(file.filename.encode()) + len(created)
        if part and size + file_size > MAX_FILES_BYTES:
            yield part
            part, size = [], 0
        part.append(
            {"M": {Attribute.FILENAME: {"S": file.filename}, Attribute.CREATION_DATE: {"S": created}}}
        )
        size += file_size
    yield part
