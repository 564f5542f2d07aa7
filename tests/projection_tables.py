"""The tables of the projection, empty and keyed as the program keys them, for any DynamoDB client."""

from typing import TYPE_CHECKING, Any

from contract.incidents import IncidentAttribute, IncidentIndex
from contract.runs import RunAttribute
from contract.senders import SenderAttribute, SenderIndex

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

RUNS, SENDERS, INCIDENTS = "FileSlaRuns", "FileSlaSenders", "FileSlaIncidents"


def create_projection_tables(client: "DynamoDBClient") -> None:
    """Creates all three."""
    _create(client, RUNS, RunAttribute.SENDER, RunAttribute.RUN_KEY)
    _create(
        client,
        SENDERS,
        SenderAttribute.SENDER,
        SenderAttribute.PART,
        {
            SenderIndex.STATE: (SenderAttribute.STATE, SenderAttribute.SENDER_NAME),
            SenderIndex.WAKE: (SenderAttribute.WAKES_IN, SenderAttribute.WAKES_AT),
        },
    )
    _create(
        client,
        INCIDENTS,
        IncidentAttribute.SENDER,
        IncidentAttribute.INCIDENT_ID,
        {
            IncidentIndex.LIVE: (IncidentAttribute.LISTED_IN, IncidentAttribute.BREACHED_SINCE),
            IncidentIndex.ENDED: (IncidentAttribute.ENDED_ON, IncidentAttribute.ENDED_AT),
            IncidentIndex.ID: (IncidentAttribute.INCIDENT_ID,),
        },
        {IncidentIndex.LATEST: (IncidentAttribute.SENDER, IncidentAttribute.LATEST_OF)},
    )


def _create(
    client: "DynamoDBClient",
    name: str,
    partition_key: str,
    sort_key: str,
    indexes: dict[Any, tuple[str, ...]] | None = None,
    local_indexes: dict[Any, tuple[str, ...]] | None = None,
) -> None:
    keys = {(partition_key, sort_key), *(indexes or {}).values(), *(local_indexes or {}).values()}
    optional: dict[str, Any] = {}
    if indexes:
        optional["GlobalSecondaryIndexes"] = [_index(*entry) for entry in indexes.items()]
    if local_indexes:
        optional["LocalSecondaryIndexes"] = [_index(*entry) for entry in local_indexes.items()]
    client.create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        KeySchema=_schema(partition_key, sort_key),
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
