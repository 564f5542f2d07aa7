"""The words of notices: titles, subjects, leads, facts, and the end of every notification."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import quote
from zoneinfo import ZoneInfo

from contract.moments import format_duration
from contract.owners.model import ChannelKind
from contract.text import show
from contract.words import (
    EXPLANATIONS,
    REASONS,
    IncidentStatus,
    NotificationKind,
    UnknownReason,
    explain_status,
)
from handlers.notifications.document import (
    NAME_WIDTH,
    Fact,
    Link,
    Phrase,
    Tone,
    format_clock,
    format_short,
    format_time,
    name,
    say,
)
from handlers.notifications.rules import OVER
from handlers.notifications.situation import Notice
from store.incidents import Incident
from store.maintenance import Window
from store.notifications import Recipient
from store.senders import Sender

MAX_SUBJECT: Final = 99
"""Characters: Amazon SNS takes fewer than 100 (API reference, `Publish`), and no phone shows more."""
_SERVER_WIDTH: Final = 24
"""Characters of a server's name; those of Windows have 15."""
_LEAST_PATH: Final = 24
"""A path shorter than this says too little: something else is left out before."""
_ERROR_WIDTH: Final = 300
"""Characters that are shown of why a folder cannot be read."""
_FIRST_WIDTH: Final = 60
"""Characters of a name in the first line."""
_HELP: Final = "notifications.md#how-to-get-fewer"
_CHANNELS: Final = {
    ChannelKind.MAIL: "mail",
    ChannelKind.SLACK: "Slack",
    ChannelKind.TEAMS: "Teams",
    ChannelKind.SNS: "an SNS topic",
    ChannelKind.PAGERDUTY: "PagerDuty",
    ChannelKind.WEBHOOK: "a webhook",
}


@dataclass(frozen=True)
class KindStyle:
    """The look of a kind of notice, and its name in a count."""

    tone: Tone
    sign: str
    one: str
    """The count of one."""
    many: str
    """The count of several, with `{}` for the number."""


# In the order in which they matter.
_BAD, _UNSURE, _GOOD = (Tone.BAD, "▲"), (Tone.UNSURE, "?"), (Tone.GOOD, "✓")
STYLES: Final = {
    NotificationKind.ESCALATED: KindStyle(*_BAD, "1 folder not acknowledged", "{} folders not acknowledged"),
    NotificationKind.NEW: KindStyle(*_BAD, "files stuck in 1 folder", "files stuck in {} folders"),
    NotificationKind.STILL_STUCK: KindStyle(*_BAD, "1 still stuck after all", "{} still stuck after all"),
    NotificationKind.REOPENED: KindStyle(*_BAD, "1 stuck again", "{} stuck again"),
    NotificationKind.WORSE: KindStyle(*_BAD, "1 worse", "{} worse"),
    NotificationKind.STILL_OPEN: KindStyle(*_BAD, "1 reminder", "{} reminders"),
    NotificationKind.SILENT: KindStyle(*_UNSURE, "1 server silent", "{} servers silent"),
    NotificationKind.UNREADABLE: KindStyle(*_UNSURE, "1 folder unreadable", "{} folders unreadable"),
    NotificationKind.UNKNOWN: KindStyle(*_UNSURE, "1 unknown", "{} unknown"),
    NotificationKind.NOT_REPORTED: KindStyle(*_UNSURE, "1 no longer reported", "{} no longer reported"),
    NotificationKind.MAINTENANCE: KindStyle(*_UNSURE, "1 maintenance window", "{} maintenance windows"),
    NotificationKind.ACKNOWLEDGED: KindStyle(Tone.UNSURE, "●", "1 acknowledged", "{} acknowledged"),
    NotificationKind.EXPIRED: KindStyle(Tone.UNSURE, "~", "1 expired", "{} expired"),
    NotificationKind.CLOSED: KindStyle(Tone.UNSURE, "✕", "1 closed", "{} closed"),
    NotificationKind.READABLE: KindStyle(*_GOOD, "1 readable again", "{} readable again"),
    NotificationKind.BACK: KindStyle(*_GOOD, "1 server reports again", "{} servers report again"),
    NotificationKind.CLEARED: KindStyle(*_GOOD, "1 cleared", "{} cleared"),
}
_UNSURE_REMINDER: Final = KindStyle(*_UNSURE, "1 reminder", "{} reminders")
RANKS: Final = {kind: rank for rank, kind in enumerate(STYLES)}


