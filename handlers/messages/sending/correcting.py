"""Correcting whom live incidents belong to, after `owners.yaml` changed. What ended is history."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Final

from botocore.exceptions import ClientError

from contract.incidents import IncidentAttribute
from handlers.messages.sending.reading import Misattributed

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

MOST_AT_ONCE: Final = 500
"""Of one sweep; the next ones take the rest."""


def correct_owners(
    client: "DynamoDBClient",
    table: str,
    misattributed: Iterable[Misattributed],
    seconds_left: Callable[[], float],
) -> int:
    """Writes the owner into incidents that name another or none, as long as there is time.

    Args:
        client: may update `Owner` in the table.
        table: the table FileSlaIncidents.
        misattributed: the incidents.
        seconds_left: the time until the function has to be done.

    Returns:
        How many were corrected.
    """
    corrected = 0
    for one in misattributed:
        if corrected >= MOST_AT_ONCE or seconds_left() <= 0:
            break
        try:
            client.update_item(
                TableName=table,
                Key={
                    IncidentAttribute.SENDER: {"S": one.sender},
                    IncidentAttribute.INCIDENT_ID: {"S": one.incident_id},
                },
                UpdateExpression="SET #owner = :owner",
                # A rebuild may have found that it never was.
                ConditionExpression="attribute_exists(#id)",
                ExpressionAttributeNames={
                    "#owner": IncidentAttribute.OWNER,
                    "#id": IncidentAttribute.INCIDENT_ID,
                },
                ExpressionAttributeValues={":owner": {"S": one.owner}},
            )
        except ClientError as error:
            if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
                raise
        corrected += 1
    return corrected
