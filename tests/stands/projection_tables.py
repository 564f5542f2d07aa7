"""Tables of the projection and of messages, empty and keyed as the program keys them, for any client."""

from typing import TYPE_CHECKING, Any

from store.incidents import IncidentAttribute, IncidentIndex
from store.notifications import NotificationAttribute
from store.records import Attribute, Index
from store.runs import RunAttribute
from store.senders import SenderAttribute, SenderIndex

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


RUNS, SENDERS, INCIDENTS = "FileSlaRuns", "FileSlaSenders", "FileSlaIncidents"
ERRORS, MESSAGES = "FileSlaErrors", "FileSlaNotifications"


def create_projection_tables(client: "DynamoDBClient") -> None:
    """Creates all three."""
    create_table(client, RUNS, RunAttribute.SENDER, RunAttribute.RUN_KEY)
    create_table(
        client,
        SENDERS,
        SenderAttribute.SENDER,
        SenderAttribute.PART,
        {
            SenderIndex.STATE: (SenderAttribute.STATE, SenderAttribute.SENDER_NAME),
            SenderIndex.NEXT_CHECK: (SenderAttribute.NEXT_CHECK_SHARD, SenderAttribute.NEXT_CHECK_AT),
        },
    )
    create_table(
        client,
        INCIDENTS,
        IncidentAttribute.SENDER,
        IncidentAttribute.INCIDENT_ID,
        {
            IncidentIndex.LIVE: (IncidentAttribute.LIVE_SHARD, IncidentAttribute.BREACHED_SINCE),
            IncidentIndex.ENDED: (IncidentAttribute.ENDED_ON, IncidentAttribute.ENDED_AT),
            IncidentIndex.ID: (IncidentAttribute.INCIDENT_ID,),
        },
        {IncidentIndex.LATEST: (IncidentAttribute.SENDER, IncidentAttribute.LATEST_FOLDER_KEY)},
    )


def create_message_tables(client: "DynamoDBClient") -> None:
    """Creates what telling owners takes beside those: messages, and the records that name files."""
    create_table(client, MESSAGES, NotificationAttribute.SUBJECT, NotificationAttribute.PART)
    create_table(
        client,
        ERRORS,
        Attribute.ERROR_ID,
        None,
        {Index.AFFECTED_DATE: (Attribute.AFFECTED_DATE, Attribute.FOLDER)},
    )


def create_table(
    client: "DynamoDBClient",
    name: str,
    partition_key: str,
    sort_key: str | None = None,
    indexes: dict[Any, tuple[str, ...]] | None = None,
    local_indexes: dict[Any, tuple[str, ...]] | None = None,
) -> None:
    """Creates a table whose keys are text; each index by its name, with its keys."""
    own = (partition_key, *((sort_key,) if sort_key else ()))
    keys = {own, *(indexes or {}).values(), *(local_indexes or {}).values()}
    optional: dict[str, Any] = {}
    if indexes:
        optional["GlobalSecondaryIndexes"] = [_index(*entry) for entry in indexes.items()]
    if local_indexes:
        optional["LocalSecondaryIndexes"] = [_index(*entry) for entry in local_indexes.items()]
    client.create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        KeySchema=_schema(*own),
        AttributeDefinitions=[
            {"AttributeName": attribute, "AttributeType": "S"}
            for attribute in sorted({str(key) for pair in keys for key in pair})
        ],
        **optional,
    )


def _index(name: str, keys: tuple[str, ...]) -> dict[str, Any]:
    return {"IndexName": str(name), "KeySchema": _schema(*keys), "Projection": {"ProjectionType": "ALL"}}


def _schema(*keys: str) -> list[Any]:
    return [
        {"AttributeName": str(key), "KeyType": kind}
        for key, kind in zip(keys, ("HASH", "RANGE"), strict=False)
    ]
