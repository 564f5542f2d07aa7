"""The current state that notifications are about: what is known of it, and how it is read from the tables."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cached_property, lru_cache
from heapq import nsmallest
from itertools import islice
from operator import attrgetter
from typing import TYPE_CHECKING, Final

from botocore.exceptions import BotoCoreError, ClientError

from contract.moments import is_plausible, parse_moment
from contract.owners.matching import find_owner, find_sender_owner, list_owners
from contract.owners.model import Owners
from contract.words import IncidentStatus, SenderState
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
from store.maintenance import Window, incident_maintenance, maintenance_until, silence_held_until
from store.records import Attribute, FileAttribute, build_run_query
from store.senders import Sender, SenderAttribute, SenderTable, UnreadableFolder, parse_sender

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

MOST_CORRECTED: Final = 500
"""Incidents whose owner one sweep corrects; the next ones take the rest."""
NOTIFIED_AFTER_END: Final = timedelta(days=3)
"""For so long after its end an owner is still notified of a maintenance window: a weekend of quiet hours."""
FOLDERS_REMEMBERED: Final = 20_000
"""Whose owner is looked up once, as long as the function's process lives."""
SHOWN_FILES: Final = 10
"""Files that a notification lists, the oldest first; the others are counted."""
MOST_INCIDENTS: Final = SHOWN_FILES
"""Whose files are read for one notification: a digest shows no more files than these have, one each."""
MOST_PAGES: Final = 8
"""Of one hour of a folder, of 1 MB each: many reports of one path in an hour, or very many files."""


@dataclass(frozen=True, kw_only=True)
class Situation:
    """The current state at one moment. What belongs to an owner has the one whom the rules name now."""

    now: datetime
    incidents: Mapping[str, Incident] = field(default_factory=dict)
    """By id: all live ones, and ended ones whose end some recipient has to be notified of."""
    senders: Mapping[str, Sender] = field(default_factory=dict)
    """All senders, by key."""
    windows: Sequence[Window] = ()
    """The maintenance windows that owners are notified of: also those that ended in the last days."""
    touched: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """The names of the owners whom each of these touches, by the window's id."""

    @cached_property
    def by_owner(self) -> Mapping[str, Mapping[str, Incident]]:
        """The incidents of each owner, by id."""
        owned = defaultdict[str, dict[str, Incident]](dict)
        for incident_id, one in self.incidents.items():
            owned[one.owner][incident_id] = one
        return owned


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


@dataclass(frozen=True, kw_only=True)
class NamedFile:
    """A stuck file, as of its last sighting."""

    name: str
    created: datetime | None = None
    """None where the date is not plausible."""

    @property
    def rank(self) -> tuple[datetime, str]:
        """The oldest first, those of unknown age last."""
        return self.created or datetime.max.replace(tzinfo=UTC), self.name


class WorstFiles:
    """Reads the oldest files of incidents, once for all recipients of a sweep. Threads may share it."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._reader = Reader(client)
        self._table = table
        self._known: dict[tuple[str, str], Sequence[NamedFile]] = {}

    def find(self, incidents: Iterable[Incident]) -> Mapping[str, Sequence[NamedFile]]:
        """The oldest files of the first of some incidents, by incident id.

        Empty where the records are gone. An incident whose records cannot be read now is missing: better a
        notification without files than a late one.
        """
        found = {}
        for incident in islice(incidents, MOST_INCIDENTS):
            key = incident.incident_id, incident.seen.run
            if key not in self._known:
                try:
                    self._known[key] = self._query_worst(incident)
                except (BotoCoreError, ClientError):
                    logger.exception("files cannot be read", extra={"incident": incident.incident_id})
                    continue
            found[incident.incident_id] = self._known[key]
        return found

    def _query_worst(self, incident: Incident) -> Sequence[NamedFile]:
        for hour in incident.seen.hours:
            query = build_run_query(self._table, hour, incident.folder, incident.seen.run, [Attribute.FILES])
            if records := list(self._reader.query(query, MOST_PAGES)):
                files = (file for record in records for file in _parse_files(record, incident))
                return nsmallest(SHOWN_FILES, files, key=attrgetter("rank"))
        return ()


def _parse_files(record: Item, incident: Incident) -> Iterator[NamedFile]:
    for entry in record[Attribute.FILES]["L"]:
        created = parse_moment(read_text(entry["M"], FileAttribute.CREATION_DATE))
        yield NamedFile(
            name=read_text(entry["M"], FileAttribute.FILENAME),
            created=created if is_plausible(created, incident.seen.arrived) else None,
        )
