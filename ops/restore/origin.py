"""Where the items come from: a table beside the live one, which DynamoDB restores."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from ops.errors import OpsError
from ops.progress import OnProgress

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import TableDescriptionTypeDef

_LOOK_EVERY: Final = timedelta(seconds=5)
_NAME_LENGTH: Final = 200
"""How much of the table's name the temporary one bears; DynamoDB takes 255 characters in all."""


class RestoreError(OpsError):
    """Nothing can be restored so."""


@dataclass(frozen=True)
class Moment:
    """A moment of the last 35 days, to which DynamoDB can go back."""

    at: datetime

    @property
    def suffix(self) -> str:
        """What tells the temporary table from others."""
        return f"{self.at:%Y%m%dT%H%M%SZ}"


@dataclass(frozen=True)
class Backup:
    """A backup by its ARN, such as the one that DynamoDB keeps of a deleted table."""

    arn: str

    @property
    def suffix(self) -> str:
        """What tells the temporary table from others."""
        return self.arn.rpartition("/")[2]


@dataclass(frozen=True, kw_only=True)
class Restoring:
    """A temporary table beside the live one.

    Attributes:
        client: may restore, describe and delete tables.
        table: the live table's name.
        progress: told how it goes.
        sleep: waits for so many seconds.
    """

    client: "DynamoDBClient"
    table: str
    progress: OnProgress
    sleep: Callable[[float], None] = field(default=time.sleep)

    def name(self, source: Moment | Backup) -> str:
        """The temporary table's name, the same for the same source: so an interrupted command goes on."""
        return f"{self.table[:_NAME_LENGTH]}-restored-{source.suffix}"

    def start(self, source: Moment | Backup) -> str:
        """Has DynamoDB begin, unless it has before, and returns the temporary table's name.

        Raises:
            botocore.exceptions.ClientError: AWS refused, such as a moment that is too long ago.
        """
        name = self.name(source)
        if describe(self.client, name):
            return name
        # Without indexes it is there sooner, and costs less.
        if isinstance(source, Moment):
            self.client.restore_table_to_point_in_time(
                SourceTableName=self.table,
                TargetTableName=name,
                RestoreDateTime=source.at,
                GlobalSecondaryIndexOverride=[],
                LocalSecondaryIndexOverride=[],
            )
        else:
            self.client.restore_table_from_backup(
                BackupArn=source.arn,
                TargetTableName=name,
                GlobalSecondaryIndexOverride=[],
                LocalSecondaryIndexOverride=[],
            )
        return name

    def wait(self, name: str) -> None:
        """Waits until the table is there: minutes, or hours for a large one.

        Raises:
            RestoreError: it is gone.
        """
        waited = 0.0
        while True:
            described = describe(self.client, name)
            if described is None:
                raise RestoreError(f"The table {name} is gone: someone deleted it. Run the command again.")
            if described["TableStatus"] == "ACTIVE":
                return
            self.progress(f"Seconds that DynamoDB has been restoring {name}", int(waited), None)
            self.sleep(_LOOK_EVERY.total_seconds())
            waited += _LOOK_EVERY.total_seconds()


def find_deleted(client: "DynamoDBClient", table: str) -> Backup:
    """The backup that DynamoDB made when the table was last deleted, and keeps for 35 days.

    Raises:
        RestoreError: there is none.
    """
    found = [
        backup
        for page in client.get_paginator("list_backups").paginate(TableName=table, BackupType="SYSTEM")
        for backup in page["BackupSummaries"]
    ]
    if not found:
        raise RestoreError(
            f"DynamoDB keeps no backup of a deleted table {table}: it was not deleted within 35 days."
        )
    return Backup(max(found, key=lambda backup: backup["BackupCreationDateTime"])["BackupArn"])


def describe(client: "DynamoDBClient", table: str) -> "TableDescriptionTypeDef | None":
    """The table's description; None where there is no such table."""
    try:
        return client.describe_table(TableName=table)["Table"]
    except client.exceptions.ResourceNotFoundException:
        return None
