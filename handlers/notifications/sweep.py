"""One sweep over all recipients: reads the current state, notifies, and corrects the owners of incidents."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Final

from botocore.exceptions import ClientError

from contract.owners.matching import find_owner, find_sender_owner
from contract.owners.model import Owners
from contract.words import LIVE, Clearing, IncidentStatus, SenderKind, SenderState, UnknownReason
from handlers.notifications.document import RenderContext
from handlers.notifications.recipients import Recipient, RecipientTable, StoredRecipient, list_recipients
from handlers.notifications.sending import Delivering, RecipientSending, SweepResult, Targets, WorstFiles
from handlers.notifications.situation import Incident, Sender, Situation, UnreadableFolder
from handlers.runtime import logger
from store.dynamodb import (
    Item,
    find_moment,
    find_number,
    find_text,
    get_items,
    is_overtaken,
    read_moment,
    read_text,
)
from store.incidents import IncidentAttribute, IncidentIndex, incident_key, list_live_partitions
from store.notifications import list_notified
from store.senders import SenderAttribute, SenderIndex, sender_key

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

AT_ONCE: Final = 8
"""Recipients that are notified at the same time."""
MOST_CORRECTED: Final = 500
"""Incidents whose owner one sweep corrects; the next ones take the rest."""
FOLDERS_REMEMBERED: Final = 20_000
"""Whose owner is looked up once, as long as the function's process lives."""
_OF_AN_INCIDENT: Final = tuple(
    attribute
    for attribute in IncidentAttribute
    if attribute not in (IncidentAttribute.RULE_STATE, IncidentAttribute.HISTORY)
)


@dataclass(frozen=True, kw_only=True)
class NotificationSweep:
    """Sends every recipient what is due.

    Attributes:
        client: a DynamoDB client; `components/notifications.py` says what it may do.
        errors_table: the table FileSlaErrors.
        senders_table: the table FileSlaSenders.
        incidents_table: the table FileSlaIncidents.
        owners: who owns which folders.
        recipients: keeps the recipients' states.
        media: delivers.
        targets: tells where channels lead.
        dashboard_url: where links lead; empty for none.
        docs_url: the folder `docs` on the web; empty for no link to it.
        retention: how long an incident is kept after its end; None for ever.
        clock: the time; tests pass their own.
    """

    client: "DynamoDBClient"
    errors_table: str
    senders_table: str
    incidents_table: str
    owners: Owners
    recipients: RecipientTable
    media: Delivering
    targets: Targets
    dashboard_url: str
    docs_url: str
    retention: timedelta | None
    clock: Callable[[], datetime]

    @cached_property
    def _finder(self) -> "OwnerFinder":
        return OwnerFinder(self.owners)

    def run(self, seconds_left: Callable[[], float]) -> SweepResult:
        """One sweep. What it has no time for, the next one finds.

        Recipients are read before the situation: whoever writes one meanwhile makes this sweep's write of it
        fail, so that no notification follows from a situation older than the last one's.

        Args:
            seconds_left: the time until the function has to be done.
        """
        now = self.clock()
        recipients = list_recipients(self.owners)
        read = self.recipients.read(recipients)
        for key, error in read.unreadable.items():
            logger.error(
                "a recipient's state cannot be read", exc_info=error, extra={"owner": key.partition("/")[0]}
            )
        notified = {incident for one in read.stored.values() for incident in list_notified(one.state)}
        situation, wrong_owners = read_situation(
            self.client, self.senders_table, self.incidents_table, self._finder, now, notified
        )
        sending = RecipientSending(
            table=self.recipients,
            media=self.media,
            targets=self.targets,
            files=WorstFiles(self.client, self.errors_table),
            context=RenderContext(now=now, dashboard_url=self.dashboard_url, docs_url=self.docs_url),
            retention=self.retention,
            clock=self.clock,
            seconds_left=seconds_left,
        )
        result = _notify_all(sending, _in_turn(recipients, now), read.stored, situation)
        result.faults += len(read.unreadable)
        corrected = correct_owners(self.client, self.incidents_table, wrong_owners, seconds_left)
        if corrected:
            logger.info("owners of incidents were corrected", extra={"incidents": corrected})
        return result


