"""What a line says happened: in its subject and headline, and as one of several."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import quote
from zoneinfo import ZoneInfo

from contract.moments import format_duration
from contract.owners.model import ChannelKind
from contract.text import shorten
from contract.words import (
    ENDS,
    EXPLANATIONS,
    REASONS,
    IncidentStatus,
    MessageKind,
    UnknownReason,
    explain_status,
)
from handlers.notifications.document import (
    NAME_WIDTH,
    Fact,
    Link,
    Phrase,
    Tone,
    format_short,
    format_time,
    name,
    say,
    to_ascii,
)
from handlers.notifications.situation import Incident, Notice, Recipient, Sender


@dataclass(frozen=True, kw_only=True)
class KindStyle:
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
STYLES: Final = {
    MessageKind.ESCALATED: KindStyle(
        tone=Tone.BAD, sign="▲", one="folder not acknowledged", many="folders not acknowledged"
    ),
    MessageKind.BEGIN: KindStyle(tone=Tone.BAD, sign="▲", one="folder stuck", many="folders stuck"),
    MessageKind.STUCK_ALL_ALONG: KindStyle(
        tone=Tone.BAD, sign="▲", one="was stuck all the time", many="were stuck all the time"
    ),
    MessageKind.REOPENED: KindStyle(tone=Tone.BAD, sign="▲", one="stuck again", many="stuck again"),
    MessageKind.WORSE: KindStyle(tone=Tone.BAD, sign="▲", one="worse", many="worse"),
    MessageKind.REMINDER: KindStyle(tone=Tone.BAD, sign="▲", one="reminder", many="reminders"),
    MessageKind.SILENT: KindStyle(tone=Tone.UNSURE, sign="?", one="server silent", many="servers silent"),
    MessageKind.UNREADABLE: KindStyle(
        tone=Tone.UNSURE, sign="?", one="folder unreadable", many="folders unreadable"
    ),
    MessageKind.UNKNOWN: KindStyle(tone=Tone.UNSURE, sign="?", one="unknown", many="unknown"),
    MessageKind.QUIET: KindStyle(
        tone=Tone.UNSURE, sign="?", one="not reported any more", many="not reported any more"
    ),
    MessageKind.LAPSED: KindStyle(tone=Tone.UNSURE, sign="~", one="ended unseen", many="ended unseen"),
    MessageKind.CLOSED: KindStyle(tone=Tone.UNSURE, sign="✕", one="closed", many="closed"),
    MessageKind.READABLE: KindStyle(tone=Tone.GOOD, sign="✓", one="readable again", many="readable again"),
    MessageKind.SPEAKS: KindStyle(
        tone=Tone.GOOD, sign="✓", one="server reports again", many="servers report again"
    ),
    MessageKind.CLEARED: KindStyle(tone=Tone.GOOD, sign="✓", one="cleared", many="cleared"),
}
_UNSURE_REMINDER: Final = KindStyle(tone=Tone.UNSURE, sign="?", one="reminder", many="reminders")
RANKS: Final = {kind: rank for rank, kind in enumerate(STYLES)}


def find_style(line: Notice) -> KindStyle:
    """How a line is told from others: a reminder of what nobody can tell is no alarm."""
    unsure = line.incident is None or line.incident.status is not IncidentStatus.OPEN
    return _UNSURE_REMINDER if unsure and line.kind is MessageKind.REMINDER else STYLES[line.kind]


def write_title(line: Notice, now: datetime, zone: ZoneInfo) -> Title:
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


def write_notice_subject(line: Notice, now: datetime, zone: ZoneInfo) -> str:
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


def _write_incident_title(line: Notice, incident: Incident, now: datetime, zone: ZoneInfo) -> Title:
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


def write_lead(line: Notice, after: timedelta | None, zone: ZoneInfo) -> str:
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


def _write_incident_lead(line: Notice, incident: Incident, after: timedelta | None, zone: ZoneInfo) -> str:
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


def _write_sender_lead(line: Notice, sender: Sender, zone: ZoneInfo) -> str:
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


_ERROR_WIDTH = 300
"""Characters that are shown of why a folder could not be read."""


@dataclass(frozen=True, kw_only=True)
class FactWriter:
    """Writes facts as they are at a moment, for a reader in a zone."""

    now: datetime
    zone: ZoneInfo

    def write(self, line: Notice) -> tuple[Fact, ...]:
        """What is known of what the line is about, and the zone that its times are in."""
        return (*self._list(line), _fact("Time zone", self.zone.key))

    def _list(self, line: Notice) -> tuple[Fact, ...]:
        if line.incident is not None:
            return tuple(self._list_incident(line.incident))
        facts = self._list_sender(line.sender) if line.sender else iter(())
        if line.folder is not None:
            error = line.folder.error if line.kind is not MessageKind.READABLE else ""
            told = (Fact(label="Its server says", value=name(error, _ERROR_WIDTH)),) if error else ()
            return (*told, *facts)
        return tuple(facts)

    def _list_incident(self, incident: Incident) -> Iterator[Fact]:
        is_open = incident.status is IncidentStatus.OPEN
        yield Fact(label="Sender", value=name(incident.sender_name))
        yield _fact("SLA", format_duration(timedelta(minutes=incident.sla)))
        length = (incident.ended_at or self.now) - incident.breached_since
        since = self._time(incident.breached_since)
        yield _fact("In breach since", f"{since} ({format_duration(length)})" if is_open else since)
        if is_open:
            yield _fact("Oldest file", self._write_oldest(incident))
        else:
            seen = self._time(incident.last_seen_at)
            files = "1 file" if incident.files == 1 else f"{incident.files:,} files"
            yield _fact("Last seen stuck", f"{seen}, {files}")
        if incident.ended_at is not None:
            yield _fact("Ended", f"{self._time(incident.ended_at)} (after {format_duration(length)})")
        elif incident.unknown_since is not None and not is_open:
            yield _fact("Unknown since", self._time(incident.unknown_since))
        known = explain(incident)
        if known:
            yield _fact("How it is known", known)
        if incident.live or incident.acknowledged_by is not None:
            yield Fact(label="Acknowledged", value=self._write_acknowledged(incident))
        if incident.live and incident.snoozed_until is not None and incident.snoozed(self.now):
            yield _fact("Snoozed", f"until {self._time(incident.snoozed_until)}")
        if incident.reopened:
            yield _fact("Reopened", "once" if incident.reopened == 1 else f"{incident.reopened:,} times")

    def _list_sender(self, sender: Sender) -> Iterator[Fact]:
        yield Fact(label="Sender", value=name(sender.name))
        yield _fact("Last report", self._time(sender.last_run_at))
        yield _fact("Reports every", format_duration(sender.interval))

    def _write_oldest(self, incident: Incident) -> str:
        wait = incident.wait(self.now)
        if wait is None or incident.oldest is None:
            return "of unknown age: no creation date is plausible"
        return f"{format_duration(wait)} old, created {self._time(incident.oldest)}"

    def _write_acknowledged(self, incident: Incident) -> Phrase:
        if incident.acknowledged_by is None:
            return say("by nobody yet")
        who, until = name(incident.acknowledged_by), incident.acknowledged_until
        if until is None or not incident.live:
            return (*say("by "), *who)
        if incident.acknowledged(self.now):
            return (*say("by "), *who, *say(f", until {self._time(until)}"))
        return (*say("last by "), *who, *say(f"; that ended {self._time(until)}"))

    def _time(self, moment: datetime) -> str:
        return format_time(moment, self.zone, named=False)


def _fact(label: str, value: str) -> Fact:
    return Fact(label=label, value=say(value))


def write_place(line: Notice, width: int = NAME_WIDTH) -> Phrase:
    """The folder and its server, or the server alone, each name in at most so many characters."""
    if line.incident is not None:
        folder, sender_name = line.incident.folder, line.incident.sender_name
    else:
        folder = line.folder.folder if line.folder else ""
        sender_name = line.sender.name if line.sender else ""
    server = name(name_server(sender_name), width) if sender_name else ()
    path = name(folder, width) if folder else ()
    return (*path, *(say(" on ") if path and server else ()), *server)


def find_url(line: Notice, dashboard_url: str) -> str:
    """The page of what a line is about; empty where the dashboard's address is not known."""
    if not dashboard_url:
        return ""
    base = dashboard_url.rstrip("/")
    if line.incident is not None:
        return f"{base}/?incident={quote(line.incident.incident_id, safe='', errors='replace')}"
    if line.sender is not None:
        return f"{base}/senders?sender={quote(line.sender.key, safe='', errors='replace')}"
    return base


