"""Incidents in their table, as people find and change them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from handlers.projection.store_dynamodb import ConflictError, Values, is_overtaken
from handlers.projection.store_incidents import Entry, incident_key
from store.incidents import DeedAttribute, IncidentAttribute, IncidentIndex

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

Item = Mapping[str, Any]


@dataclass(frozen=True)
class IncidentTable:
    """The table FileSlaIncidents.

    Attributes:
        client: a DynamoDB client that may query the index by id, and get and update items.
        table_name: its name.
    """

    client: "DynamoDBClient"
    table_name: str

    def find_sender(self, incident_id: str) -> str | None:
        """The key of the sender whose incident this is; None where it is not known."""
        found = self.client.query(
            TableName=self.table_name,
            IndexName=IncidentIndex.ID,
            KeyConditionExpression="#id = :id",
            ExpressionAttributeNames={"#id": IncidentAttribute.INCIDENT_ID},
            ExpressionAttributeValues={":id": {"S": incident_id}},
        )["Items"]
        return found[0][IncidentAttribute.SENDER]["S"] if found else None

    def read(self, sender: str, incident_id: str) -> Item | None:
        """An incident's item as it is now."""
        key = incident_key(sender, incident_id)
        return self.client.get_item(TableName=self.table_name, Key=key, ConsistentRead=True).get("Item")

    def write(self, item: Item, values: Values, entry: Entry) -> Item:
        """Changes an incident, and gives its item from then on.

        Args:
            item: as it was read.
            values: the attributes that change.
            entry: what its history gets.

        Raises:
            ConflictError: other people, or a run, changed it since it was read.
        """
        status: Values = {IncidentAttribute.STATUS: item[IncidentAttribute.STATUS]}
        try:
            written: Item = self.client.update_item(
                TableName=self.table_name,
                Key={key: item[key] for key in (IncidentAttribute.SENDER, IncidentAttribute.INCIDENT_ID)},
                ReturnValues="ALL_NEW",
                **entry.update(values, status).arguments(),
            )["Attributes"]
        except ClientError as error:
            if is_overtaken(error):
                raise ConflictError from error
            raise
        return written


def count_deeds(item: Item) -> int:
    """How long an incident's history is."""
    return len(_history(item))


def count_note_bytes(item: Item) -> int:
    """How long the notes of an incident's history are together, in UTF-8."""
    notes = (deed["M"].get(DeedAttribute.NOTE) for deed in _history(item))
    return sum(len(note["S"].encode()) for note in notes if note)


def has_deed(item: Item, deed_id: str) -> bool:
    """Whether this was done already."""
    return any(deed["M"][DeedAttribute.DEED_ID]["S"] == deed_id for deed in _history(item))


def _history(item: Item) -> list[Any]:
    history: list[Any] = item.get(IncidentAttribute.HISTORY, {}).get("L", [])
    return history
