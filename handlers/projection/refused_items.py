"""Reports that were refused, shown with their sender: nobody else tells its people what is wrong."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from handlers.projection.updates import Values
from store.runs import RunAttribute
from store.senders import REFUSED_PART, REFUSED_STATE, SenderAttribute

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_COPIED = {
    RunAttribute.SENDER: SenderAttribute.SENDER,
    RunAttribute.SENDER_NAME: SenderAttribute.SENDER_NAME,
    RunAttribute.REPORTED_BY: SenderAttribute.REPORTED_BY,
    RunAttribute.SOURCE_ADDRESS: SenderAttribute.SOURCE_ADDRESS,
    RunAttribute.ARRIVED_AT: SenderAttribute.REFUSED_AT,
    RunAttribute.PROBLEMS: SenderAttribute.PROBLEMS,
    RunAttribute.REQUEST_ID: SenderAttribute.REQUEST_ID,
}


def put_refused(client: "DynamoDBClient", senders_table: str, item: Mapping[str, Any]) -> None:
    """Keeps a sender's last refused report, an item of FileSlaRuns, beside what is known of the sender.

    Raises:
        botocore.exceptions.ClientError: DynamoDB refused or failed.
    """
    values: Values = {
        SenderAttribute.PART: {"S": REFUSED_PART},
        SenderAttribute.STATE: {"S": REFUSED_STATE},
        **{ours: item[theirs] for theirs, ours in _COPIED.items() if theirs in item},
    }
    try:
        client.put_item(
            TableName=senders_table,
            Item=values,
            ConditionExpression="attribute_not_exists(#at) OR #at < :at",
            ExpressionAttributeNames={"#at": SenderAttribute.REFUSED_AT},
            ExpressionAttributeValues={":at": values[SenderAttribute.REFUSED_AT]},
        )
    except ClientError as error:
        # A later one is there.
        if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
            raise
