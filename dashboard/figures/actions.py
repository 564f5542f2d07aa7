"""What may be done about incidents, how it is asked for, and what people did, in words."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from hashlib import sha256
from typing import Any, Final
from zoneinfo import ZoneInfo

from contract.action import IncidentAction
from contract.limits import ACKNOWLEDGED_FOR, LONGEST_HOLD
from contract.moments import DAYS, Day, format_duration, format_moment
from contract.words import REASONS, IncidentStatus
from dashboard.data.tables import Notified
from dashboard.figures.series import spell_moment
from store.incidents import Incident

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
class ActionRequest:
    """One request of the route."""

    about: str
    """What it is about, as a person knows it."""
    body: Mapping[str, Any]
    key: str
    """The same for each attempt."""


def find_end(span: str, now: datetime, zone: ZoneInfo) -> datetime | None:
    """When a span that begins now is over: to the minute, and as long as may be at most.

    Args:
        span: one of `SPANS`, or what `read_moment` reads; None is given where it is neither.
        now: the moment at which it begins.
        zone: of the one who chose it.
    """
    if span not in SPANS:
        return read_moment(span, now, zone)
    if span in (_TOMORROW, _MONDAY):
        today = now.astimezone(zone).date()
        days = 1 if span == _TOMORROW else 7 - today.weekday()
        return min(datetime.combine(today + timedelta(days=days), _MORNING, zone), now + LONGEST_HOLD)
    # In UTC: a day on which the clocks are put forward is no day.
    end = now.astimezone(UTC) + _LENGTHS[span]
    whole = end.replace(second=0, microsecond=0)
    return whole if whole == end else whole + timedelta(minutes=1)


_MOMENT: Final = re.compile(r"(?:until +)?(?:(\S+) +)?(\d{1,2}):(\d{2})")


def read_moment(text: str, now: datetime, zone: ZoneInfo) -> datetime | None:
    """The moment that somebody typed, in UTC; None where it cannot be read.

    `9:30` is the next time that the clock shows it. Before that may stand `today`, `tomorrow`, a day of the
    week such as `fri`, or a date such as `2026-11-28`.
    """
    found = _MOMENT.fullmatch(text.strip().lower())
    if found is None:
        return None
    word, today = found[1], now.astimezone(zone).date()
    try:
        clock = time(int(found[2]), int(found[3]))
        if word in (None, "today"):
            day = today
        elif word == "tomorrow":
            day = today + timedelta(days=1)
        elif word[:3] in DAYS:
            day = today + timedelta(days=(DAYS.index(Day(word[:3])) - today.weekday()) % 7)
        else:
            day = date.fromisoformat(word)
    except ValueError:
        return None
    moment = datetime.combine(day, clock, zone)
    if moment <= now:
        # The next day, or week, of that name.
        later = 1 if word is None else 7 if word[:3] in DAYS else 0
        moment = datetime.combine(day + timedelta(days=later), clock, zone)
    return moment.astimezone(UTC)


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
            return incident.acknowledged(now)
        case IncidentAction.UNSNOOZE:
            return incident.snoozed(now)
        case IncidentAction.CLOSE:
            return incident.status is IncidentStatus.UNKNOWN
        case _:
            return True


def list_requests(
    action: IncidentAction,
    incidents: Iterable[Incident],
    token: str,
    *,
    note: str = "",
    span: str = "",
    until: datetime | None = None,
) -> list[ActionRequest]:
    """The requests that do this about each of the incidents, as they were shown to whoever does it.

    Args:
        action: what is to be done.
        incidents: to which.
        token: of the form. The same form, filled in with the same, is the same action.
        note: why, or what the others are to know.
        span: what was chosen of `SPANS`, or typed, where it ends by itself.
        until: when that is over.
    """
    same = {"action": action.value, "note": note.strip(), "until": until and format_moment(until)}
    requests = []
    for one in incidents:
        # A note stands beside whatever others did meanwhile; the rest is done to what was seen.
        version = None if action is IncidentAction.NOTE else one.version
        body = {"incident_id": one.incident_id, **same, "version": version}
        given = {name: value for name, value in body.items() if value not in (None, "")}
        requests.append(make_request(given, f"{one.folder} on {one.sender_name}", token, span))
    return requests


def make_request(body: Mapping[str, Any], about: str, token: str, span: str = "") -> ActionRequest:
    """A request that is the same action as another of the same form that says the same.

    What was corrected in a form is another action: the first attempt may have been done without an answer.
    A span ends a moment later each time, and a version is another once somebody else has acted.
    """
    said = sorted((name, str(value)) for name, value in body.items() if name not in ("until", "version"))
    digest = sha256(repr((said, span)).encode()).hexdigest()[:_DIGITS]
    return ActionRequest(about=about, body=body, key=f"{token}-{digest}")


LABELS: Final = {
    IncidentAction.ACKNOWLEDGE: "Acknowledge",
    IncidentAction.UNACKNOWLEDGE: "Un-acknowledge",
    IncidentAction.NOTE: "Note",
    IncidentAction.SNOOZE: "Snooze",
    IncidentAction.UNSNOOZE: "End snooze",
    IncidentAction.CLOSE: "Close",
}
_MUTED: Final = "Owners get no notifications until the time you choose, except when it ends."
EXPLANATIONS: Final = {
    IncidentAction.ACKNOWLEDGE: f"You work on it. {_MUTED}",
    IncidentAction.UNACKNOWLEDGE: "Nobody works on it any more. Owners get notifications again.",
    IncidentAction.NOTE: "A note for your colleagues. It stays with the incident.",
    IncidentAction.SNOOZE: _MUTED,
    IncidentAction.UNSNOOZE: "Owners get notifications again.",
    IncidentAction.CLOSE: "It is over, though no report confirms it. Say how you know.",
}
_DONE: Final[Mapping[str, str]] = {
    IncidentAction.ACKNOWLEDGE: "acknowledged",
    IncidentAction.UNACKNOWLEDGE: "un-acknowledged",
    IncidentAction.NOTE: "noted",
    IncidentAction.SNOOZE: "snoozed",
    IncidentAction.UNSNOOZE: "ended the snooze",
    IncidentAction.CLOSE: "closed",
}


@dataclass(frozen=True, kw_only=True)
class HistoryLine:
    """One thing that happened to an incident or a sender."""

    at: datetime
    who: str
    what: str
    """The rest of a sentence that begins with who."""
    note: str = ""


def describe_end(moment: datetime, now: datetime, zone: ZoneInfo) -> str:
    """A moment to come: `16:00`, and the day where it is not today."""
    spelt = spell_moment(moment, zone)
    return spelt.removeprefix(f"{now.astimezone(zone).date()} ")


def describe_result(
    action: IncidentAction, until: datetime | None, now: datetime, zone: ZoneInfo, count: int = 1
) -> str:
    """What to say to whoever did it: `Acknowledged until 16:00.`; of several how many."""
    end = f" until {describe_end(until, now, zone)}" if until else ""
    done = f"{_DONE[action]}{end}."
    return f"{done[0].upper()}{done[1:]}" if count == 1 else f"{count:,} incidents: {done}"


def describe_hold(incident: Incident, now: datetime, zone: ZoneInfo) -> str:
    """Who is on a live incident and whether it is snoozed, as sentences; empty where it has ended."""
    if not incident.live:
        return ""
    sentences = ["Nobody has acknowledged it."]
    if incident.acknowledged(now) and incident.acknowledged_until:
        end = describe_end(incident.acknowledged_until, now, zone)
        sentences = [f"{incident.acknowledged_by} is on it until {end}."]
    if incident.snoozed(now) and incident.snoozed_until:
        sentences.append(f"Snoozed until {describe_end(incident.snoozed_until, now, zone)}.")
    return " ".join(sentences)


def describe_now(incident: Incident, now: datetime, zone: ZoneInfo) -> str:
    """How an incident is, for whoever found it otherwise."""
    return f"It is {incident.status} now. {describe_hold(incident, now, zone)}".strip()


def list_events(incident: Incident, sender: str, zone: ZoneInfo) -> list[HistoryLine]:
    """What reports, time and people did to an incident, as lines of its timeline, the first one first.

    Args:
        incident: in full.
        sender: what screens call its sender.
        zone: moments within a line are on its clocks.
    """
    files = "1 file" if incident.file_count == 1 else f"{incident.file_count:,} files"
    sla = format_duration(timedelta(minutes=incident.sla))
    lines = [
        HistoryLine(at=incident.breached_since, who="", what=f"In breach: over the SLA of {sla}"),
        HistoryLine(at=incident.opened_at, who=sender, what="reported it first: opened"),
    ]
    for one in incident.history:
        until = f" until {spell_moment(one.until, zone)}" if one.until else ""
        lines.append(
            HistoryLine(at=one.at, who=one.by, what=_DONE.get(one.action, one.action) + until, note=one.note)
        )
    if incident.last_seen_at > incident.opened_at:
        lines.append(HistoryLine(at=incident.last_seen_at, who=sender, what=f"reported it last: {files}"))
    if incident.unknown_since and incident.reason:
        reason = f"Status unknown: {REASONS[incident.reason]}"
        lines.append(HistoryLine(at=incident.unknown_since, who="", what=reason))
    if incident.ended_at:
        lines.append(HistoryLine(at=incident.ended_at, who="", what=incident.status.capitalize()))
    return sorted(lines, key=lambda line: line.at)


def list_notified(notified: Iterable[Notified]) -> list[HistoryLine]:
    """Who was notified of what, as lines of a history: recipients of one notice share a line."""
    lines: dict[tuple[datetime, str], list[str]] = {}
    for one in notified:
        word, _, reason = one.what.replace("_", " ").partition(".")
        what = f"notified: {word} ({reason})" if reason else f"notified: {word}"
        who = f"{one.owner} ({one.channel})" if one.owner and one.channel else one.owner or one.channel
        lines.setdefault((one.at.replace(second=0, microsecond=0), what), []).append(who)
    return [HistoryLine(at=at, who=", ".join(who), what=what) for (at, what), who in lines.items()]
