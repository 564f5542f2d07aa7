"""From the bytes of a request to an action, or to all that is wrong with it."""

from collections.abc import Iterator
from datetime import datetime

from pydantic import ValidationError

from contract.action import (
    NEED_NOTE,
    TAKE_UNTIL,
    ActionRequest,
    ActOnIncident,
    ActOnSender,
    EndMaintenance,
    IncidentAction,
    MaintenanceAction,
    MakeMaintenance,
    SenderAction,
)
from contract.answers import AHEAD_HINT, UNTIL_HINT, FieldProblem
from contract.limits import HOLD_TOLERANCE, LONGEST_HOLD, SHORTEST_SNOOZE
from handlers.web.bodies import describe_problem, read_object
from handlers.web.errors import InvalidBodyError

_SHAPES: dict[str, type[ActionRequest]] = {
    "incident_id": ActOnIncident,
    "sender": ActOnSender,
    "window": MakeMaintenance,
    "maintenance_id": EndMaintenance,
}


def parse_action(body: bytes) -> ActionRequest:
    """Reads the action in a request body of JSON encoded as UTF-8.

    Raises:
        InvalidBodyError: naming each key that is missing, wrong or too many.
    """
    given = read_object(body)
    shape = next((shape for key, shape in _SHAPES.items() if key in given), None)
    if shape is None:
        hint = "add incident_id, sender, window or maintenance_id; names are case-sensitive"
        raise InvalidBodyError([FieldProblem("body", "does not name what the action is about", hint)])
    try:
        request = shape.model_validate(given)
    except ValidationError as error:
        details = error.errors(include_url=False)
        raise InvalidBodyError([describe_problem(detail) for detail in details]) from None
    if found := list(_find_problems(request)):
        raise InvalidBodyError(found)
    return request


def _find_problems(request: ActionRequest) -> Iterator[FieldProblem]:
    match request:
        case ActOnIncident():
            yield from _of_incident(request)
        case ActOnSender():
            yield from _of_sender(request)
        case MakeMaintenance():
            yield from _of_maintenance(request)


def check_until(request: ActOnIncident, now: datetime) -> None:
    """Raises `InvalidBodyError` if an action would end too soon or too late."""
    if request.until is None:
        return
    snooze = request.action is IncidentAction.SNOOZE
    least = SHORTEST_SNOOZE - HOLD_TOLERANCE if snooze else HOLD_TOLERANCE * 0
    if not least < request.until - now <= LONGEST_HOLD + HOLD_TOLERANCE:
        problem = FieldProblem("until", "is too soon or too far away", _hint_until(request.action))
        raise InvalidBodyError([problem])


def _hint_until(action: IncidentAction) -> str:
    begin = f"{SHORTEST_SNOOZE.seconds // 3600} hour" if action is IncidentAction.SNOOZE else "now"
    return AHEAD_HINT.format(begin, LONGEST_HOLD.days)


def _of_incident(request: ActOnIncident) -> Iterator[FieldProblem]:
    action = request.action
    if action in NEED_NOTE and not request.note:
        why = "why it is over" if action is IncidentAction.CLOSE else "what the others are to know"
        yield FieldProblem("note", "is missing, or empty", f"say {why}")
    if action not in TAKE_UNTIL and request.until is not None:
        yield _too_many("until", action)
    if action is IncidentAction.SNOOZE and request.until is None:
        yield FieldProblem("until", "is missing", _hint_until(action))


def _of_sender(request: ActOnSender) -> Iterator[FieldProblem]:
    key = "interval_minutes"
    if request.action is not SenderAction.SET_INTERVAL and request.interval_minutes is not None:
        yield _too_many(key, request.action)
    # Null takes it back; a missing key is an oversight.
    if request.action is SenderAction.SET_INTERVAL and key not in request.model_fields_set:
        yield FieldProblem(key, "is missing", "send minutes, or null to have it learnt again")


def _of_maintenance(request: MakeMaintenance) -> Iterator[FieldProblem]:
    action, window = request.action, request.window
    if action is MaintenanceAction.SCHEDULE and request.maintenance_id is not None:
        yield _too_many("maintenance_id", action)
    if action is MaintenanceAction.CHANGE and request.maintenance_id is None:
        yield FieldProblem("maintenance_id", "is missing", "send that of the window; its making answered it")
    if not (window.sender or window.folder or window.owner):
        yield FieldProblem("window", "names nobody", "add sender, folder or owner; * alone is everything")
    if not window.reason:
        yield FieldProblem("window.reason", "is missing, or empty", "say why nobody is to be notified")
    given, wanted, other = window.ends, "to", window.until
    if window.weekly is not None:
        given, wanted, other = window.until, "until", window.ends
    if given is None:
        yield FieldProblem(f"window.{wanted}", "is missing", UNTIL_HINT)
    if other is not None:
        unwanted = "to" if wanted == "until" else "until"
        yield FieldProblem(f"window.{unwanted}", "does not go with this window", f"send {wanted} alone")


def _too_many(key: str, action: IncidentAction | SenderAction | MaintenanceAction) -> FieldProblem:
    return FieldProblem(key, f"does not go with {action}", "leave it out")