def find_style(notice: Notice) -> KindStyle:
    """The look of a notice: a reminder of something unknown is no alarm."""
    unsure = notice.incident is None or notice.incident.status is not IncidentStatus.OPEN
    return _UNSURE_REMINDER if unsure and notice.kind is NotificationKind.STILL_OPEN else STYLES[notice.kind]


def count_kind(kind: NotificationKind, number: int) -> str:
    """`1 server silent`, `6 servers silent`."""
    return STYLES[kind].one if number == 1 else STYLES[kind].many.format(f"{number:,}")


def count_files(number: int) -> str:
    """`1 file`, `1,234 files`."""
    return "1 file" if number == 1 else f"{number:,} files"


@dataclass(frozen=True, kw_only=True)
class Title:
    """What happened, in our own words."""

    what: str
    joint: str = ": "
    """Stands between that and the place, in a subject."""
    more: str = ""

    @property
    def headline(self) -> str:
        """All of it, without the place."""
        more = self.more.removeprefix(", ")
        return f"{self.what}: {more}" if self.joint == ": " and more != self.more else self.what + self.more


def write_title(notice: Notice, now: datetime, zone: ZoneInfo) -> Title:
    """What happened."""
    if notice.incident is not None:
        return _write_incident_title(notice, notice.incident, now, zone)
    if notice.window is not None:
        if notice.window.over_at <= now:
            return Title(what="Maintenance was on")
        return Title(what="Maintenance is on" if notice.window.is_in_force(now) else "Maintenance planned")
    reminder = notice.kind is NotificationKind.STILL_OPEN
    if notice.folder is not None:
        if notice.kind is NotificationKind.READABLE:
            return Title(what="Folder readable again")
        return Title(what="Folder still unreadable" if reminder else "Folder unreadable")
    if notice.kind is NotificationKind.BACK:
        return Title(what="Server reports again")
    unknown = len(notice.unknown)
    more = f", {unknown:,} folder{'' if unknown == 1 else 's'} unknown" if unknown else ""
    return Title(what="Server still silent" if reminder else "Server silent", more=more)


def _write_incident_title(notice: Notice, incident: Incident, now: datetime, zone: ZoneInfo) -> Title:
    files, wait = count_files(incident.file_count), incident.wait(now)
    # How old files are by now says nothing about an incident that is not open.
    known = wait is not None and incident.status is IncidentStatus.OPEN
    oldest = f", oldest {format_duration(wait)}" if wait is not None and known else ""
    reason = f", {REASONS[incident.reason]}" if incident.reason else ""
    match notice.kind:
        case NotificationKind.ESCALATED:
            return Title(what=f"Not acknowledged: {files} stuck", joint=" in ", more=oldest)
        case NotificationKind.WORSE if incident.file_count > notice.files_before > 0:
            grown = f"{notice.files_before:,} → {files}"
            return Title(what=f"Worse: {grown} stuck", joint=" in ", more=oldest)
        case NotificationKind.WORSE:
            waited = f", oldest {format_duration(notice.wait_before)}" if notice.wait_before else ""
            more = oldest.replace(", oldest", " →") if waited else oldest
            return Title(what=f"Worse: {files} stuck", joint=" in ", more=waited + more)
        case NotificationKind.STILL_OPEN if incident.status is IncidentStatus.UNKNOWN:
            return Title(what="Status still unknown", more=reason)
        case NotificationKind.STILL_OPEN:
            return Title(what=f"Still {files} stuck", joint=" in ", more=oldest)
        case NotificationKind.REOPENED:
            return Title(what="Stuck again", more=f", {files}{oldest}")
        case NotificationKind.STILL_STUCK:
            return Title(what="Still stuck after all", more=f", {files}{oldest}")
        case NotificationKind.CLEARED:
            ended = incident.ended_at
            length = f" after {format_duration(ended - incident.breached_since)}" if ended else ""
            return Title(what="Cleared", more=length)
        case NotificationKind.NOT_REPORTED:
            since = f" since {format_short(notice.since, zone)}" if notice.since else ""
            return Title(what="No longer reported", more=since)
        case NotificationKind.UNKNOWN:
            return Title(what="Status unknown", more=reason)
        case NotificationKind.EXPIRED:
            return Title(what="Expired")
        case NotificationKind.CLOSED:
            return Title(what="Closed")
        case NotificationKind.ACKNOWLEDGED:
            until = incident.acknowledged_until
            return Title(
                what="Acknowledged", more=f", until {format_clock(until, now, zone)}" if until else ""
            )
        case _:
            return Title(what=f"{files} stuck", joint=" in ", more=oldest)


def name_server(sender_name: str) -> str:
    """What people call a sender: the name that its script declares, or else its account's."""
    return sender_name.rpartition("/")[2] or sender_name