MAX_SUBJECT: Final = 99
"""Characters: Amazon SNS takes fewer than 100, of ASCII without controls (API reference, `Publish`)."""
_SERVER: Final = 24
"""Characters of a server's name; those of Windows have 15."""
_FOLDER: Final = 24
"""Characters of a path below which it is better to leave out something else."""
_COUNTS: Final = 64
"""Characters that the counts of a digest may take: the rest is for a place."""


def name_server(sender_name: str) -> str:
    """What people call a sender: what its script calls itself, or else its account."""
    return sender_name.rpartition("/")[2] or sender_name


def write_subject(before: str, folder: str | None, sender_name: str, after: str = "") -> str:
    r"""What happened, where, and the rest where there is room for it.

    Args:
        before: our own words, with what joins them to the place.
        folder: a path; None where it is the sender alone.
        sender_name: its whole name.
        after: our own words, in ASCII.
    """
    server = shorten(to_ascii(name_server(sender_name)), _SERVER)
    if folder is None:
        return cut_subject(f"{before}{server}{after}")
    path = to_ascii(folder)
    room = MAX_SUBJECT - len(f"{before} on {server}{after}")
    if room < min(_FOLDER, len(path)):
        room += len(after)
        after = ""
    return cut_subject(f"{before}{shorten(path, max(room, _FOLDER))} on {server}{after}")


