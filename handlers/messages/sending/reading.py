"""What is so now: the situation, as the tables of senders and incidents tell it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

from contract.words import LIVE, SenderState
from handlers.messages.sending.attributes import Item, find_number, find_text, read_text
from handlers.messages.sending.batches import get_items
from handlers.messages.sending.rows import Rows
from handlers.messages.situation import Incident, Sender, Situation
from handlers.projection.keys import incident_key, own_key
from handlers.web.telemetry import logger
from store.incidents import IncidentAttribute, IncidentIndex, list_live_partitions
from store.senders import SenderAttribute, SenderIndex

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_OF_AN_INCIDENT: Final = tuple(
    attribute
    for attribute in IncidentAttribute
    if attribute not in (IncidentAttribute.BODY, IncidentAttribute.HISTORY)
)


@dataclass(frozen=True, kw_only=True)
class Misattributed:
    """A live incident whose item names another owner than the rules do now, or none."""

    sender: str
    incident_id: str
    owner: str
    """By the rules."""


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What was read."""

    situation: Situation
    misattributed: tuple[Misattributed, ...] = ()


class SituationReader:
    """Reads all of it in one go.

    Args:
        client: a DynamoDB client that may query the live index and the state index, and get items of both
            tables.
        senders_table: the table FileSlaSenders.
        incidents_table: the table FileSlaIncidents.
        rows: reads items.
    """

    def __init__(
        self, client: "DynamoDBClient", senders_table: str, incidents_table: str, rows: Rows
    ) -> None:
        self._client = client
        self._senders = senders_table
        self._incidents = incidents_table
        self._rows = rows
        # Looking it up searches all of botocore's data.
        self._query_pages = client.get_paginator("query")

    def read(self, now: datetime, told: Iterable[tuple[str, str]]) -> Reading:
        """The situation.

        What somebody was told of is read consistently, by its key: an end is told from that alone, and
        never from its being in no index for a moment.

        Args:
            now: the moment that it is of.
            told: incidents, by sender and id, that it has to hold whether they are live or not.
        """
        live = {read_text(item, IncidentAttribute.INCIDENT_ID): item for item in self._query_live()}
        asked = {incident_id: sender for sender, incident_id in told if incident_id not in live}
        items = live | {
            read_text(item, IncidentAttribute.INCIDENT_ID): item for item in self._get_incidents(asked)
        }
        incidents: dict[str, Incident] = {}
        misattributed: list[Misattributed] = []
        for incident_id, item in items.items():
            try:
                incident = incidents[incident_id] = self._rows.incident(item)
            except (KeyError, ValueError):
                # One that cannot be read must not keep the others from being told.
                logger.exception("an incident cannot be read", extra={"incident": incident_id})
                continue
            if incident.live and find_text(item, IncidentAttribute.OWNER) != incident.owner:
                misattributed.append(
                    Misattributed(sender=incident.sender, incident_id=incident_id, owner=incident.owner)
                )
        situation = Situation(now=now, incidents=incidents, senders=self._read_senders())
        return Reading(situation=situation, misattributed=tuple(misattributed))

    def _query_live(self) -> Iterator[Item]:
        for status in LIVE:
            for partition in list_live_partitions(status):
                yield from self._query(
                    self._incidents, IncidentIndex.LIVE, IncidentAttribute.LISTED_IN, partition
                )

    def _get_incidents(self, asked: Mapping[str, str]) -> Iterator[Item]:
        keys = [incident_key(sender, incident_id) for incident_id, sender in asked.items()]
        return get_items(self._client, self._incidents, keys, attributes=_OF_AN_INCIDENT, consistent=True)

    def _read_senders(self) -> dict[str, Sender]:
        listed = {
            read_text(item, SenderAttribute.SENDER): item
            for state in SenderState
            for item in self._query(self._senders, SenderIndex.STATE, SenderAttribute.STATE, state)
        }
        unreadable = self._get_unreadable(listed)
        senders: dict[str, Sender] = {}
        for key, item in listed.items():
            try:
                senders[key] = self._rows.sender(item, unreadable.get(key))
            except (KeyError, ValueError):
                logger.exception("a sender cannot be read", extra={"sender": key})
        return senders

    def _get_unreadable(self, listed: Mapping[str, Item]) -> dict[str, Item]:
        """The own items of those that cannot read a folder: no index names the folders."""
        keys = [own_key(key) for key, item in listed.items() if find_number(item, SenderAttribute.UNREADABLE)]
        wanted = (SenderAttribute.SENDER, SenderAttribute.UNREADABLE_FOLDERS)
        found = get_items(self._client, self._senders, keys, attributes=wanted, consistent=False)
        return {read_text(item, SenderAttribute.SENDER): item for item in found}

    def _query(self, table: str, index: str, attribute: str, value: str) -> Iterator[Item]:
        pages = self._query_pages.paginate(
            TableName=table,
            IndexName=index,
            KeyConditionExpression="#key = :key",
            ExpressionAttributeNames={"#key": attribute},
            ExpressionAttributeValues={":key": {"S": value}},
        )
        for page in pages:
            yield from page["Items"]
