"""The table FileSlaErrors in an emulated AWS, and items as the service writes them."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import boto3

from contract.moments import format_affected_date, format_moment
from store.records import Attribute, FileAttribute
from tests.stands.projection_tables import ERRORS, create_message_tables

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

TABLE = ERRORS
REGION = "eu-central-1"


def item(
    detected: datetime,
    folder: str = "C:\\Jobs\\Folder_A",
    files: Sequence[tuple[str, datetime]] = (),
    *,
    sla: int = 20,
    reporter: str = "reporter",
    part: tuple[int, int] | None = None,
    sender: str | None = None,
    run: str | None = None,
) -> dict[str, Any]:
    """A stored record, in DynamoDB's own form; its sender is the reporter unless another is given."""
    record: dict[str, Any] = {
        Attribute.ERROR_ID: {"S": str(uuid4())},
        Attribute.FOLDER: {"S": folder},
        Attribute.AFFECTED_DATE: {"S": format_affected_date(detected)},
        Attribute.SLA: {"N": str(sla)},
        Attribute.FILES: {
            "L": [
                {
                    "M": {
                        FileAttribute.FILENAME: {"S": name},
                        FileAttribute.CREATION_DATE: {"S": format_moment(created)},
                    }
                }
                for name, created in files
            ]
        },
        Attribute.DETECTED_AT: {"S": format_moment(detected)},
        Attribute.FILE_COUNT: {"N": str(len(files))},
        Attribute.REPORTED_BY: {"S": reporter},
        Attribute.SENDER: {"S": reporter if sender is None else sender},
    }
    if run is not None:
        record[Attribute.RUN_ID] = {"S": run}
    if part:
        record[Attribute.PART] = {"N": str(part[0])}
        record[Attribute.PARTS] = {"N": str(part[1])}
    return record


def create_table() -> "DynamoDBClient":
    """Creates the table with both indexes."""
    client = boto3.client("dynamodb", region_name=REGION)
    create_message_tables(client)
    return client
