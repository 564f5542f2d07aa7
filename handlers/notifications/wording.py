"""The words of notices: titles, subjects, leads, facts, and the end of every notification."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Final
from urllib.parse import quote
from zoneinfo import ZoneInfo

from contract.action import ACTION_PARAMETER, LinkedAction
from contract.moments import format_duration
from contract.owners.model import ChannelKind
from contract.text import show
from contract.words import (
    EXPLANATIONS,
    OVER,
    REASONS,
    IncidentStatus,
    NotificationKind,
    SenderState,
    UnknownReason,
    explain_status,
)
from handlers.notifications.document import (
    NAME_WIDTH,
    Link,
    Phrase,
    Tone,
    count_more,
    format_clock,
    format_short,
    format_time,
    name,
    say,
)
from handlers.notifications.rules import Notice
from store.incidents import Incident
from store.notifications import Recipient

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
_ACTIONS: Final = {LinkedAction.ACKNOWLEDGE: "Acknowledge", LinkedAction.SNOOZE: "Snooze 4 h"}
"""What the page that a link opens offers, filled in: nothing is done until somebody sends it there."""
_HELP: Final = "notifications.md#how-to-get-fewer"
_CHANNELS: Final = {
    ChannelKind.MAIL: "mail", ChannelKind.SLACK: "Slack", ChannelKind.TEAMS: "Teams",
    ChannelKind.SNS: "an SNS topic", ChannelKind.PAGERDUTY: "PagerDuty", ChannelKind.WEBHOOK: "a webhook",
}  # fmt: skip


@dataclass(frozen=True)
class Words:
    """What is said of a kind of notice, with the values of `_list_values`."""

    tone: Tone
    sign: str
    count: str
    """How many there are, with `{}` for the number and `{s}` for a plural."""
    title: str
    """What happened, with `@` for the place."""
    lead: str
    """What it means, in a sentence or two."""


_K: Final = NotificationKind
_BAD, _UNSURE, _GOOD = (Tone.BAD, "▲"), (Tone.UNSURE, "?"), (Tone.GOOD, "✓")
WORDS: Final = {
    _K.ESCALATED: Words(
        *_BAD, "{} folder{s} not acknowledged", "Not acknowledged: {files} stuck in @{oldest}",
        "Nobody has acknowledged it for {waited}, so you are notified too.",
    ),
    _K.NEW: Words(
        *_BAD, "files stuck in {} folder{s}", "{files} stuck in @{oldest}",
        "Files wait longer than the SLA of their folder allows.",
    ),
    _K.STILL_STUCK: Words(
        *_BAD, "{} still stuck after all", "Still stuck after all: @, {files}{oldest}",
        "The last notification was wrong: its files have been stuck all the time, also after the report of "
        "{since}, the last that named them.",
    ),
    _K.REOPENED: Words(
        *_BAD, "{} stuck again", "Stuck again: @, {files}{oldest}",
        "It cleared at {since}, and files wait longer than the SLA allows again.",
    ),
    _K.WORSE: Words(
        *_BAD, "{} worse", "Worse: {files} stuck in @{oldest}",
        "Since the last notification, the files or the age of the oldest one have doubled.",
    ),
    _K.STILL_OPEN: Words(
        *_BAD, "{} reminder{s}", "Still {files} stuck in @{oldest}",
        "You were notified before, and files still wait longer than the SLA allows.",
    ),
    _K.SILENT: Words(
        *_UNSURE, "{} server{s} silent", "Server silent: @{folders}",
        "No report since {last_run}; one is expected every {interval}. Its folders' status is unknown.",
    ),
    _K.UNREADABLE: Words(
        *_UNSURE, "{} folder{s} unreadable", "Folder unreadable: @",
        "The server cannot read the folder, so whether files are stuck in it is unknown.",
    ),
    _K.UNKNOWN: Words(
        *_UNSURE, "{} unknown", "Status unknown: @, {reason}",
        "Whether its files are still stuck is unknown. They may be.",
    ),
    _K.NOT_REPORTED: Words(
        *_UNSURE, "{} no longer reported", "No longer reported: @ since {short}",
        f"No longer reported since {{since}}: {EXPLANATIONS[UnknownReason.NOT_REPORTED]}. You will be "
        "notified if a report shows that it is over, or is not.",
    ),
    _K.MAINTENANCE: Words(
        *_UNSURE, "{} maintenance window{s}", "Maintenance {phase}: @",
        "In it, you are notified of ends alone. What is open when it ends is notified then.",
    ),
    _K.ACKNOWLEDGED: Words(
        Tone.UNSURE, "●", "{} acknowledged", "Acknowledged: @, until {until}",
        "Somebody is on it. Until then you are notified of its end, and of nothing else.",
    ),
    _K.EXPIRED: Words(
        Tone.UNSURE, "~", "{} expired", "Expired: @",
        "Its status was unknown for too long. No report confirmed that it is over.",
    ),
    _K.CLOSED: Words(
        Tone.UNSURE, "✕", "{} closed", "Closed: @",
        "Somebody closed it, or retired its sender. No report confirmed that it is over.",
    ),
    _K.NOT_EXPECTED: Words(
        Tone.UNSURE, "-", "{} no longer expected", "Not expected any more: @",
        "Somebody {excused}: no report of it is missing now.",
    ),
    _K.READABLE: Words(
        *_GOOD, "{} readable again", "Folder readable again: @", "The server can read the folder again.",
    ),
    _K.BACK: Words(
        *_GOOD, "{} server{s} back", "Server reports again: @", "Its last report came at {last_run}.",
    ),
    _K.CLEARED: Words(
        *_GOOD, "{} cleared", "Cleared: @ after {length}",
        "No file in it waits longer than the SLA any more.",
    ),
}  # fmt: skip


_UNCONFIRMED: Final = {
    _K.UNKNOWN: "Its files may still be stuck. ",
    _K.NOT_REPORTED: "Over, or its server is off: this script reports problems only. ",
    _K.EXPIRED: "No report confirmed the end. ",
    _K.CLOSED: "No report confirmed the end. ",
}
"""How the first line begins where no report shows how it is."""


def count_kind(kind: NotificationKind, number: int) -> str:
    """`1 server silent`, `6 servers silent`."""
    return WORDS[kind].count.format(f"{number:,}", s="" if number == 1 else "s")


def count_files(number: int) -> str:
    """`1 file`, `1,234 files`."""
    return "1 file" if number == 1 else f"{number:,} files"


def write_headline(notice: Notice, now: datetime, zone: ZoneInfo) -> str:
    """What happened, in our own words, without the place."""
    title = _write_title(notice, now, zone)
    return title.replace(" in @", "").replace(": @, ", ": ").replace(": @", "")


def write_lead(notice: Notice, after: timedelta | None, zone: ZoneInfo, now: datetime | None = None) -> str:
    """What it means, in a sentence or two. An escalation came `after` nobody acknowledged it for so long.

    With `now`, the last report's time is short.
    """
    values = defaultdict(str, waited=format_duration(after))
    if notice.since is not None:
        values["since"] = format_time(notice.since, zone)
    if (sender := notice.sender) is not None:
        at = sender.last_run_at
        values["last_run"] = format_clock(at, now, zone) if now else format_time(at, zone)
        values["interval"] = format_duration(timedelta(minutes=sender.interval_minutes))
        retired = sender.state is SenderState.RETIRED
        values["excused"] = "retired its server" if retired else "set another interval for it"
    return WORDS[notice.kind].lead.format_map(values)


def _write_title(notice: Notice, now: datetime, zone: ZoneInfo) -> str:
    """What happened, with `@` for the place."""
    values = defaultdict[str, str](str)
    if (incident := notice.incident) is not None:
        files, wait = count_files(incident.file_count), incident.wait(now)
        oldest = f", oldest {format_duration(wait)}" if wait is not None else ""
        if notice.kind is NotificationKind.WORSE and incident.file_count > notice.files_before > 0:
            files = f"{notice.files_before:,} → {files}"
        elif notice.kind is NotificationKind.WORSE and notice.wait_before:
            oldest = f", oldest {format_duration(notice.wait_before)}{oldest.replace(', oldest', ' →')}"
        values |= {"files": files, "oldest": oldest}
        if incident.reason:
            values["reason"] = REASONS[incident.reason]
        if incident.ended_at is not None:
            values["length"] = format_duration(incident.ended_at - incident.breached_since)
        if incident.acknowledged_until is not None:
            values["until"] = format_clock(incident.acknowledged_until, now, zone)
    if notice.since is not None:
        values["short"] = format_short(notice.since, zone)
    if notice.unknown:
        number = len(notice.unknown)
        values["folders"] = f", {number:,} folder{'' if number == 1 else 's'} unknown"
    if notice.window is not None:
        begun = "is on" if notice.window.is_in_force(now) else "planned"
        values["phase"] = "was on" if notice.window.over_at <= now else begun
    return WORDS[notice.kind].title.format_map(values)


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


def name_place(notice: Notice | None) -> tuple[str, str]:
    """Server and folder, each empty where there is none."""
    folder, server = _find_place(notice) if notice else ("", "")
    return show(server, NAME_WIDTH), show(folder, NAME_WIDTH)


def write_place(notice: Notice, width: int = NAME_WIDTH) -> Phrase:
    """The folder and its server, or the server alone, each name in at most `width` characters."""
    folder, server_name = _find_place(notice)
    server = name(server_name, width) if server_name else ()
    path = name(folder, width) if folder else ()
    return (*path, *(say(" on ") if path and server else ()), *server)


def write_subject(notice: Notice, now: datetime, zone: ZoneInfo) -> str:
    """What happened, where, and the rest where there is room for it."""
    before, _, after = _write_title(notice, now, zone).partition("@")
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
    """The counts, the most important first, `more` and, of a notice, the place where there is room for it."""
    folder, server = _find_place(notice) if notice else ("", "")
    server = f" on {show(server, _SERVER_WIDTH)}"
    width = MAX_SUBJECT - len(f"{more}{server}") - min(len(folder), _LEAST_PATH)
    counted = ", ".join(counts)
    if len(counts) > 1 and len(counted) > width:
        counted = f"{counts[0]}, ..."
    counted += more
    if not folder:
        return _cut_subject(counted)
    room = max(MAX_SUBJECT - len(f"{counted}{server}"), _LEAST_PATH // 2)
    return _cut_subject(f"{counted}{show(folder, room)}{server}")


def _cut_subject(subject: str) -> str:
    return subject if len(subject) <= MAX_SUBJECT else f"{subject[: MAX_SUBJECT - 3].rstrip()}..."


def write_first_line(notice: Notice, now: datetime, zone: ZoneInfo, what_to_do: str, file: Phrase) -> Phrase:
    """What a phone shows below the subject: what that does not say, up to the name of the oldest file."""
    incident = notice.incident
    if incident is None:
        lead, unknown = write_lead(notice, None, zone, now), name_folders(notice.unknown, 3, _FIRST_WIDTH)
        if notice.kind is NotificationKind.UNREADABLE and notice.folder and notice.folder.error:
            return (*name(notice.folder.error, _FIRST_WIDTH), *say(f" {lead}"))
        return (*say(f"{lead.partition('. ')[0]}. Unknown: " if unknown else lead), *unknown)
    said = say(
        f"{_UNCONFIRMED.get(notice.kind, '')}SLA {format_duration(timedelta(minutes=incident.sla))}, "
        f"since {format_clock(incident.breached_since, now, zone)}"
    )
    if incident.acknowledged(now) and incident.live:
        said += (*say(", acknowledged by "), *name(incident.acknowledged_by, _FIRST_WIDTH))
    elif incident.live:
        said += say(", not acknowledged")
    elif incident.ended_at is not None:
        said += say(f", until {format_clock(incident.ended_at, now, zone)}")
    if what_to_do and "://" not in what_to_do:
        said += say(f". {what_to_do}")
    return (*said, *say(": "), *file) if file else said


def list_facts(notice: Notice, now: datetime, zone: ZoneInfo) -> dict[str, Phrase]:
    """What is known of the subject of a notice, with times in the reader's zone."""
    found = dict[str, str | Phrase]()
    if notice.folder is not None and notice.folder.error and notice.kind is not NotificationKind.READABLE:
        found["Error"] = name(notice.folder.error, _ERROR_WIDTH)
    if notice.incident is not None:
        found |= _list_incident_facts(notice.incident, now, zone)
    elif (sender := notice.sender) is not None:
        found |= {
            "Sender": name(sender.name),
            "Last report": format_time(sender.last_run_at, zone, named=False),
            "Reports every": format_duration(timedelta(minutes=sender.interval_minutes)),
        }
    elif (window := notice.window) is not None:
        patterns = {"Sender": window.sender, "Folder": window.folder, "Owner": window.owner}
        texts = {**patterns, "Reason": window.reason, "By": window.made_by}
        found |= {label: name(text) for label, text in texts.items() if text}
        found["From"] = format_time(window.starts, zone, named=False)
        found["Until"] = format_time(window.over_at, zone, named=False)
        if window.weekly is not None:
            found["Only"] = window.described_hours
    found["Time zone"] = zone.key
    return {label: say(value) if isinstance(value, str) else value for label, value in found.items()}