def _notify_all(
    sending: RecipientSending,
    recipients: Sequence[Recipient],
    stored: Mapping[str, StoredRecipient],
    situation: Situation,
) -> SweepResult:
    """Several at once, so that a slow channel holds up no other recipient."""
    pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="notifying")
    running: list[Future[SweepResult]] = [
        pool.submit(sending.notify, one, stored[one.key], situation)
        for one in recipients
        if one.key in stored
    ]
    done, unfinished = wait(running, timeout=max(0.0, sending.seconds_left()))
    # One that hangs goes on by itself, or ends with the process: its lease runs out either way.
    pool.shutdown(wait=False, cancel_futures=True)
    result = SweepResult.total(one.result() for one in done if not one.cancelled())
    if unfinished:
        logger.error("recipients were not notified in time", extra={"recipients": len(unfinished)})
    result.faults += len(unfinished)
    return result


def _in_turn(recipients: Sequence[Recipient], now: datetime) -> Sequence[Recipient]:
    """Others first each minute, so that not always the same ones miss out when time is short."""
    if not recipients:
        return recipients
    first = int(now.timestamp() // 60) * AT_ONCE % len(recipients)
    return [*recipients[first:], *recipients[:first]]


class OwnerFinder:
    """Finds owners by the rules, and remembers them.

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

        self.of_folder = of_folder
        self.of_sender = of_sender


def read_situation(
    client: "DynamoDBClient",
    senders_table: str,
    incidents_table: str,
    finder: OwnerFinder,
    now: datetime,
    notified: Iterable[tuple[str, str]],
) -> tuple[Situation, list[Incident]]:
    """The current state, and the live incidents whose items name another owner than the rules, or none.

    Incidents that a recipient knows of are read consistently, by key: their end is notified by that read
    alone, and never because no index has them for a moment.

    Args:
        client: may query the live index and the state index, and get items of both tables.
        senders_table: the table FileSlaSenders.
        incidents_table: the table FileSlaIncidents.
        finder: finds owners.
        now: the moment of the situation.
        notified: incidents, by sender and id, that it has to hold whether they are live or not.
    """
    items = {
        read_text(item, IncidentAttribute.INCIDENT_ID): item
        for status in LIVE
        for partition in list_live_partitions(status)
        for item in _query(
            client, incidents_table, IncidentIndex.LIVE, IncidentAttribute.LISTED_IN, partition
        )
    }
    keys = [incident_key(sender, incident_id) for sender, incident_id in notified if incident_id not in items]
    for item in get_items(client, incidents_table, keys, attributes=_OF_AN_INCIDENT, consistent=True):
        items[read_text(item, IncidentAttribute.INCIDENT_ID)] = item
    incidents, wrong_owners = dict[str, Incident](), list[Incident]()
    for incident_id, item in items.items():
        try:
            incident = incidents[incident_id] = parse_incident(item, finder)
        except (KeyError, ValueError):
            # One that cannot be read must not hold up the notifications of others.
            logger.exception("an incident cannot be read", extra={"incident": incident_id})
            continue
        if incident.live and find_text(item, IncidentAttribute.OWNER) != incident.owner:
            wrong_owners.append(incident)
    senders = _read_senders(client, senders_table, finder)
    return Situation(now=now, incidents=incidents, senders=senders), wrong_owners


def _read_senders(client: "DynamoDBClient", table: str, finder: OwnerFinder) -> dict[str, Sender]:
    listed = {
        read_text(item, SenderAttribute.SENDER): item
        for state in SenderState
        for item in _query(client, table, SenderIndex.STATE, SenderAttribute.STATE, state)
    }
    # No index has the folders that a sender cannot read: its own item does.
    keys = [sender_key(key) for key, item in listed.items() if find_number(item, SenderAttribute.UNREADABLE)]
    wanted = (SenderAttribute.SENDER, SenderAttribute.UNREADABLE_FOLDERS)
    unreadable = {
        read_text(item, SenderAttribute.SENDER): item
        for item in get_items(client, table, keys, attributes=wanted, consistent=False)
    }
    senders: dict[str, Sender] = {}
    for key, item in listed.items():
        try:
            senders[key] = _parse_sender(item, unreadable.get(key, {}), finder)
        except (KeyError, ValueError):
            logger.exception("a sender cannot be read", extra={"sender": key})
    return senders


def _query(client: "DynamoDBClient", table: str, index: str, attribute: str, value: str) -> Iterator[Item]:
    pages = client.get_paginator("query").paginate(
        TableName=table,
        IndexName=index,
        KeyConditionExpression="#key = :key",
        ExpressionAttributeNames={"#key": attribute},
        ExpressionAttributeValues={":key": {"S": value}},
    )
    for page in pages:
        yield from page["Items"]


def parse_incident(item: Item, finder: OwnerFinder) -> Incident:
    """The incident of an item, or of an entry of the live index.

    Raises:
        KeyError: an attribute is missing that every incident has.
        ValueError: an attribute has a value that it never has.
    """
    folder = read_text(item, IncidentAttribute.FOLDER)
    sender_name = read_text(item, IncidentAttribute.SENDER_NAME)
    reason = find_text(item, IncidentAttribute.REASON)
    cleared_by = find_text(item, IncidentAttribute.CLEARED_BY)
    return Incident(
        incident_id=read_text(item, IncidentAttribute.INCIDENT_ID),
        sender=read_text(item, IncidentAttribute.SENDER),
        sender_name=sender_name,
        folder=folder,
        owner=finder.of_folder(folder, sender_name),
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


def _parse_sender(item: Item, own: Item, finder: OwnerFinder) -> Sender:
    """The sender of an entry of the state index, with the folders that its own item names."""
    name = read_text(item, SenderAttribute.SENDER_NAME)
    entries = [entry["M"] for entry in own.get(SenderAttribute.UNREADABLE_FOLDERS, {}).get("L", ())]
    unreadable = tuple(
        UnreadableFolder(
            folder=read_text(entry, "Folder"),
            owner=finder.of_folder(read_text(entry, "Folder"), name),
            error=read_text(entry, "Error"),
        )
        for entry in entries
    )
    return Sender(
        key=read_text(item, SenderAttribute.SENDER),
        name=name,
        owner=finder.of_sender(name),
        state=SenderState(read_text(item, SenderAttribute.STATE)),
        state_since=read_moment(item, SenderAttribute.STATE_SINCE),
        kind=SenderKind(read_text(item, SenderAttribute.KIND)),
        last_run_at=read_moment(item, SenderAttribute.LAST_RUN_AT),
        interval=timedelta(minutes=find_number(item, SenderAttribute.INTERVAL_MINUTES)),
        unreadable=unreadable,
        unreadable_unnamed=len(unreadable) < find_number(item, SenderAttribute.UNREADABLE),
    )


def correct_owners(
    client: "DynamoDBClient",
    table: str,
    incidents: Iterable[Incident],
    seconds_left: Callable[[], float],
) -> int:
    """Writes their owners into live incidents after `owners.yaml` changed. What ended is history.

    Args:
        client: may update `Owner` in the table.
        table: the table FileSlaIncidents.
        incidents: whose items name another owner, or none.
        seconds_left: the time until the function has to be done; the next sweep takes the rest.

    Returns:
        How many were corrected.
    """
    corrected = 0
    for one in incidents:
        if corrected >= MOST_CORRECTED or seconds_left() <= 0:
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
            # A replay found that it never was; or the projection is writing it, and then writes the owner.
            if not is_overtaken(error):
                raise
            continue
        corrected += 1
    return corrected
