"""What there is to tell of: incidents and senders as they are now."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from contract.owners.matching import find_owner, find_sender_owner
from contract.owners.model import Channel, Owner, Owners, recipient_key
from contract.words import LIVE, Clearing, IncidentStatus, MessageKind, SenderKind, SenderState, UnknownReason
from handlers.projection.store_incidents import incident_key
from handlers.projection.store_senders import own_key
from handlers.runtime import logger
from store.dynamodb import Item, find_moment, find_number, find_text, get_items, read_moment, read_text
from store.incidents import IncidentAttribute, IncidentIndex, list_live_partitions
from store.senders import SenderAttribute, SenderIndex

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


@dataclass(frozen=True, kw_only=True)
class Incident:
    """An incident, as its item tells it."""

    incident_id: str
    sender: str
    """The sender's key."""
    sender_name: str
    folder: str
    """As last spelt."""
    owner: str
    """Name of the owner, by the rules as they are now."""
    status: IncidentStatus
    reason: UnknownReason | None = None
    sla: int
    """Minutes."""
    files: int
    oldest: datetime | None = None
    """Creation of the oldest stuck file; None where no date is plausible."""
    opened_at: datetime
    breached_since: datetime
    last_seen_at: datetime
    last_seen_run: str
    last_seen_arrival: datetime
    unknown_since: datetime | None = None
    ended_at: datetime | None = None
    cleared_by: Clearing | None = None
    between: bool = False
    """It was cleared at some time between the last sighting and `ended_at`."""
    reopened: int = 0
    acknowledged_by: str | None = None
    """The user who acknowledged it last, also where that has ended."""
    acknowledged_until: datetime | None = None
    snoozed_until: datetime | None = None

    @property
    def live(self) -> bool:
        """Whether it has not ended."""
        return self.ended_at is None

    def acknowledged(self, now: datetime) -> bool:
        """Whether somebody is on it."""
        return self.acknowledged_until is not None and now < self.acknowledged_until

    def snoozed(self, now: datetime) -> bool:
        """Whether nobody wants to hear of it for a time."""
        return self.snoozed_until is not None and now < self.snoozed_until

    def wait(self, now: datetime) -> timedelta | None:
        """How old its oldest file is; None where its age is not known."""
        return None if self.oldest is None else now - self.oldest


@dataclass(frozen=True, kw_only=True)
class UnreadableFolder:
    """A folder that a server watches and cannot read."""

    folder: str
    owner: str
    error: str


@dataclass(frozen=True, kw_only=True)
class Sender:
    """A sender, as its item tells it."""

    key: str
    name: str
    owner: str
    state: SenderState
    state_since: datetime
    kind: SenderKind
    last_run_at: datetime
    interval: timedelta
    unreadable: tuple[UnreadableFolder, ...] = ()
    """The first of the folders that it cannot read."""
    unreadable_unnamed: bool = False
    """Whether there are others, so that one that is not named may be among them."""


@dataclass(frozen=True, kw_only=True)
class Situation:
    """All of it, at one moment."""

    now: datetime
    incidents: Mapping[str, Incident] = field(default_factory=dict)
    """By id: what is open or unknown, and what ended of which somebody was told."""
    senders: Mapping[str, Sender] = field(default_factory=dict)
    """By key: all that are known."""


@dataclass(frozen=True, kw_only=True)
class Recipient:
    """One channel of one owner: what was said is known of each by itself."""

    owner: Owner
    channel: Channel
    after: timedelta | None = None
    """Escalation: for how long an incident went unacknowledged before it is told here. None: at once."""

    @property
    def key(self) -> str:
        """What tells it from all others: the owner, a slash and the channel's key."""
        return recipient_key(self.owner.name, self.channel)


@dataclass(frozen=True, kw_only=True)
class Notice:
    """One thing to say. Of `incident`, `folder` and `sender`, those that it is about are there."""

    kind: MessageKind
    subject: str
    """What it is about, as the log calls it: `incident#...` or `sender#...`."""
    incident: Incident | None = None
    sender: Sender | None = None
    """Of what it says of a sender or of a folder that it cannot read."""
    folder: UnreadableFolder | None = None
    since: datetime | None = None
    """Of `QUIET` and `STUCK_ALL_ALONG`, the last report that named it; of `REOPENED`, when it was over."""
    unknown: tuple[Incident, ...] = ()
    """Of `SILENT`: what nobody can tell any more because of it."""


@dataclass(frozen=True, kw_only=True)
class Notification:
    """What one delivery says: one line, or a digest of several."""

    recipient: Recipient
    lines: tuple[Notice, ...]

    @property
    def digest(self) -> bool:
        """Whether it gathers several lines."""
        return len(self.lines) > 1


FOLDERS_REMEMBERED: Final = 20_000
"""Whose owner is not looked for again, as long as the function's process lives."""


