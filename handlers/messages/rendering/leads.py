"""What a line means, in a sentence or two."""

from datetime import timedelta
from zoneinfo import ZoneInfo

from contract.moments import format_duration
from contract.words import EXPLANATIONS, IncidentStatus, MessageKind, UnknownReason, explain_status
from handlers.messages.message import Line
from handlers.messages.rendering.times import format_time
from handlers.messages.situation import Incident, Sender


def write_lead(line: Line, after: timedelta | None, zone: ZoneInfo) -> str:
    """What is meant by its title, and what is not.

    Args:
        line: what is said.
        after: of an escalation: for how long it went unacknowledged.
        zone: of its reader.
    """
    if line.incident is not None:
        return _write_incident_lead(line, line.incident, after, zone)
    if line.folder is not None:
        if line.kind is MessageKind.READABLE:
            return "Its server reads the folder again."
        return "Its server cannot read the folder, so nobody can tell whether files are stuck in it."
    return _write_sender_lead(line, line.sender, zone) if line.sender else ""


def _write_incident_lead(line: Line, incident: Incident, after: timedelta | None, zone: ZoneInfo) -> str:
    since = format_time(line.since, zone) if line.since else ""
    match line.kind:
        case MessageKind.ESCALATED:
            waited = f" for {format_duration(after)}" if after else ""
            return f"Nobody has acknowledged it{waited}, so you are told too."
        case MessageKind.WORSE:
            return "Twice the files, or twice the oldest one's wait, of what was said last."
        case MessageKind.REMINDER:
            return "You were told before, and it still is so."
        case MessageKind.CLEARED:
            return "No file in it waits longer than the SLA any more."
        case MessageKind.REOPENED:
            over = f"It was over at {since}, and" if since else "It was over, and"
            return f"{over} files wait longer than the SLA allows again."
        case MessageKind.STUCK_ALL_ALONG:
            named = f" since the report of {since}, the last that had named them" if since else ""
            return f"What was said last is taken back: the files have been stuck all the time{named}."
        case MessageKind.QUIET:
            told = f"Not reported any more since {since}" if since else "Not reported any more"
            said = EXPLANATIONS[UnknownReason.QUIET]
            return f"{told}; {said}. You will be told if a report proves that it is over, or is not."
        case MessageKind.UNKNOWN:
            return "Nobody can tell any more whether its files are stuck. They may be."
        case MessageKind.LAPSED:
            return "Nobody saw how it ended. It was unknown for so long that it is not waited for any longer."
        case MessageKind.CLOSED:
            return "Somebody closed it by hand, or retired its sender. Nobody saw its files move on."
        case _:
            if incident.status is IncidentStatus.UNKNOWN:
                return "They were stuck when last seen. Whether they still are, nobody can tell."
            return "Files wait longer than the SLA of their folder allows."


def _write_sender_lead(line: Line, sender: Sender, zone: ZoneInfo) -> str:
    if line.kind is MessageKind.SPEAKS:
        return f"Its last report came at {format_time(sender.last_run_at, zone)}."
    return (
        f"No report since {format_time(sender.last_run_at, zone)}; one is expected every "
        f"{format_duration(sender.interval)}. Nobody can tell how its folders are."
    )


def explain(incident: Incident) -> str:
    """How it is known how the incident is, as the rest of a sentence."""
    return explain_status(
        incident.status, reason=incident.reason, cleared_by=incident.cleared_by, between=incident.between
    )