def _list_incident_facts(
    incident: Incident, now: datetime, zone: ZoneInfo
) -> Iterator[tuple[str, str | Phrase]]:
    at = partial(format_time, zone=zone, named=False)
    files, length = count_files(incident.file_count), (incident.ended_at or now) - incident.breached_since
    yield "Sender", name(incident.sender_name)
    yield "SLA", format_duration(timedelta(minutes=incident.sla))
    if incident.status is IncidentStatus.OPEN:
        yield "In breach since", f"{at(incident.breached_since)} ({format_duration(length)})"
        yield "Stuck", f"{files}, seen {format_duration(now - incident.last_seen_at)} ago"
        wait, overdue, created = incident.wait(now), incident.overdue(now), incident.oldest_creation
        if wait is None or overdue is None or created is None:
            yield "Oldest file", "age unknown: no creation date is plausible"
        else:
            over = f"{format_duration(overdue)} over the SLA"
            yield "Oldest file", f"waiting {format_duration(wait)}, {over}, created {at(created)}"
    else:
        yield "In breach since", at(incident.breached_since)
        yield "Last seen stuck", f"{at(incident.last_seen_at)}, {files}"
    if incident.ended_at is not None:
        yield "Ended", f"{at(incident.ended_at)} (after {format_duration(length)})"
    elif incident.status is IncidentStatus.UNKNOWN and incident.unknown_since is not None:
        yield "Unknown since", at(incident.unknown_since)
    explained = explain_status(
        incident.status, reason=incident.reason, cleared_by=incident.cleared_by, between=incident.between
    )
    if explained:
        yield "Status", f"{incident.status}: {explained}"
    if incident.acknowledged_by:
        who, until = (*say("by "), *name(incident.acknowledged_by)), incident.acknowledged_until
        if until is not None and incident.live:
            who += say(f", {'until' if incident.acknowledged(now) else 'ended'} {at(until)}")
        yield "Acknowledged", who
    elif incident.live:
        yield "Acknowledged", "not yet"
    if incident.live and incident.snoozed_until is not None and incident.snoozed(now):
        yield "Snoozed", f"until {at(incident.snoozed_until)}"
    if incident.reopened:
        yield "Reopened", "once" if incident.reopened == 1 else f"{incident.reopened:,} times"


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


