"""The runs of a sender, as they are kept."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from contract.runs import RunAttribute, RunItem
from handlers.runs.run_items import MalformedRunError, read_run_item
from handlers.runs.told import ToldRun
from handlers.web.telemetry import logger

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
        pages = self.client.get_paginator("query").paginate(
            TableName=self.table_name,
            ConsistentRead=True,
            KeyConditionExpression="#sender = :sender",
            FilterExpression="#item = :run",
            ExpressionAttributeNames={"#sender": RunAttribute.SENDER, "#item": RunAttribute.ITEM},
            ExpressionAttributeValues={":sender": {"S": sender}, ":run": {"S": RunItem.RUN}},
        )
        told: list[ToldRun] = []
        for page in pages:
            for item in page["Items"]:
                try:
                    told.append(read_run_item(item))
                except MalformedRunError:
                    logger.exception(
                        "a run is passed over", extra={"run_key": item.get(RunAttribute.RUN_KEY)}
                    )
        return told
