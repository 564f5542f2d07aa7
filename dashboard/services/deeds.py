"""What may be done about incidents, and how it is asked for."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from hashlib import sha256
from typing import Any, Final
from zoneinfo import ZoneInfo

from contract.action import IncidentAction
from contract.limits import ACKNOWLEDGED_FOR, LONGEST_HOLD
from contract.moments import format_moment
from contract.words import IncidentStatus
from dashboard.data.incident import Incident

_DIGITS: Final = 16
_MORNING: Final = time(8)
_MONDAY: Final = "until Monday, 8:00"
_TOMORROW: Final = "until tomorrow, 8:00"
_LENGTHS: Final = {
    "for 1 hour": timedelta(hours=1),
    "for 4 hours": timedelta(hours=4),
    "for 8 hours": ACKNOWLEDGED_FOR,
    "for 1 day": timedelta(days=1),
    "for 3 days": timedelta(days=3),
    "for 7 days": timedelta(days=7),
}
SPANS: Final = (*list(_LENGTHS)[:3], _TOMORROW, *list(_LENGTHS)[3:], _MONDAY)
"""For how long something may be acknowledged or snoozed, to choose from."""
USUAL_SPAN: Final = next(span for span, length in _LENGTHS.items() if length == ACKNOWLEDGED_FOR)


@dataclass(frozen=True, kw_only=True)
class Filled:
    """What a form about incidents was filled in with."""

    action: IncidentAction
    note: str = ""
    """Why, or what the others are to know."""
    span: str = ""
    """One of `SPANS`, where it ends by itself."""
    until: datetime | None = None
    """When that is over."""


@dataclass(frozen=True, kw_only=True)
class Request:
    """One request of the route."""

    about: str
    """What it is about, as a person knows it."""
    body: Mapping[str, Any]
    key: str
    """The same for each attempt."""


def find_end(span: str, now: datetime, zone: ZoneInfo) -> datetime:
    """When a span that begins now is over: to the minute, and as long as may be at most.

    Raises:
        KeyError: it is none of `SPANS`.
    """
    if span in (_TOMORROW, _MONDAY):
        today = now.astimezone(zone).date()
        days = 1 if span == _TOMORROW else 7 - today.weekday()
        return min(datetime.combine(today + timedelta(days=days), _MORNING, zone), now + LONGEST_HOLD)
    # In UTC: a day on which the clocks are put forward is no day.
    end = now.astimezone(UTC) + _LENGTHS[span]
    whole = end.replace(second=0, microsecond=0)
    return whole if whole == end else whole + timedelta(minutes=1)


def list_possible(incidents: Iterable[Incident], now: datetime) -> list[IncidentAction]:
    """What may be done about at least one of these, in the order in which it is offered."""
    possible = {action for one in incidents for action in IncidentAction if may_be_done(action, one, now)}
    return [action for action in IncidentAction if action in possible]


def may_be_done(action: IncidentAction, incident: Incident, now: datetime) -> bool:
    """Whether an action means anything for an incident."""
    match action:
        case _ if not incident.live:
            return False
        case IncidentAction.UNACKNOWLEDGE:
            return bool(incident.on_it(now))
        case IncidentAction.UNSNOOZE:
            return incident.snoozed(now)
        case IncidentAction.CLOSE:
            return incident.status is IncidentStatus.UNKNOWN
        case _:
            return True


def list_requests(filled: Filled, incidents: Sequence[Incident], token: str) -> list[Request]:
    """The requests that do what was filled in about each of the incidents.

    Args:
        filled: what is to be done.
        incidents: as they were shown to whoever does it.
        token: of the form. The same form, filled in with the same, is the same deed.
    """
    return [
        make_request(_body(filled, one), f"{one.folder} on {one.sender_name}", token, filled.span)
        for one in incidents
    ]


def make_request(body: Mapping[str, Any], about: str, token: str, span: str = "") -> Request:
    """A request that is the same deed as another of the same form that says the same.

    What was corrected in a form is another deed: the first attempt may have been done, though nobody heard.
    A span ends a moment later each time, and a version is another once somebody else has acted.
    """
    said = sorted((name, str(value)) for name, value in body.items() if name not in ("until", "version"))
    digest = sha256(repr((said, span)).encode()).hexdigest()[:_DIGITS]
    return Request(about=about, body=body, key=f"{token}-{digest}")


def _body(filled: Filled, one: Incident) -> dict[str, Any]:
    body: dict[str, Any] = {"incident_id": one.incident_id, "action": filled.action.value}
    if note := filled.note.strip():
        body["note"] = note
    if filled.until is not None:
        body["until"] = format_moment(filled.until)
    if filled.action is not IncidentAction.NOTE:
        # A note stands beside whatever others did meanwhile; the rest is done to what was seen.
        body["version"] = one.version
    return body
