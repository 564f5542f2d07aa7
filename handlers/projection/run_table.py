"""The runs of a sender, as they are kept."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from handlers.runs.run_items import MalformedRunError, read_run_item
from handlers.runs.told import ToldRun
from handlers.web.telemetry import logger
from store.runs import RunAttribute, RunItem

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


@dataclass(frozen=True)
class RunTable:
    """The table FileSlaRuns.

    Attributes:
        client: a DynamoDB client that may query it.
        table_name: its name.
    """

    client: "DynamoDBClient"
    table_name: str

    def read(self, sender: str) -> list[ToldRun]:
        """Every run of a sender that is kept, in order. What cannot be read is logged and passed over."""
        told: list[ToldRun] = []
        for item in self._query(sender, RunItem.RUN):
            try:
                told.append(read_run_item(item))
            except MalformedRunError:
                logger.exception("a run is passed over", extra={"run_key": item.get(RunAttribute.RUN_KEY)})
        return told

    def read_refused(self, sender: str) -> Mapping[str, Any] | None:
        """The item of a sender's last report that was refused, if one is kept."""
        return next(self._query(sender, RunItem.REFUSED, latest_first=True), None)

    def _query(
        self, sender: str, wanted: RunItem, *, latest_first: bool = False
    ) -> Iterator[Mapping[str, Any]]:
        pages = self.client.get_paginator("query").paginate(
            TableName=self.table_name,
            ConsistentRead=True,
            ScanIndexForward=not latest_first,
            KeyConditionExpression="#sender = :sender",
            FilterExpression="#item = :wanted",
            ExpressionAttributeNames={"#sender": RunAttribute.SENDER, "#item": RunAttribute.ITEM},
            ExpressionAttributeValues={":sender": {"S": sender}, ":wanted": {"S": wanted}},
        )
        for page in pages:
            yield from page["Items"]
