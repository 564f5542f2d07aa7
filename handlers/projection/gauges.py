"""How many senders are silent, folders unreadable, and incidents open: published by every sweep."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from contract.metrics import Metric
from contract.words import IncidentStatus, SenderState
from store.incidents import IncidentAttribute, IncidentIndex, list_live_partitions
from store.senders import SenderAttribute, SenderIndex

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


@dataclass(frozen=True, kw_only=True)
class Gauges:
    """Counts what is so now, from the indexes.

    Attributes:
        client: a DynamoDB client that may query the state index and the live index.
        senders_table: the table FileSlaSenders.
        incidents_table: the table FileSlaIncidents.
    """

    client: "DynamoDBClient"
    senders_table: str
    incidents_table: str

    def read(self) -> dict[Metric, int]:
        """Each gauge by its metric."""
        silent = unreadable = 0
        for state in (SenderState.UP, SenderState.LATE, SenderState.SILENT):
            for item in self._query_senders(state):
                silent += state is SenderState.SILENT
                unreadable += int(item.get(SenderAttribute.UNREADABLE, {}).get("N", "0"))
        return {
            Metric.SENDERS_SILENT: silent,
            Metric.FOLDERS_UNREADABLE: unreadable,
            Metric.INCIDENTS_OPEN: self._count_incidents(IncidentStatus.OPEN),
            Metric.INCIDENTS_UNKNOWN: self._count_incidents(IncidentStatus.UNKNOWN),
        }

    def _query_senders(self, state: SenderState) -> Iterator[Mapping[str, Any]]:
        pages = self.client.get_paginator("query").paginate(
            TableName=self.senders_table,
            IndexName=SenderIndex.STATE,
            KeyConditionExpression="#state = :state",
            ProjectionExpression="#unreadable",
            ExpressionAttributeNames={
                "#state": SenderAttribute.STATE,
                "#unreadable": SenderAttribute.UNREADABLE,
            },
            ExpressionAttributeValues={":state": {"S": state}},
        )
        for page in pages:
            yield from page["Items"]

    def _count_incidents(self, status: IncidentStatus) -> int:
        return sum(map(self._count_partition, list_live_partitions(status)))

    def _count_partition(self, partition: str) -> int:
        pages = self.client.get_paginator("query").paginate(
            TableName=self.incidents_table,
            IndexName=IncidentIndex.LIVE,
            Select="COUNT",
            KeyConditionExpression="#in = :partition",
            ExpressionAttributeNames={"#in": IncidentAttribute.LISTED_IN},
            ExpressionAttributeValues={":partition": {"S": partition}},
        )
        return sum(page["Count"] for page in pages)
