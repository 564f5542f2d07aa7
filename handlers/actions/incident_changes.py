"""What an action makes of an incident, and what keeps it from that. Pure."""

from datetime import datetime

from contract.action import ActOnIncident, IncidentAction
from contract.answers import IncidentNow
from contract.limits import ACKNOWLEDGED_FOR, MAX_DEEDS, MAX_NOTES_BYTES
from contract.moments import format_moment
from contract.words import LIVE
from handlers.actions.errors import NotSoError
from handlers.projection.store_dynamodb import Values
from handlers.projection.store_incidents import HistoryEntry
from store.incidents import IncidentAttribute


def check_change(request: ActOnIncident, incident: IncidentNow, *, deeds: int, note_bytes: int) -> None:
    """Raises `NotSoError` where an action is not of an incident as it is.

    Args:
        request: the action. Whether what it closes is unknown is the rules' to say.
        incident: as it is.
        deeds: how many are in its history.
        note_bytes: how long their notes are together.
    """
    problem = _find_problem(request, incident, deeds, note_bytes)
    if problem is not None:
        raise NotSoError(problem, incident)


def _find_problem(request: ActOnIncident, incident: IncidentNow, deeds: int, note_bytes: int) -> str | None:
    if request.version is not None and request.version != incident.version:
        return f"This incident was changed meanwhile: its version is {incident.version} by now."
    if incident.status not in LIVE:
        return f"This incident has ended: it is {incident.status}."
    if deeds >= MAX_DEEDS or note_bytes > MAX_NOTES_BYTES:
        return f"The history of this incident is full: it has {deeds} entries, and takes no more."
    if request.action is IncidentAction.UNACKNOWLEDGE and incident.acknowledged_by is None:
        return "Nobody has acknowledged this incident."
    if request.action is IncidentAction.UNSNOOZE and incident.snoozed_until is None:
        return "This incident is not snoozed."
    return None


def describe_asked(request: ActOnIncident, deed_id: str, by: str, now: datetime) -> HistoryEntry:
    """What the history will tell of it."""
    until = request.until
    if request.action is IncidentAction.ACKNOWLEDGE and until is None:
        until = now + ACKNOWLEDGED_FOR
    return HistoryEntry(
        deed_id=deed_id, at=now, by=by, action=request.action, note=request.note or None, until=until
    )


def list_changes(deed: HistoryEntry) -> Values:
    """What a deed makes of the attributes that people change."""
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


def say_done(deed: HistoryEntry) -> str:
    """The answer's message."""
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
