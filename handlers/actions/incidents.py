"""Actions on incidents: what is possible, what changes, and how it is stored."""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from contract.action import ActOnIncident, IncidentAction
from contract.answers import IncidentAnswer
from contract.limits import ACKNOWLEDGED_FOR, MAX_HISTORY_ENTRIES, MAX_NOTES_BYTES
from contract.metrics import Outcome
from contract.moments import format_moment
from contract.words import IncidentStatus
from handlers.actions import acting
from handlers.actions.parsing import check_until
from store.dynamodb import ConflictError, Values
from store.incidents import HistoryEntry, Incident, IncidentAttribute, PeopleChange
from store.state import PersonAction, SenderStore

_UNKNOWN: Final = (
    "No such incident is known; it may have been of long ago. Its id is the attribute IncidentId."
)

_ALWAYS_ROOM: Final = frozenset({IncidentAction.UNACKNOWLEDGE, IncidentAction.UNSNOOZE, IncidentAction.CLOSE})
"""What ends something. Beside a full history there is room for one of each: nothing begins any more."""
_DONE: Final = {
    IncidentAction.ACKNOWLEDGE: "Acknowledged until {}.",
    IncidentAction.UNACKNOWLEDGE: "Not acknowledged any more.",
    IncidentAction.NOTE: "Noted.",
    IncidentAction.SNOOZE: "Snoozed until {}.",
    IncidentAction.UNSNOOZE: "Not snoozed any more.",
    IncidentAction.CLOSE: "Closed.",
}


@dataclass(frozen=True)
class IncidentActions:
    """Performs actions on incidents."""

    store: SenderStore
    sleep: Callable[[float], None] = time.sleep

    def act(self, request: ActOnIncident, actor: acting.Actor) -> tuple[IncidentAnswer, Outcome]:
        """Performs an action, and returns the incident's state after it.

        Raises:
            InvalidBodyError: it would end too soon or too late.
            NotFoundError: there is no such incident.
            InvalidStateError: the incident is not in a state for the action.
            ThrottledError: others kept on writing the same incident.
        """
        now = self.store.clock()
        sender = self.store.incidents.find_sender(request.incident_id)
        if sender is None:
            raise acting.NotFoundError(_UNKNOWN)
        action_id = actor.action_id(request)
        return acting.take_turn(
            lambda: self._try(request, sender, action_id, actor.caller.username, now), self.sleep
        )

    def _try(
        self, request: ActOnIncident, sender: str, action_id: str, by: str, now: datetime
    ) -> tuple[IncidentAnswer, Outcome]:
        incident = self.store.incidents.get(sender, request.incident_id)
        if incident is None:
            raise acting.NotFoundError(_UNKNOWN)
        if any(entry.action_id == action_id for entry in incident.history):
            return acting.answer_incident("Done before.", incident), Outcome.ALREADY_DONE
        check_until(request, now)
        check_change(request, incident)
        until = request.until
        if request.action is IncidentAction.ACKNOWLEDGE and until is None:
            until = now + ACKNOWLEDGED_FOR
        entry = HistoryEntry(
            action_id=action_id, at=now, by=by, action=request.action, note=request.note or "", until=until
        )
        if request.action is IncidentAction.CLOSE:
            written = _close(self.store, incident, entry)
        else:
            written = self.store.incidents.change(incident, _list_changes(request.action, entry), entry)
        message = _DONE[request.action].format(until and format_moment(until))
        return acting.answer_incident(message, written), Outcome.DONE


def check_change(request: ActOnIncident, incident: Incident) -> None:
    """Raises `InvalidStateError` if an action is not possible; whether one can be closed the rules decide."""
    history = incident.history
    problem = None
    if request.version is not None and request.version != incident.version:
        problem = f"{_say_last_change(incident)} Its version is {incident.version} now."
    elif not incident.live:
        problem = f"This incident has ended: it is {incident.status}."
    elif request.action not in _ALWAYS_ROOM and (
        len(history) >= MAX_HISTORY_ENTRIES
        or sum(len(one.note.encode()) for one in history) > MAX_NOTES_BYTES
    ):
        problem = f"The history of this incident is full: it has {len(history)} entries, and takes no more."
    elif request.action is IncidentAction.UNACKNOWLEDGE and not incident.acknowledged_by:
        problem = "Nobody has acknowledged this incident."
    elif request.action is IncidentAction.UNSNOOZE and incident.snoozed_until is None:
        problem = "This incident is not snoozed."
    if problem is not None:
        raise acting.InvalidStateError(acting.answer_incident(problem, incident))


def _say_last_change(incident: Incident) -> str:
    """Who did what last, for somebody who acts on what they saw before it."""
    if not incident.history:
        return "Nobody has acted on this incident."
    last = incident.history[-1]
    at = format_moment(last.at.replace(microsecond=0))
    return f"{last.by} acted on this incident at {at}: {last.action}."


def _list_changes(action: IncidentAction, entry: HistoryEntry) -> Values:
    """The attributes that an action changes, beside the history."""
    by, until = IncidentAttribute.ACKNOWLEDGED_BY, IncidentAttribute.ACKNOWLEDGED_UNTIL
    ends = entry.until and {"S": format_moment(entry.until)}
    changes: dict[IncidentAction, Values] = {
        IncidentAction.ACKNOWLEDGE: {by: {"S": entry.by}, until: ends},
        IncidentAction.UNACKNOWLEDGE: {by: None, until: None},
        IncidentAction.SNOOZE: {IncidentAttribute.SNOOZED_UNTIL: ends},
        IncidentAction.UNSNOOZE: {IncidentAttribute.SNOOZED_UNTIL: None},
    }
    return changes.get(action, {})


def _close(store: SenderStore, before: Incident, entry: HistoryEntry) -> Incident:
    """Closes an incident that is unknown, and returns it as it is then.

    The rules close it, as an action that a replay of its sender applies too.

    Raises:
        InvalidStateError: it is not unknown; time or a run may have ended that since it was last shown.
        ConflictError: it or its sender was written since.
    """
    known = store.read(before.sender)
    if known.sender is None:
        raise ConflictError(known.key)
    act = PersonAction(
        at=entry.at, action_id=entry.action_id, action=IncidentAction.CLOSE, folder=before.key, by=entry.by,
        note=entry.note or None,
    )  # fmt: skip
    change = acting.SenderChange.work_out(store, known, known.sender, act)
    ruled = change.after.incidents.get(before.key)
    if ruled is None or ruled.incident_id != before.incident_id:
        raise ConflictError(known.key)
    after = replace(before, status=ruled.status, reason=ruled.reason, ended_at=ruled.ended_at)
    if after.status is IncidentStatus.OPEN:
        message = (
            "This incident is open, and only what is unknown can be closed. "
            "The next run that shows its folder to be well clears it."
        )
        raise acting.InvalidStateError(acting.answer_incident(message, after))
    if after.status is not IncidentStatus.CLOSED or after.ended_at != change.act.at:
        raise acting.InvalidStateError(
            acting.answer_incident(f"This incident has ended: it is {after.status}.", after)
        )
    dated = replace(entry, at=change.act.at)
    change.commit(store, {after.incident_id: PeopleChange(version=before.version, entry=dated)})
    return replace(after, version=before.version + 1)
