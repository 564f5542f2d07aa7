"""What people did and what others were told, in words."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from contract.action import IncidentAction
from contract.words import IncidentStatus, MessageKind
from dashboard.data.incident import Deed, Incident
from dashboard.data.message_table import Told

LABELS: Final = {
    IncidentAction.ACKNOWLEDGE: "Acknowledge",
    IncidentAction.UNACKNOWLEDGE: "Un-acknowledge",
    IncidentAction.NOTE: "Note",
    IncidentAction.SNOOZE: "Snooze",
    IncidentAction.UNSNOOZE: "End snooze",
    IncidentAction.CLOSE: "Close",
}
EXPLANATIONS: Final = {
    IncidentAction.ACKNOWLEDGE: "You are on it, and its owners are told nothing more but its end.",
    IncidentAction.UNACKNOWLEDGE: "Nobody is on it any more, and its owners are told of it again.",
    IncidentAction.NOTE: "What the others should know. It stays with the incident.",
    IncidentAction.SNOOZE: "Its owners are told nothing but its end until then.",
    IncidentAction.UNSNOOZE: "Its owners are told of it again.",
    IncidentAction.CLOSE: "It is over, though no report shows it. Say how you know.",
}
_DONE: Final = {
    IncidentAction.ACKNOWLEDGE: "acknowledged it",
    IncidentAction.UNACKNOWLEDGE: "took the acknowledgement back",
    IncidentAction.NOTE: "noted",
    IncidentAction.SNOOZE: "snoozed it",
    IncidentAction.UNSNOOZE: "ended the snooze",
    IncidentAction.CLOSE: "closed it",
}
_OUTCOMES: Final = {
    IncidentAction.ACKNOWLEDGE: "Acknowledged",
    IncidentAction.UNACKNOWLEDGE: "No longer acknowledged",
    IncidentAction.NOTE: "Noted",
    IncidentAction.SNOOZE: "Snoozed",
    IncidentAction.UNSNOOZE: "No longer snoozed",
    IncidentAction.CLOSE: "Closed",
}
_SAID: Final = {
    MessageKind.BEGIN: "that files wait longer than the SLA allows",
    MessageKind.ESCALATED: "that nobody acknowledged it in time",
    MessageKind.WORSE: "that it is worse",
    MessageKind.REMINDER: "that it still is so",
    MessageKind.CLEARED: "that it is cleared",
    MessageKind.REOPENED: "that it is in breach again",
    MessageKind.STUCK_ALL_ALONG: "that files were stuck all the time",
    MessageKind.QUIET: "that it is not reported any more",
    MessageKind.UNKNOWN: "that nobody can tell any more how it is",
    MessageKind.LAPSED: "that it ended unseen",
    MessageKind.CLOSED: "that it was closed",
    MessageKind.UNREADABLE: "that a folder cannot be read",
    MessageKind.READABLE: "that a folder can be read again",
    MessageKind.SILENT: "that the sender is silent",
    MessageKind.SPEAKS: "that the sender reports again",
}


@dataclass(frozen=True, kw_only=True)
class Line:
    """One thing that happened, of a history."""

    at: datetime
    who: str
    what: str
    """The rest of a sentence that begins with who."""
    note: str = ""


def describe_end(moment: datetime, now: datetime, zone: ZoneInfo) -> str:
    """A moment to come: `16:00`, and the day where it is not today."""
    local = moment.astimezone(zone)
    return f"{local:%H:%M}" if local.date() == now.astimezone(zone).date() else f"{local:%Y-%m-%d %H:%M}"


def describe_outcome(
    action: IncidentAction, until: datetime | None, now: datetime, zone: ZoneInfo, count: int = 1
) -> str:
    """What to tell whoever did it: `Acknowledged until 16:00.`; of several how many."""
    end = f" until {describe_end(until, now, zone)}" if until else ""
    done = f"{_OUTCOMES[action]}{end}."
    return done if count == 1 else f"{count:,} incidents: {done[0].lower()}{done[1:]}"


def describe_hold(incident: Incident, now: datetime, zone: ZoneInfo) -> str:
    """Who is on a live incident and whether it is snoozed, as sentences; empty where it has ended."""
    if not incident.live:
        return ""
    told = []
    if (who := incident.on_it(now)) and incident.acknowledged_until:
        told.append(f"{who} is on it until {describe_end(incident.acknowledged_until, now, zone)}.")
    else:
        told.append("Nobody has acknowledged it.")
    if incident.snoozed(now) and incident.snoozed_until:
        told.append(f"Snoozed until {describe_end(incident.snoozed_until, now, zone)}.")
    return " ".join(told)


def describe_now(incident: Incident, now: datetime, zone: ZoneInfo) -> str:
    """How an incident is, for whoever found it otherwise."""
    status = {IncidentStatus.OPEN: "open", IncidentStatus.UNKNOWN: "unknown"}.get(
        incident.status, f"{incident.status}: it has ended"
    )
    return f"Now it is {status}. {describe_hold(incident, now, zone)}".strip()


def list_done(deeds: Iterable[Deed], zone: ZoneInfo) -> list[Line]:
    """What people did to an incident, as lines of a history."""
    return [Line(at=one.at, who=one.by, what=_describe_deed(one, zone), note=one.note) for one in deeds]


def list_told(told: Iterable[Told]) -> list[Line]:
    """Whom the service told what."""
    return [Line(at=one.at, who=_name_recipient(one), what=f"was told {_describe_told(one)}") for one in told]


def _describe_deed(deed: Deed, zone: ZoneInfo) -> str:
    done = _find(_DONE, deed.action)
    return f"{done} until {deed.until.astimezone(zone):%Y-%m-%d %H:%M}" if deed.until else done


def _describe_told(told: Told) -> str:
    return _find(_SAID, told.what)


def _name_recipient(told: Told) -> str:
    return f"{told.owner} ({told.channel})" if told.owner and told.channel else told.owner or told.channel


def _find(words: Mapping[Any, str], word: str) -> str:
    """Of what only a later version knows, its own word."""
    return words.get(word, word.replace("_", " "))