def find_links(notices: Sequence[Notice], owner: str, dashboard_url: str) -> tuple[Link, ...]:
    """To what a notification is about, at last to its page; empty without the dashboard's address."""
    if not dashboard_url:
        return ()
    if len(notices) != 1:
        listed = f"{dashboard_url.rstrip('/')}/?owner={quote(owner, safe='')}"
        return (Link(text="Open the list", url=listed),)
    [notice], url = notices, find_url(notices[0], dashboard_url)
    what = "incident" if notice.incident else "maintenance page" if notice.window else "sender"
    acts = _ACTIONS if notice.incident and notice.incident.live and notice.kind not in OVER else {}
    actions = (Link(text=text, url=f"{url}&{ACTION_PARAMETER}={act}") for act, text in acts.items())
    return (*actions, Link(text=f"Open the {what}", url=url))


def find_help(docs_url: str) -> Link | None:
    """The link to the documents; None where their address is unknown."""
    return Link(text="How to get fewer", url=f"{docs_url.rstrip('/')}/{_HELP}") if docs_url else None


def join(phrases: Iterable[Phrase]) -> Phrase:
    """Phrases with commas between them."""
    return tuple(span for phrase in phrases for span in (*say(", "), *phrase))[1:]


def name_folders(incidents: Sequence[Incident], most: int, width: int) -> Phrase:
    """The first folders of some incidents, each in at most `width` characters."""
    named = join(name(one.folder, width) for one in incidents[:most])
    return (*named, *say(f" {count_more(len(incidents) - most)}")) if len(incidents) > most else named


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
