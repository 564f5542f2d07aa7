"""Tables of a stack, empty and keyed as the program keys them, for any client."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from store.dynamodb import IndexSpec, TableSpec
from store.incidents import INCIDENTS_TABLE
from store.notifications import NOTIFICATIONS_TABLE
from store.records import RECORDS_TABLE
from store.runs import RUNS_TABLE
from store.senders import SENDERS_TABLE

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


RUNS, SENDERS, INCIDENTS = RUNS_TABLE.name, SENDERS_TABLE.name, INCIDENTS_TABLE.name
ERRORS, MESSAGES = RECORDS_TABLE.name, NOTIFICATIONS_TABLE.name


def create_projection_tables(client: "DynamoDBClient") -> None:
    """Creates those of runs, senders, incidents and notifications."""
    _create(client, RUNS_TABLE, SENDERS_TABLE, INCIDENTS_TABLE, NOTIFICATIONS_TABLE)


def create_message_tables(client: "DynamoDBClient") -> None:
    """Creates what notifying owners takes beside those: the records that name files."""
    _create(client, RECORDS_TABLE)


def _create(client: "DynamoDBClient", *specs: TableSpec) -> None:
    for spec in specs:
        create_table(client, spec.name, spec.partition_key, spec.sort_key, spec.indexes)


def create_table(
    client: "DynamoDBClient",
    name: str,
    partition_key: str,
    sort_key: str | None = None,
    indexes: Sequence[IndexSpec] = (),
) -> None:
    """Creates a table whose keys are text; its indexes copy whole items."""
    spec = TableSpec(name=name, partition_key=partition_key, sort_key=sort_key, indexes=indexes)
    by_kind: dict[str, list[dict[str, Any]]] = {}
    for index in indexes:
        described = {
            "IndexName": str(index.name),
            "KeySchema": _schema(index.partition_key, index.sort_key),
            "Projection": {"ProjectionType": "ALL"},
        }
        kind = "LocalSecondaryIndexes" if index.local else "GlobalSecondaryIndexes"
        by_kind.setdefault(kind, []).append(described)
    optional: dict[str, Any] = by_kind
    client.create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        KeySchema=_schema(partition_key, sort_key),
        AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"} for key in spec.key_attributes],
        **optional,
    )


def _schema(*keys: str | None) -> list[Any]:
    kinds = zip(keys, ("HASH", "RANGE"), strict=True)
    return [{"AttributeName": str(key), "KeyType": kind} for key, kind in kinds if key is not None]