class Rows:
    """Reads items. Whom something belongs to is looked up once.

    Args:
        owners: what the stack's file says.
    """

    def __init__(self, owners: Owners) -> None:
        @lru_cache(maxsize=FOLDERS_REMEMBERED)
        def of_folder(folder: str, sender_name: str) -> str:
            return find_owner(owners, folder, sender_name).owner.name

        @lru_cache(maxsize=FOLDERS_REMEMBERED)
        def of_sender(sender_name: str) -> str:
            return find_sender_owner(owners, sender_name).owner.name

        self._of_folder = of_folder
        self._of_sender = of_sender

    def incident(self, item: Item) -> Incident:
        """The incident of an item, or of an entry of the live index.

        Raises:
            KeyError: an attribute is missing that every incident has.
            ValueError: an attribute has a value that it never has.
        """
        folder, sender_name = (
            read_text(item, IncidentAttribute.FOLDER),
            read_text(item, IncidentAttribute.SENDER_NAME),
        )
        reason = find_text(item, IncidentAttribute.REASON)
        cleared_by = find_text(item, IncidentAttribute.CLEARED_BY)
        return Incident(
            incident_id=read_text(item, IncidentAttribute.INCIDENT_ID),
            sender=read_text(item, IncidentAttribute.SENDER),
            sender_name=sender_name,
            folder=folder,
            owner=self._of_folder(folder, sender_name),
            status=IncidentStatus(read_text(item, IncidentAttribute.STATUS)),
            reason=UnknownReason(reason) if reason else None,
            sla=int(item[IncidentAttribute.SLA]["N"]),
            files=find_number(item, IncidentAttribute.FILE_COUNT),
            oldest=find_moment(item, IncidentAttribute.OLDEST_CREATION),
            opened_at=read_moment(item, IncidentAttribute.OPENED_AT),
            breached_since=read_moment(item, IncidentAttribute.BREACHED_SINCE),
            last_seen_at=read_moment(item, IncidentAttribute.LAST_SEEN_AT),
            last_seen_run=read_text(item, IncidentAttribute.LAST_SEEN_RUN),
            last_seen_arrival=read_moment(item, IncidentAttribute.LAST_SEEN_ARRIVAL),
            unknown_since=find_moment(item, IncidentAttribute.UNKNOWN_SINCE),
            ended_at=find_moment(item, IncidentAttribute.ENDED_AT),
            cleared_by=Clearing(cleared_by) if cleared_by else None,
            between=IncidentAttribute.BETWEEN in item,
            reopened=find_number(item, IncidentAttribute.REOPENED),
            acknowledged_by=find_text(item, IncidentAttribute.ACKNOWLEDGED_BY),
            acknowledged_until=find_moment(item, IncidentAttribute.ACKNOWLEDGED_UNTIL),
            snoozed_until=find_moment(item, IncidentAttribute.SNOOZED_UNTIL),
        )

    def sender(self, item: Item, unreadable: Item | None = None) -> Sender:
        """The sender of an entry of the state index.

        Args:
            item: the entry.
            unreadable: its own item, where folders are named that it cannot read.

        Raises:
            KeyError: an attribute is missing that every sender has.
            ValueError: an attribute has a value that it never has.
        """
        name = read_text(item, SenderAttribute.SENDER_NAME)
        named = tuple(self._list_unreadable(name, unreadable or {}))
        return Sender(
            key=read_text(item, SenderAttribute.SENDER),
            name=name,
            owner=self._of_sender(name),
            state=SenderState(read_text(item, SenderAttribute.STATE)),
            state_since=read_moment(item, SenderAttribute.STATE_SINCE),
            kind=SenderKind(read_text(item, SenderAttribute.KIND)),
            last_run_at=read_moment(item, SenderAttribute.LAST_RUN_AT),
            interval=timedelta(minutes=find_number(item, SenderAttribute.INTERVAL_MINUTES)),
            unreadable=named,
            unreadable_unnamed=len(named) < find_number(item, SenderAttribute.UNREADABLE),
        )

    def _list_unreadable(self, sender_name: str, item: Item) -> Iterator[UnreadableFolder]:
        for entry in item.get(SenderAttribute.UNREADABLE_FOLDERS, {}).get("L", ()):
            folder = read_text(entry["M"], "Folder")
            yield UnreadableFolder(
                folder=folder,
                owner=self._of_folder(folder, sender_name),
                error=read_text(entry["M"], "Error"),
            )


_OF_AN_INCIDENT: Final = tuple(
    attribute
    for attribute in IncidentAttribute
    if attribute not in (IncidentAttribute.BODY, IncidentAttribute.HISTORY)
)


@dataclass(frozen=True, kw_only=True)
class WrongOwner:
    """A live incident whose item names another owner than the rules do now, or none."""

    sender: str
    incident_id: str
    owner: str
    """By the rules."""


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What was read."""

    situation: Situation
    misattributed: tuple[WrongOwner, ...] = ()


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
        misattributed: list[WrongOwner] = []
        for incident_id, item in items.items():
            try:
                incident = incidents[incident_id] = self._rows.incident(item)
            except (KeyError, ValueError):
                # One that cannot be read must not keep the others from being told.
                logger.exception("an incident cannot be read", extra={"incident": incident_id})
                continue
            if incident.live and find_text(item, IncidentAttribute.OWNER) != incident.owner:
                misattributed.append(
                    WrongOwner(sender=incident.sender, incident_id=incident_id, owner=incident.owner)
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
