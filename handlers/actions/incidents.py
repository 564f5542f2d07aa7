"""Actions on incidents: what is possible, what changes, and how it is stored."""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import ClientError

from contract.action import ActOnIncident, IncidentAction
from contract.answers import IncidentAnswer, IncidentNow
from contract.limits import ACKNOWLEDGED_FOR, MAX_DEEDS, MAX_NOTES_BYTES
from contract.metrics import Outcome
from contract.moments import format_moment
from contract.words import LIVE, IncidentStatus
from handlers.actions.acting import (
    Actor,
    InvalidStateError,
    Item,
    NotFoundError,
    SenderChange,
    read_incident_now,
    retry_on_conflict,
)
from handlers.actions.parsing import check_until
from handlers.projection.store_dynamodb import ConflictError, Values, is_overtaken
from handlers.projection.store_incidents import (
    Entry,
    HistoryEntry,
    describe_incident,
    incident_key,
    read_incident,
)
from handlers.projection.store_state import Action, PersonAction, SenderStore
from store.incidents import DeedAttribute, IncidentAttribute, IncidentIndex

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_UNKNOWN: Final = (
    "No such incident is known; it may have been of long ago. Its id is the attribute IncidentId."
)


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
        """The key of an incident's sender; None if there is no such incident."""
        found = self.client.query(
            TableName=self.table_name,
            IndexName=IncidentIndex.ID,
            KeyConditionExpression="#id = :id",
            ExpressionAttributeNames={"#id": IncidentAttribute.INCIDENT_ID},
            ExpressionAttributeValues={":id": {"S": incident_id}},
        )["Items"]
        return found[0][IncidentAttribute.SENDER]["S"] if found else None

    def read(self, sender: str, incident_id: str) -> Item | None:
        """An incident's item, read consistently."""
        key = incident_key(sender, incident_id)
        return self.client.get_item(TableName=self.table_name, Key=key, ConsistentRead=True).get("Item")

    def write(self, item: Item, values: Values, entry: Entry) -> Item:
        """Changes an incident, and returns its new item.

        Args:
            item: as it was read.
            values: the attributes that change.
            entry: the new entry of its history.

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


@dataclass(frozen=True)
class IncidentActions:
    """Performs actions on incidents.

    Attributes:
        table: where incidents are.
        store: where they are kept with their senders, by which the rules close them.
        sleep: waits the given seconds; tests pass their own.
    """

    table: IncidentTable
    store: SenderStore
    sleep: Callable[[float], None] = time.sleep

    def act(self, request: ActOnIncident, actor: Actor) -> tuple[IncidentAnswer, Outcome]:
        """Performs an action, and returns the incident's state after it.

        Raises:
            InvalidBodyError: it would end too soon or too late.
            NotFoundError: there is no such incident.
            InvalidStateError: the incident is not in a state for the action.
            ThrottledError: others kept on writing the same incident.
        """
        now = self.store.clock()
        sender = self.table.find_sender(request.incident_id)
        if sender is None:
            raise NotFoundError(_UNKNOWN)
        action_id = actor.action_id(request)
        return retry_on_conflict(
            lambda: self._try(request, sender, action_id, actor.caller.username, now), self.sleep
        )

    def _try(
        self, request: ActOnIncident, sender: str, action_id: str, by: str, now: datetime
    ) -> tuple[IncidentAnswer, Outcome]:
        item = self.table.read(sender, request.incident_id)
        if item is None:
            raise NotFoundError(_UNKNOWN)
        incident = read_incident_now(item)
        history = [entry["M"] for entry in item.get(IncidentAttribute.HISTORY, {}).get("L", [])]
        if any(entry[DeedAttribute.DEED_ID]["S"] == action_id for entry in history):
            return IncidentAnswer(message="Done before.", incident=incident), Outcome.DONE_BEFORE
        check_until(request, now)
        check_change(request, incident, history)
        until = request.until
        if request.action is IncidentAction.ACKNOWLEDGE and until is None:
            until = now + ACKNOWLEDGED_FOR
        deed = HistoryEntry(
            deed_id=action_id, at=now, by=by, action=request.action, note=request.note or None, until=until
        )
        entry = Entry(deed=deed, version=incident.version)
        if request.action is IncidentAction.CLOSE:
            written = _close(self.store, item, entry)
        else:
            written = self.table.write(item, _list_changes(deed), entry)
        return IncidentAnswer(message=_say_done(deed), incident=read_incident_now(written)), Outcome.DONE


def check_change(request: ActOnIncident, incident: IncidentNow, history: list[dict[str, Any]]) -> None:
    """Raises `InvalidStateError` if an action is not possible in an incident's state.

    Args:
        request: the action. Whether an incident can be closed is for the rules to decide.
        incident: its state.
        history: its entries, as they are stored.
    """
    notes = (entry.get(DeedAttribute.NOTE) for entry in history)
    note_bytes = sum(len(note["S"].encode()) for note in notes if note)
    problem = None
    if request.version is not None and request.version != incident.version:
        problem = f"This incident was changed meanwhile: its version is {incident.version} by now."
    elif incident.status not in LIVE:
        problem = f"This incident has ended: it is {incident.status}."
    elif len(history) >= MAX_DEEDS or note_bytes > MAX_NOTES_BYTES:
        problem = f"The history of this incident is full: it has {len(history)} entries, and takes no more."
    elif request.action is IncidentAction.UNACKNOWLEDGE and incident.acknowledged_by is None:
        problem = "Nobody has acknowledged this incident."
    elif request.action is IncidentAction.UNSNOOZE and incident.snoozed_until is None:
        problem = "This incident is not snoozed."
    if problem is not None:
        raise InvalidStateError(problem, incident)


def _list_changes(deed: HistoryEntry) -> Values:
    """The attributes that an action changes, beside the history."""
    until = deed.until and {"S": format_moment(deed.until)}
    match deed.action:
        case IncidentAction.ACKNOWLEDGE:
            return {
                IncidentAttribute.ACKNOWLEDGED_BY: {"S": deed.by},
                IncidentAttribute.ACKNOWLEDGED_UNTIL: until,
            }
        case IncidentAction.UNACKNOWLEDGE:
            return {IncidentAttribute.ACKNOWLEDGED_BY: None, IncidentAttribute.ACKNOWLEDGED_UNTIL: None}
        case IncidentAction.SNOOZE:
            return {IncidentAttribute.SNOOZED_UNTIL: until}
        case IncidentAction.UNSNOOZE:
            return {IncidentAttribute.SNOOZED_UNTIL: None}
        case IncidentAction.NOTE | IncidentAction.CLOSE:
            return {}


def _say_done(deed: HistoryEntry) -> str:
    until = format_moment(deed.until) if deed.until else ""
    match deed.action:
        case IncidentAction.ACKNOWLEDGE:
            return f"Acknowledged until {until}."
        case IncidentAction.UNACKNOWLEDGE:
            return "Not acknowledged any more."
        case IncidentAction.NOTE:
            return "Noted."
        case IncidentAction.SNOOZE:
            return f"Snoozed until {until}."
        case IncidentAction.UNSNOOZE:
            return "Not snoozed any more."
        case IncidentAction.CLOSE:
            return "Closed."


def _close(store: SenderStore, item: Item, entry: Entry) -> Item:
    """Closes an incident that is unknown, and returns its new item.

    The rules close it, as an action that a replay of its sender applies too.

    Raises:
        InvalidStateError: it is not unknown; time or a run may have ended that since it was last shown.
        ConflictError: it or its sender was written since.
    """
    before = read_incident(item)
    known = store.read(item[IncidentAttribute.SENDER]["S"])
    if known.sender is None:
        raise ConflictError(known.key)
    deed = entry.deed
    act = PersonAction(
        at=deed.at, action_id=deed.deed_id, action=Action.CLOSE, folder=before.key, by=deed.by, note=deed.note
    )
    change = SenderChange.work_out(store, known, known.sender, act)
    after = change.after.incidents.get(before.key)
    if after is None or after.incident_id != before.incident_id:
        raise ConflictError(known.key)
    then = {**item, **describe_incident(after, known.sender_name, latest=True, retention=None)}
    if after.status is IncidentStatus.OPEN:
        message = (
            "This incident is open, and only what is unknown can be closed. "
            "The next run that shows its folder to be well clears it."
        )
        raise InvalidStateError(message, read_incident_now(then))
    if after.status is not IncidentStatus.CLOSED or after.ended_at != change.act.at:
        raise InvalidStateError(f"This incident has ended: it is {after.status}.", read_incident_now(then))
    entry = replace(entry, deed=replace(deed, at=change.act.at))
    change.commit(store, {after.incident_id: entry})
    return {**then, IncidentAttribute.ACTION_VERSION: {"N": str(entry.version + 1)}}