def _find_place(notice: Notice) -> tuple[str, str]:
    """The folder, or "" where there is none, and what people call its server."""
    if notice.incident is not None:
        folder, sender_name = notice.incident.folder, notice.incident.sender_name
    elif notice.window is not None:
        return notice.window.folder, notice.window.sender or f"owner {notice.window.owner}"
    else:
        folder = notice.folder.folder if notice.folder else ""
        sender_name = notice.sender.name if notice.sender else ""
    return folder, sender_name if notice.with_account else name_server(sender_name)


def name_place(notice: Notice) -> tuple[str, str]:
    """Server and folder, each empty where there is none."""
    folder, server = _find_place(notice)
    return show(server, NAME_WIDTH), show(folder, NAME_WIDTH)


def write_place(notice: Notice, width: int = NAME_WIDTH) -> Phrase:
    """The folder and its server, or the server alone, each name in at most `width` characters."""
    folder, server_name = _find_place(notice)
    server = name(server_name, width) if server_name else ()
    path = name(folder, width) if folder else ()
    return (*path, *(say(" on ") if path and server else ()), *server)


def write_subject(notice: Notice, now: datetime, zone: ZoneInfo) -> str:
    """What happened, where, and the rest where there is room for it."""
    title = write_title(notice, now, zone)
    before, after = f"{title.what}{title.joint}", title.more
    folder, server = _find_place(notice)
    server = show(server, _SERVER_WIDTH)
    if not folder:
        return _cut_subject(f"{before}{server}{after}")
    room = MAX_SUBJECT - len(f"{before} on {server}{after}")
    if room < min(_LEAST_PATH, len(folder)):
        room += len(after)
        after = ""
    return _cut_subject(f"{before}{show(folder, max(room, _LEAST_PATH))} on {server}{after}")


