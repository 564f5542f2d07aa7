"""Reports that were refused, kept as facts: the script's operator may never see the answer."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import BotoCoreError, ClientError
from pydantic import TypeAdapter, ValidationError
from pydantic_core import from_json

from contract.answers import FieldProblem
from contract.moments import format_moment
from contract.report import Sender
from handlers.ingest.origin import Origin
from handlers.projection.store_runs import format_run_key
from handlers.web.errors import InvalidBodyError, ServiceError
from handlers.web.telemetry import logger
from store.runs import ProblemAttribute, RunAttribute, RunItem

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

    from handlers.projection.store_runs import Item

KEPT_PROBLEMS: Final = 10
_TAKEN: Final = "ConditionalCheckFailedException"
_SENDER: Final[TypeAdapter[str]] = TypeAdapter(Sender)


@dataclass(frozen=True)
class RefusedReports:
    """Keeps a refused report, at most one a minute and sender.

    Attributes:
        client: a DynamoDB client that may put items into the table.
        table_name: the table FileSlaRuns.
        retention: how long one is kept.
    """

    client: "DynamoDBClient"
    table_name: str
    retention: timedelta

    def keep(self, origin: Origin, body: bytes, error: ServiceError, request_id: str) -> None:
        """Stores what was wrong with a report. That it cannot be stored changes nothing for the caller.

        Args:
            origin: whose report it was.
            body: what was sent; nothing of it is kept but the sender's name.
            error: why it was refused.
            request_id: the gateway's, which finds it in the access log.
        """
        name = _read_sender(body)
        arrival = origin.arrival
        item: Item = {
            RunAttribute.SENDER: {"S": origin.sender_key(name)},
            RunAttribute.RUN_KEY: {
                "S": format_run_key(arrival.replace(second=0, microsecond=0), RunItem.REFUSED)
            },
            RunAttribute.ITEM: {"S": RunItem.REFUSED},
            RunAttribute.ARRIVED_AT: {"S": format_moment(arrival)},
            RunAttribute.SENDER_NAME: {"S": origin.sender_name(name)},
            RunAttribute.REPORTED_BY: {"S": origin.caller.username},
            RunAttribute.REQUEST_ID: {"S": request_id},
            RunAttribute.PROBLEMS: {"L": [_describe(problem) for problem in _list_problems(error)]},
            RunAttribute.EXPIRES_AT: {"N": str(int((arrival + self.retention).timestamp()))},
        }
        if origin.address:
            item[RunAttribute.SOURCE_ADDRESS] = {"S": origin.address}
        try:
            self.client.put_item(
                TableName=self.table_name,
                Item=item,
                ConditionExpression="attribute_not_exists(#key)",
                ExpressionAttributeNames={"#key": RunAttribute.RUN_KEY},
            )
        except (ClientError, BotoCoreError) as failure:
            if getattr(failure, "response", {}).get("Error", {}).get("Code") != _TAKEN:
                logger.warning("a refused report is not kept", extra={"cause": type(failure).__name__})


def _list_problems(error: ServiceError) -> Sequence[FieldProblem]:
    if isinstance(error, InvalidBodyError):
        return error.problems[:KEPT_PROBLEMS]
    return [FieldProblem("body", error.message, "")]


def _describe(problem: FieldProblem) -> Any:
    return {
        "M": {
            ProblemAttribute.FIELD: {"S": problem.field},
            ProblemAttribute.PROBLEM: {"S": problem.problem},
            ProblemAttribute.HINT: {"S": problem.hint},
        }
    }


def _read_sender(body: bytes) -> str | None:
    """The sender that a body names, as far as it can be told of one that breaks the contract."""
    try:
        return _SENDER.validate_python(from_json(body)["run"]["sender"])
    except (ValidationError, ValueError, KeyError, TypeError, IndexError):
        return None
