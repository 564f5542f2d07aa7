"""Correcting whom live incidents belong to, after `owners.yaml` changed. What ended is history."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Final

from botocore.exceptions import ClientError

from handlers.messages.sending.reading import Misattributed
from handlers.projection.keys import incident_key
from handlers.web.aws_faults import is_overtaken
from store.incidents import IncidentAttribute

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
                Key=incident_key(one.sender, one.incident_id),
                UpdateExpression="SET #owner = :owner",
                ConditionExpression="attribute_exists(#id)",
                ExpressionAttributeNames={
                    "#owner": IncidentAttribute.OWNER,
                    "#id": IncidentAttribute.INCIDENT_ID,
                },
                ExpressionAttributeValues={":owner": {"S": one.owner}},
            )
        except ClientError as error:
            # A rebuild found that it never was; or the projection is writing it, and then writes the owner.
            if not is_overtaken(error):
                raise
            continue
        corrected += 1
    return corrected