def write_digest_subject(counts: Sequence[str], more: str, notice: Notice | None) -> str:
    """The counts, the oldest wait, and one place where there is room for it.

    Args:
        counts: our own words, the most important first.
        more: what follows them, up to the place.
        notice: whose place is named; None for none.
    """
    folder, server = _find_place(notice) if notice else ("", "")
    server = f" on {show(server, _SERVER_WIDTH)}"
    width = MAX_SUBJECT - len(f", ...{more}{server}") - min(len(folder), _LEAST_PATH)
    counted = counts[0]
    for one in counts[1:]:
        if len(f"{counted}, {one}") > width:
            counted += ", ..."
            break
        counted += f", {one}"
    counted += more
    if not folder:
        return _cut_subject(counted)
    room = max(MAX_SUBJECT - len(f"{counted}{server}"), _LEAST_PATH // 2)
    return _cut_subject(f"{counted}{show(folder, room)}{server}")


def _cut_subject(subject: str) -> str:
    return subject if len(subject) <= MAX_SUBJECT else f"{subject[: MAX_SUBJECT - 3].rstrip()}..."


def write_first_line(notice: Notice, file: Phrase, now: datetime, zone: ZoneInfo) -> Phrase:
    """What a phone shows below the subject: what that does not say.

    Args:
        notice: what is due.
        file: the name of the oldest file that it lists; empty for none.
        now: the moment.
        zone: the reader's.
    """
    incident = notice.incident
    if incident is None:
        named: Phrase = ()
        for one in notice.unknown[:3]:
            named += (*say(", " if named else " Unknown: "), *name(one.folder, _FIRST_WIDTH))
        return (*say(write_lead(notice, None, zone)), *named)
    said = say(
        f"SLA {format_duration(timedelta(minutes=incident.sla))}, "
        f"since {format_clock(incident.breached_since, now, zone)}"
    )
    if incident.acknowledged(now) and incident.live:
        said += (*say(", acknowledged by "), *name(incident.acknowledged_by, _FIRST_WIDTH))
    elif incident.live:
        said += say(", not acknowledged")
    elif incident.ended_at is not None:
        said += say(f", until {format_clock(incident.ended_at, now, zone)}")
    return (*said, *say(": "), *file) if file else said


def write_lead(notice: Notice, after: timedelta | None, zone: ZoneInfo) -> str:
    """What a notice means, in a sentence or two.

    Args:
        notice: what is due.
        after: of an escalation: for how long nobody acknowledged it.
        zone: the reader's.
    """
    if notice.incident is not None:
        return _write_incident_lead(notice, notice.incident, after, zone)
    if notice.window is not None:
        return "In it, you are notified of ends alone. What is open when it ends is notified then."
    if notice.folder is not None:
        if notice.kind is NotificationKind.READABLE:
            return "The server can read the folder again."
        return "The server cannot read the folder, so whether files are stuck in it is unknown."
    if notice.sender is None:
        return ""
    last_run = format_time(notice.sender.last_run_at, zone)
    if notice.kind is NotificationKind.BACK:
        return f"Its last report came at {last_run}."
    interval = format_duration(timedelta(minutes=notice.sender.interval_minutes))
    return f"No report since {last_run}; one is expected every {interval}. Its folders' status is unknown."


def _write_incident_lead(notice: Notice, incident: Incident, after: timedelta | None, zone: ZoneInfo) -> str:
    since = format_time(notice.since, zone) if notice.since else ""
    match notice.kind:
        case NotificationKind.ESCALATED:
            waited = f" for {format_duration(after)}" if after else ""
            return f"Nobody has acknowledged it{waited}, so you are notified too."
        case NotificationKind.WORSE:
            return "Since the last notification, the files or the age of the oldest one have doubled."
        case NotificationKind.STILL_OPEN if incident.status is IncidentStatus.UNKNOWN:
            return "You were notified before, and its status is still unknown."
        case NotificationKind.STILL_OPEN:
            return "You were notified before, and files still wait longer than the SLA allows."
        case NotificationKind.CLEARED:
            return "No file in it waits longer than the SLA any more."
        case NotificationKind.REOPENED:
            cleared = f" at {since}" if since else ""
            return f"It cleared{cleared}, and files wait longer than the SLA allows again."
        case NotificationKind.STILL_STUCK:
            named = f", also after the report of {since}, the last that named them" if since else ""
            return f"The last notification was wrong: its files have been stuck all the time{named}."
        case NotificationKind.NOT_REPORTED:
            reported = f"No longer reported since {since}" if since else "No longer reported"
            why = EXPLANATIONS[UnknownReason.NOT_REPORTED]
            return f"{reported}: {why}. You will be notified if a report shows that it is over, or is not."
        case NotificationKind.UNKNOWN:
            return "Whether its files are still stuck is unknown. They may be."
        case NotificationKind.EXPIRED:
            return "Its status was unknown for too long. No report confirmed that it is over."
        case NotificationKind.ACKNOWLEDGED:
            return "Somebody is on it. Until then you are notified of its end, and of nothing else."
        case NotificationKind.CLOSED:
            return "Somebody closed it, or retired its sender. No report confirmed that it is over."
        case _:
            if incident.status is IncidentStatus.UNKNOWN:
                return "Files were stuck when last seen. Whether they still are is unknown."
            return "Files wait longer than the SLA of their folder allows."


def list_facts(notice: Notice, now: datetime, zone: ZoneInfo) -> tuple[Fact, ...]:
    """What is known of the subject of a notice, with times in the reader's zone."""
    facts: list[Fact] = []
    if notice.folder is not None and notice.folder.error and notice.kind is not NotificationKind.READABLE:
        facts.append(Fact(label="Error", value=name(notice.folder.error, _ERROR_WIDTH)))
    if notice.incident is not None:
        facts += _list_incident_facts(notice.incident, now, zone)
    elif notice.sender is not None:
        facts += _list_sender_facts(notice.sender, zone)
    elif notice.window is not None:
        facts += _list_window_facts(notice.window, zone)
    return (*facts, _fact("Time zone", zone.key))


def _list_incident_facts(incident: Incident, now: datetime, zone: ZoneInfo) -> Iterator[Fact]:
    is_open = incident.status is IncidentStatus.OPEN
    yield Fact(label="Sender", value=name(incident.sender_name))
    yield _fact("SLA", format_duration(timedelta(minutes=incident.sla)))
    length = format_duration((incident.ended_at or now) - incident.breached_since)
    since = format_time(incident.breached_since, zone, named=False)
    yield _fact("In breach since", f"{since} ({length})" if is_open else since)
    wait = incident.wait(now)
    if is_open:
        seen = f"{count_files(incident.file_count)}, seen {format_duration(now - incident.last_seen_at)} ago"
        yield _fact("Stuck", seen)
    if not is_open:
        seen = format_time(incident.last_seen_at, zone, named=False)
        yield _fact("Last seen stuck", f"{seen}, {count_files(incident.file_count)}")
    elif wait is None or incident.oldest_creation is None:
        yield _fact("Oldest file", "age unknown: no creation date is plausible")
    else:
        created = format_time(incident.oldest_creation, zone, named=False)
        yield _fact("Oldest file", f"{format_duration(wait)} old, created {created}")
    if incident.ended_at is not None:
        yield _fact("Ended", f"{format_time(incident.ended_at, zone, named=False)} (after {length})")
    elif incident.unknown_since is not None and not is_open:
        yield _fact("Unknown since", format_time(incident.unknown_since, zone, named=False))
    explained = explain_status(
        incident.status, reason=incident.reason, cleared_by=incident.cleared_by, between=incident.between
    )
    if explained:
        yield _fact("Status", f"{incident.status}: {explained}")
    if incident.live or incident.acknowledged_by:
        yield Fact(label="Acknowledged", value=_write_acknowledged(incident, now, zone))
    if incident.live and incident.snoozed_until is not None and incident.snoozed(now):
        yield _fact("Snoozed", f"until {format_time(incident.snoozed_until, zone, named=False)}")
    if incident.reopened:
        yield _fact("Reopened", "once" if incident.reopened == 1 else f"{incident.reopened:,} times")


def _list_sender_facts(sender: Sender, zone: ZoneInfo) -> Iterator[Fact]:
    yield Fact(label="Sender", value=name(sender.name))
    yield _fact("Last report", format_time(sender.last_run_at, zone, named=False))
    yield _fact("Reports every", format_duration(timedelta(minutes=sender.interval_minutes)))


def _list_window_facts(window: Window, zone: ZoneInfo) -> Iterator[Fact]:
    patterns = {"Sender": window.sender, "Folder": window.folder, "Owner": window.owner}
    yield from (Fact(label=label, value=name(pattern)) for label, pattern in patterns.items() if pattern)
    yield Fact(label="Reason", value=name(window.reason))
    yield Fact(label="By", value=name(window.made_by))
    yield _fact("From", format_time(window.starts, zone, named=False))
    yield _fact("Until", format_time(window.over_at, zone, named=False))
    if window.weekly is not None:
        yield _fact("Only", window.described_hours)


def _write_acknowledged(incident: Incident, now: datetime, zone: ZoneInfo) -> Phrase:
    if not incident.acknowledged_by:
        return say("not yet")
    who, until = (*say("by "), *name(incident.acknowledged_by)), incident.acknowledged_until
    if until is None or not incident.live:
        return who
    word = "until" if incident.acknowledged(now) else "ended"
    return (*who, *say(f", {word} {format_time(until, zone, named=False)}"))


def _fact(label: str, value: str) -> Fact:
    return Fact(label=label, value=say(value))


def find_url(notice: Notice, dashboard_url: str) -> str:
    """The page of a notice's subject; empty where the dashboard's address is unknown."""
    if not dashboard_url:
        return ""
    base = dashboard_url.rstrip("/")
    if notice.incident is not None:
        return f"{base}/?incident={quote(notice.incident.incident_id, safe='', errors='replace')}"
    if notice.sender is not None:
        return f"{base}/senders?sender={quote(notice.sender.key, safe='', errors='replace')}"
    return f"{base}/maintenance" if notice.window is not None else base


def find_link(notices: Sequence[Notice], owner: str, dashboard_url: str) -> Link | None:
    """The link to what a notification is about; None where the dashboard's address is unknown."""
    if not dashboard_url:
        return None
    if len(notices) != 1:
        return Link(text="Open the list", url=f"{dashboard_url.rstrip('/')}/?owner={quote(owner, safe='')}")
    what = "incident" if notices[0].incident is not None else "sender"
    if notices[0].window is not None:
        what = "maintenance page"
    return Link(text=f"Open the {what}", url=find_url(notices[0], dashboard_url))


def find_help(docs_url: str) -> Link | None:
    """The link to the documents; None where their address is unknown."""
    return Link(text="How to get fewer", url=f"{docs_url.rstrip('/')}/{_HELP}") if docs_url else None


def write_notes(notices: Sequence[Notice], recipient: Recipient) -> tuple[Phrase, ...]:
    """Why the reader gets this, and how to get fewer."""
    owner = (*name(recipient.owner.name), *say(" in owners.yaml."))
    sender = notices[0].sender
    what = "these belong" if len(notices) > 1 else "it belongs"
    if len(notices) == 1 and notices[0].folder is None and sender and sender.owner != recipient.owner.name:
        what = "some of its folders belong"
    why = (*say(f"You get this by {_CHANNELS[recipient.channel.kind]} because {what} to "), *owner)
    fewer = "To get fewer: "
    if any(notice.incident is not None and notice.kind not in OVER for notice in notices):
        fewer += "acknowledge or snooze incidents in the dashboard; "
    return why, (*say(f"{fewer}set quiet hours, or fewer kinds of notifications, for "), *owner)
