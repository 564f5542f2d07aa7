"""One sweep over all recipients: reads the current state, notifies, and corrects the owners of incidents."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property, lru_cache
from itertools import islice
from typing import TYPE_CHECKING, Final

from contract.owners.matching import find_owner, find_sender_owner, list_owners
from contract.owners.model import Owners, name_channel
from contract.words import IncidentStatus, SenderState, account_of
from handlers.notifications.document import RenderContext
from handlers.notifications.sending import Media, RecipientSending, SweepResult, WorstFiles
from handlers.notifications.situation import Situation
from handlers.notifications.wording import name_server
from handlers.runtime import logger
from store.dynamodb import (
    ConflictError,
    Item,
    MalformedItemError,
    Reader,
    Update,
    get_items,
    read_text,
    update_item,
)
from store.incidents import LISTED, Incident, IncidentAttribute, IncidentTable, incident_key, parse_incident
from store.maintenance import (
    LONGEST_GRACE_PERIOD,
    MaintenanceTable,
    Window,
    incident_maintenance,
    maintenance_until,
    silence_held_until,
)
from store.notifications import (
    Recipient,
    RecipientTable,
    list_notified,
    list_recipients,
)
from store.senders import Sender, SenderAttribute, SenderTable, UnreadableFolder, parse_sender

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

AT_ONCE: Final = 8
"""Recipients that are notified at the same time."""
MOST_CORRECTED: Final = 500
"""Incidents whose owner one sweep corrects; the next ones take the rest."""
NOTIFIED_AFTER_END: Final = timedelta(days=3)
"""For so long after its end an owner is still notified of a maintenance window: a weekend of quiet hours."""
FOLDERS_REMEMBERED: Final = 20_000
"""Whose owner is looked up once, as long as the function's process lives."""


@dataclass(frozen=True, kw_only=True)
class NotificationSweep:
    """Sends every recipient what is due."""

    client: "DynamoDBClient"
    errors_table: str
    senders_table: str
    incidents_table: str
    owners: Owners
    recipients: RecipientTable
    media: Media
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
        windows = MaintenanceTable(Reader(self.client), self.recipients.name)
        situation = with_maintenance(situation, windows.list_windows(now - LONGEST_GRACE_PERIOD), self.owners)
        files = WorstFiles(self.client, self.errors_table)
        shared = list_shared_names(situation.senders.values())
        context = replace(self._context(), shared=shared, owners=self.owners)

        def notify(one: Recipient) -> SweepResult:
            sending = RecipientSending(
                recipient=one,
                stored=read.stored[one.key],
                table=self.recipients,
                media=self.media,
                files=files,
                context=context,
                retention=self.retention,
                clock=self.clock,
                seconds_left=seconds_left,
            )
            return sending.run(situation)

        # Others first each minute, so that not always the same ones miss out when time is short.
        first = int(now.timestamp() // 60) * AT_ONCE % len(recipients) if recipients else 0
        in_turn = [*recipients[first:], *recipients[:first]]
        result = _run_all(notify, [one for one in in_turn if one.key in read.stored], seconds_left())
        result.faults += len(read.unreadable)
        corrected = correct_owners(self.client, self.incidents_table, wrong_owners, seconds_left)
        if corrected:
            logger.info("owners of incidents were corrected", extra={"incidents": corrected})
        return result

    def test(self, owner: str) -> list[dict[str, str]]:
        """Sends a test over each channel of an owner, also a disabled one; gives each with its problem."""
        return [
            {"channel": name_channel(one.channel), "problem": self.media.test(one, self._context())}
            for one in list_recipients(self.owners)
            if one.owner.name == owner
        ]

    def _context(self) -> RenderContext:
        return RenderContext(now=self.clock(), dashboard_url=self.dashboard_url, docs_url=self.docs_url)


def _run_all(
    notify: Callable[[Recipient], SweepResult], recipients: Iterable[Recipient], seconds: float
) -> SweepResult:
    """Several at once, so that a slow channel holds up no other recipient."""
    pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="notifying")
    done, unfinished = wait([pool.submit(notify, one) for one in recipients], timeout=max(0.0, seconds))
    # One that hangs goes on by itself, or ends with the process: its lease runs out either way.
    pool.shutdown(wait=False, cancel_futures=True)
    result = SweepResult.total(one.result() for one in done if not one.cancelled())
    if unfinished:
        logger.error("recipients were not notified in time", extra={"recipients": len(unfinished)})
    result.faults += len(unfinished)
    return result


class OwnerFinder:
    """Finds the names of owners by the rules, and remembers them."""

    def __init__(self, owners: Owners) -> None:
        remember = lru_cache(maxsize=FOLDERS_REMEMBERED)
        self.of_folder = remember(lambda folder, sender: find_owner(owners, folder, sender).owner.name)
        self.of_sender = remember(lambda sender: find_sender_owner(owners, sender).owner.name)


