"""The files that messages name: the worst of each incident, as its last sighting's records hold them."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from heapq import nsmallest
from itertools import islice
from typing import TYPE_CHECKING, Final

from botocore.exceptions import BotoCoreError, ClientError

from contract.moments import HOUR, format_affected_date, is_plausible, parse_moment
from handlers.messages.message import Message
from handlers.messages.rendering.context import SHOWN_FILES, StuckFile
from handlers.messages.rendering.file_lists import WITH_FILES
from handlers.messages.sending.attributes import Item, read_text
from handlers.messages.situation import Incident
from handlers.web.telemetry import logger
from store.records import Attribute, FileAttribute, Index

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

MOST_INCIDENTS: Final = SHOWN_FILES
"""Of one message: a digest shows no more files than these have, one each."""
MOST_PAGES: Final = 8
"""Of one hour of a folder, of 1 MB each: many reports of one path in an hour, or very many files."""
_LATEST: Final = datetime.max.replace(tzinfo=UTC)


class WorstFiles:
    """Reads them once for all recipients of one sweep. Threads may share it.

    Args:
        client: a DynamoDB client that may query `AffectedDateIndex`.
        table: the table FileSlaErrors.
    """

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._client = client
        self._table = table
        self._read: dict[tuple[str, str], Sequence[StuckFile]] = {}

    def find(self, message: Message) -> Mapping[str, Sequence[StuckFile]]:
        """The worst files of the first incidents of a message, by incident id.

        Empty where the records are gone; an incident whose records could not be read now is missing, for a
        message is better without files than late.
        """
        named = (line.incident for line in message.lines if line.kind in WITH_FILES)
        found = {}
        for incident in islice((one for one in named if one is not None), MOST_INCIDENTS):
            key = incident.incident_id, incident.last_seen_run
            if key not in self._read:
                try:
                    self._read[key] = self._query_worst(incident)
                except (BotoCoreError, ClientError):
                    logger.exception("files cannot be read", extra={"incident": incident.incident_id})
                    continue
            found[incident.incident_id] = self._read[key]
        return found

    def _query_worst(self, incident: Incident) -> Sequence[StuckFile]:
        # A run that came in several requests is dated by the last; the folder may be in one of before.
        for hour in (incident.last_seen_arrival, incident.last_seen_arrival - HOUR):
            records = list(self._query(incident, hour))
            if records:
                files = (file for record in records for file in _parse_files(record, incident))
                return nsmallest(SHOWN_FILES, files, key=lambda file: (file.created or _LATEST, file.name))
        return ()

    def _query(self, incident: Incident, hour: datetime) -> Iterator[Item]:
        pages = self._client.get_paginator("query").paginate(
            TableName=self._table,
            IndexName=Index.AFFECTED_DATE,
            KeyConditionExpression="#hour = :hour AND #folder = :folder",
            FilterExpression="#run = :run",
            ProjectionExpression="#files",
            ExpressionAttributeNames={
                "#hour": Attribute.AFFECTED_DATE,
                "#folder": Attribute.FOLDER,
                "#run": Attribute.RUN_ID,
                "#files": Attribute.FILES,
            },
            ExpressionAttributeValues={
                ":hour": {"S": format_affected_date(hour)},
                ":folder": {"S": incident.folder},
                ":run": {"S": incident.last_seen_run},
            },
        )
        for page in islice(pages, MOST_PAGES):
            yield from page["Items"]


def _parse_files(record: Item, incident: Incident) -> Iterator[StuckFile]:
    for entry in record[Attribute.FILES]["L"]:
        created = parse_moment(read_text(entry["M"], FileAttribute.CREATION_DATE))
        yield StuckFile(
            name=read_text(entry["M"], FileAttribute.FILENAME),
            created=created if is_plausible(created, incident.last_seen_arrival) else None,
        )
