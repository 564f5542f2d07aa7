"""Incidents that are open or unknown, the longest in breach first."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from contract.moments import parse_moment
from contract.words import LIVE, IncidentStatus
from store.incidents import IncidentAttribute, IncidentIndex, list_live_partitions

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


@dataclass(frozen=True)
class LiveIncident:
    """What a line says of one."""

    breached_since: datetime
    status: str
    reason: str | None
    """Why it is unknown, where it is."""
    sender: str
    folder: str
    files: int

    @property
    def told_status(self) -> str:
        """The status, with the reason where there is one."""
        return f"{self.status}, {self.reason}" if self.reason else self.status


def list_live(client: "DynamoDBClient", incidents_table: str) -> list[LiveIncident]:
    """All that are open or unknown, the longest in breach first."""
    found = [
        _read(item)
        for status in LIVE
        for partition in list_live_partitions(status)
        for item in _query(client, incidents_table, partition)
    ]
    return sorted(found, key=attrgetter("breached_since", "sender", "folder"))


def _query(client: "DynamoDBClient", incidents_table: str, partition: str) -> Iterator[Mapping[str, Any]]:
    pages = client.get_paginator("query").paginate(
        TableName=incidents_table,
        IndexName=IncidentIndex.LIVE,
        KeyConditionExpression="#in = :partition",
        ExpressionAttributeNames={"#in": IncidentAttribute.LISTED_IN},
        ExpressionAttributeValues={":partition": {"S": partition}},
    )
    for page in pages:
        yield from page["Items"]


def _read(item: Mapping[str, Any]) -> LiveIncident:
    status, reason = item[IncidentAttribute.STATUS]["S"], item.get(IncidentAttribute.REASON)
    return LiveIncident(
        breached_since=parse_moment(item[IncidentAttribute.BREACHED_SINCE]["S"]),
        status=status,
        reason=reason["S"] if reason and status == IncidentStatus.UNKNOWN else None,
        sender=item[IncidentAttribute.SENDER_NAME]["S"],
        folder=item[IncidentAttribute.FOLDER]["S"],
        files=int(item[IncidentAttribute.FILE_COUNT]["N"]),
    )