def read_situation(
    client: "DynamoDBClient",
    senders_table: str,
    incidents_table: str,
    finder: OwnerFinder,
    now: datetime,
    notified: Iterable[tuple[str, str]],
) -> tuple[Situation, list[Incident]]:
    """The current state, and the live incidents whose items name another owner than the rules, or none.

    Incidents that a recipient was `notified` of, by sender and id, are read consistently, by key: their end
    is notified by that read alone, and never because no index has them for a moment.
    """
    reader = Reader(client)
    table = IncidentTable(reader, incidents_table)
    incidents, wrong_owners = dict[str, Incident](), list[Incident]()

    def take(item: Item) -> None:
        # Each item is parsed as it comes: it takes four times the memory of an incident.
        incident_id = read_text(item, IncidentAttribute.INCIDENT_ID)
        try:
            stored = parse_incident(item)
        except MalformedItemError:
            # One that cannot be read must not hold up the notifications of others.
            logger.exception("an incident cannot be read", extra={"incident": incident_id})
            return
        owner = finder.of_folder(stored.folder, stored.sender_name)
        incidents[incident_id] = incident = replace(stored, owner=owner)
        if stored.live and stored.owner != owner:
            wrong_owners.append(incident)

    for item in table.query_live():
        take(item)
    keys = [
        incident_key(sender, incident_id) for sender, incident_id in notified if incident_id not in incidents
    ]
    for item in get_items(client, incidents_table, keys, attributes=LISTED, consistent=True):
        take(item)
    senders = _read_senders(SenderTable(reader, senders_table), finder)
    return Situation(now=now, incidents=incidents, senders=senders), wrong_owners


def list_shared_names(senders: Iterable[Sender]) -> frozenset[str]:
    """The names, without case, that servers of several accounts have: one must not pass for another's."""
    accounts = defaultdict[str, set[str]](set)
    for one in senders:
        accounts[name_server(one.name).casefold()].add(account_of(one.key))
    return frozenset(name for name, of in accounts.items() if len(of) > 1)


def with_maintenance(situation: Situation, windows: Sequence[Window], owners: Owners) -> Situation:
    """The situation, with what the maintenance windows hold back and whom each of them touches.

    Args:
        situation: with the owner of all that is in it.
        windows: also those that ended within the longest grace period.
        owners: what the file says.
    """
    if not windows:
        return situation
    now = situation.now
    in_force = [one for one in windows if one.is_in_force(now)]

    def with_folder(folder: UnreadableFolder, sender: Sender) -> UnreadableFolder:
        until = maintenance_until(
            in_force, now, sender_name=sender.name, owner=folder.owner, folder=folder.folder
        )
        return replace(folder, maintenance_until=until)

    senders = {
        key: replace(
            one,
            silence_held_until=silence_held_until(windows, one, now),
            unreadable_folders=[with_folder(folder, one) for folder in one.unreadable_folders],
        )
        for key, one in situation.senders.items()
    }

    def with_incident(one: Incident) -> Incident:
        until, sender = incident_maintenance(in_force, one, now), senders.get(one.sender)
        if one.status is not IncidentStatus.OPEN and sender is not None:
            # What is not seen of a server that was off may be seen within its grace period.
            until = until or sender.silence_held_until
        # Most are in none, and there may be many.
        return replace(one, maintenance_until=until) if until else one

    touched = {}
    for window in windows:
        if window.over_at <= window.starts or window.over_at <= now - NOTIFIED_AFTER_END:
            continue
        found = {one.owner for one in situation.senders.values() if window.fits(one.name, one.owner)}
        # Also whoever has folders there that are well now.
        found |= {one.owner.name for one in list_owners(owners, window.folder)} if window.folder else set()
        for one in situation.incidents.values():
            if one.owner not in found and one.live and one.opened_at < window.over_at:
                found |= {one.owner} if window.fits(one.sender_name, one.owner, one.folder) else set()
        touched[window.window_id] = frozenset({window.owner} if window.owner else found)
    return replace(
        situation,
        incidents={key: with_incident(one) for key, one in situation.incidents.items()},
        senders=senders,
        windows=[one for one in windows if one.window_id in touched],
        touched=touched,
    )


def _read_senders(table: SenderTable, finder: OwnerFinder) -> dict[str, Sender]:
    senders: dict[str, Sender] = {}
    for item in table.query_states(*SenderState):
        try:
            sender = parse_sender(item)
        except MalformedItemError:
            logger.exception(
                "a sender cannot be read", extra={"sender": read_text(item, SenderAttribute.SENDER)}
            )
        else:
            senders[sender.key] = replace(sender, owner=finder.of_sender(sender.name))
    # No index has the folders that a sender cannot read: its own item does.
    for key, folders in table.list_unreadable(
        [key for key, one in senders.items() if one.unreadable]
    ).items():
        name = senders[key].name
        owned = [replace(one, owner=finder.of_folder(one.folder, name)) for one in folders]
        senders[key] = replace(senders[key], unreadable_folders=owned)
    return senders


def correct_owners(
    client: "DynamoDBClient", table: str, incidents: Iterable[Incident], seconds_left: Callable[[], float]
) -> int:
    """Writes their owners into live incidents after `owners.yaml` changed; returns how many were corrected.

    What ended is history. What there is no time for, the next sweep takes.
    """
    corrected = 0
    for one in islice(incidents, MOST_CORRECTED):
        if seconds_left() <= 0:
            break
        owner = Update(
            values={IncidentAttribute.OWNER: {"S": one.owner}},
            if_still={IncidentAttribute.INCIDENT_ID: {"S": one.incident_id}},
        )
        try:
            update_item(client, table, incident_key(one.sender, one.incident_id), owner)
        except ConflictError:
            # A replay found that it never was; or the projection is writing it, and then writes the owner.
            continue
        corrected += 1
    return corrected