def write_counts_subject(counts: Sequence[str], joint: str, folder: str, sender_name: str) -> str:
    """What happened how often, and one place of all where there is room for it.

    Args:
        counts: our own words, the most important first.
        joint: before the place.
        folder: a path; empty where no place is to be named.
        sender_name: its whole name.
    """
    counted = counts[0]
    for one in counts[1:]:
        if len(f"{counted}, {one}") > _COUNTS:
            counted += ", ..."
            break
        counted += f", {one}"
    if not folder:
        return cut_subject(counted)
    path, server = to_ascii(folder), shorten(to_ascii(name_server(sender_name)), _SERVER)
    whole = f"{counted}{joint}{path} on {server}"
    room = MAX_SUBJECT - len(f"{counted}{joint}")
    return whole if len(whole) <= MAX_SUBJECT else cut_subject(f"{counted}{joint}{shorten(path, room)}")


def cut_subject(subject: str) -> str:
    """The subject, or as much of it as there is room for."""
    return subject if len(subject) <= MAX_SUBJECT else f"{subject[: MAX_SUBJECT - 3].rstrip()}..."


_HELP: Final = "notifications.md#how-to-get-fewer"
"""What the documents say of it."""
_OVER: Final = ENDS | {MessageKind.READABLE, MessageKind.SPEAKS}
_CHANNELS: Final = {
    ChannelKind.MAIL: "mail",
    ChannelKind.SLACK: "Slack",
    ChannelKind.TEAMS: "Teams",
    ChannelKind.SNS: "an SNS topic",
}


def find_way(lines: Sequence[Notice], dashboard_url: str) -> Link | None:
    """The way to what a message is about; None where the dashboard's address is not known."""
    if not dashboard_url:
        return None
    if len(lines) > 1:
        return Link(text="Open the overview", url=dashboard_url)
    what = "incident" if lines[0].incident is not None else "sender"
    return Link(text=f"Open the {what}", url=find_url(lines[0], dashboard_url))


def find_help(docs_url: str) -> Link | None:
    """The way to the documents; None where their address is not known."""
    return Link(text="How to get fewer", url=f"{docs_url.rstrip('/')}/{_HELP}") if docs_url else None


def write_notes(lines: Sequence[Notice], recipient: Recipient, following: int) -> tuple[Phrase, ...]:
    """Why this came here, and how to get fewer of its like.

    Args:
        lines: what the message says.
        recipient: who gets it.
        following: how many more lines did not fit into it.
    """
    notes = [_write_why(lines, recipient), _write_fewer(lines, recipient)]
    if following:
        rest = "1 more follows" if following == 1 else f"{following:,} more follow"
        notes.insert(0, say(f"{rest} in another message."))
    return tuple(notes)


def _write_why(lines: Sequence[Notice], recipient: Recipient) -> Phrase:
    what = "these belong to" if len(lines) > 1 else "it belongs to"
    sender = lines[0].sender
    alone = len(lines) == 1 and lines[0].folder is None
    if alone and sender is not None and sender.owner != recipient.owner.name:
        # Told of a server for what it watches.
        what = "folders of it belong to"
    return (*say(f"This came by {_CHANNELS[recipient.channel.kind]} because {what} "), *_who(recipient))


def _write_fewer(lines: Sequence[Notice], recipient: Recipient) -> Phrase:
    begin = "To get fewer: "
    if any(line.incident is not None and line.kind not in _OVER for line in lines):
        begin += "acknowledge or snooze an incident on its page of the dashboard; "
    return (*say(f"{begin}set quiet hours, or what is told, for "), *_who(recipient))


def _who(recipient: Recipient) -> Phrase:
    return (*name(recipient.owner.name), *say(" in owners.yaml."))
