"""What a line says happened: in its subject and headline, and as one of several."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from contract.moments import format_duration
from contract.words import REASONS, IncidentStatus, MessageKind, UnknownReason
from handlers.messages.message import Line
from handlers.messages.rendering.document import Tone
from handlers.messages.rendering.subjects import write_subject
from handlers.messages.rendering.times import format_short
from handlers.messages.situation import Incident


@dataclass(frozen=True, kw_only=True)
class Look:
    """How a kind of line is told from others, and counted among them."""

    tone: Tone
    sign: str
    one: str
    """What one of them is called in a count."""
    many: str


@dataclass(frozen=True, kw_only=True)
class Title:
    """What happened, in our own words and in ASCII."""

    what: str
    joint: str
    """Between that and the place, in a subject."""
    more: str = ""

    @property
    def headline(self) -> str:
        """All of it, without the place."""
        more = self.more.removeprefix(", ")
        return f"{self.what}: {more}" if self.joint == ": " and more != self.more else self.what + self.more


# In the order in which they matter.
LOOKS: Final = {
    MessageKind.ESCALATED: Look(
        tone=Tone.BAD, sign="▲", one="folder not acknowledged", many="folders not acknowledged"
    ),
    MessageKind.BEGIN: Look(tone=Tone.BAD, sign="▲", one="folder stuck", many="folders stuck"),
    MessageKind.STUCK_ALL_ALONG: Look(
        tone=Tone.BAD, sign="▲", one="was stuck all the time", many="were stuck all the time"
    ),
    MessageKind.REOPENED: Look(tone=Tone.BAD, sign="▲", one="stuck again", many="stuck again"),
    MessageKind.WORSE: Look(tone=Tone.BAD, sign="▲", one="worse", many="worse"),
    MessageKind.REMINDER: Look(tone=Tone.BAD, sign="▲", one="reminder", many="reminders"),
    MessageKind.SILENT: Look(tone=Tone.UNSURE, sign="?", one="server silent", many="servers silent"),
    MessageKind.UNREADABLE: Look(
        tone=Tone.UNSURE, sign="?", one="folder unreadable", many="folders unreadable"
    ),
    MessageKind.UNKNOWN: Look(tone=Tone.UNSURE, sign="?", one="unknown", many="unknown"),
    MessageKind.QUIET: Look(
        tone=Tone.UNSURE, sign="?", one="not reported any more", many="not reported any more"
    ),
    MessageKind.LAPSED: Look(tone=Tone.UNSURE, sign="~", one="ended unseen", many="ended unseen"),
    MessageKind.CLOSED: Look(tone=Tone.UNSURE, sign="✕", one="closed", many="closed"),
    MessageKind.READABLE: Look(tone=Tone.GOOD, sign="✓", one="readable again", many="readable again"),
    MessageKind.SPEAKS: Look(
        tone=Tone.GOOD, sign="✓", one="server reports again", many="servers report again"
    ),
    MessageKind.CLEARED: Look(tone=Tone.GOOD, sign="✓", one="cleared", many="cleared"),
}
_UNSURE_REMINDER: Final = Look(tone=Tone.UNSURE, sign="?", one="reminder", many="reminders")
RANKS: Final = {kind: rank for rank, kind in enumerate(LOOKS)}


def find_look(line: Line) -> Look:
    """How a line is told from others: a reminder of what nobody can tell is no alarm."""
    unsure = line.incident is None or line.incident.status is not IncidentStatus.OPEN
    return _UNSURE_REMINDER if unsure and line.kind is MessageKind.REMINDER else LOOKS[line.kind]


def write_title(line: Line, now: datetime, zone: ZoneInfo) -> Title:
    """What happened."""
    if line.incident is not None:
        return _write_incident_title(line, line.incident, now, zone)
    if line.folder is not None:
        what = {MessageKind.READABLE: "Readable again", MessageKind.REMINDER: "Folder still unreadable"}
        return Title(what=what.get(line.kind, "Folder unreadable"), joint=": ")
    if line.kind is MessageKind.SPEAKS:
        return Title(what="Reports again", joint=": ")
    what_now = "Server still silent" if line.kind is MessageKind.REMINDER else "Server silent"
    unknown = len(line.unknown)
    more = f", {count(unknown, 'folder', 'folders')} unknown" if unknown else ""
    return Title(what=what_now, joint=": ", more=more)


def write_line_subject(line: Line, now: datetime, zone: ZoneInfo) -> str:
    """The subject of a message that says this alone."""
    title = write_title(line, now, zone)
    before = f"{title.what}{title.joint}"
    if line.incident is not None:
        return write_subject(before, line.incident.folder, line.incident.sender_name, title.more)
    sender = line.sender.name if line.sender else ""
    return write_subject(before, line.folder.folder if line.folder else None, sender, title.more)


def count(number: int, one: str, many: str) -> str:
    """`1 file`, `1,234 files`."""
    return f"{number:,} {one if number == 1 else many}"


def _write_incident_title(line: Line, incident: Incident, now: datetime, zone: ZoneInfo) -> Title:
    files, oldest = count(incident.files, "file", "files"), _write_oldest(incident, now)
    stuck = f"{files} stuck"
    match line.kind:
        case MessageKind.ESCALATED:
            return Title(what=f"Not acknowledged: {stuck}", joint=" in ", more=oldest)
        case MessageKind.WORSE:
            return Title(what=f"Worse: {stuck}", joint=" in ", more=oldest)
        case MessageKind.REMINDER if incident.status is IncidentStatus.UNKNOWN:
            return Title(what="Still unknown", joint=": ", more=_write_reason(incident))
        case MessageKind.REMINDER:
            return Title(what=f"Still {stuck}", joint=" in ", more=oldest)
        case MessageKind.REOPENED:
            return Title(what="Stuck again", joint=": ", more=f", {files}{oldest}")
        case MessageKind.STUCK_ALL_ALONG:
            return Title(what="Was stuck all the time", joint=": ", more=f", {files}{oldest}")
        case MessageKind.CLEARED:
            return Title(what="Cleared", joint=": ", more=_write_length(incident))
        case MessageKind.QUIET:
            since = f" since {format_short(line.since, zone)}" if line.since else ""
            return Title(what="Not reported any more", joint=": ", more=since)
        case MessageKind.UNKNOWN:
            return Title(what="Unknown", joint=": ", more=_write_reason(incident))
        case MessageKind.LAPSED:
            return Title(what="Ended unseen", joint=": ")
        case MessageKind.CLOSED:
            return Title(what="Closed", joint=": ")
        case _:
            return Title(what=stuck, joint=" in ", more=oldest)


def _write_oldest(incident: Incident, now: datetime) -> str:
    wait = incident.wait(now)
    # What is not open was stuck when it was last seen; how old its files are by now says nothing.
    if wait is None or incident.status is not IncidentStatus.OPEN:
        return ""
    return f", oldest {format_duration(wait)}"


def _write_length(incident: Incident) -> str:
    if incident.ended_at is None:
        return ""
    return f" after {format_duration(incident.ended_at - incident.breached_since)}"


def _write_reason(incident: Incident) -> str:
    reason: UnknownReason | None = incident.reason
    return f", {REASONS[reason]}" if reason else ""
