"""The one place that decides the words: a message becomes a document."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from itertools import groupby
from typing import Final
from zoneinfo import ZoneInfo

from contract.moments import format_duration
from contract.words import IncidentStatus, MessageKind
from handlers.notifications.document import (
    SHOWN_FILES,
    Document,
    FileRow,
    Files,
    ListItem,
    ListSection,
    NamedFile,
    Phrase,
    RenderContext,
    Tone,
    format_short,
    name,
    say,
)
from handlers.notifications.situation import Incident, Notice, Notification
from handlers.notifications.wording import (
    RANKS,
    STYLES,
    FactWriter,
    count,
    find_help,
    find_style,
    find_url,
    find_way,
    write_counts_subject,
    write_lead,
    write_notes,
    write_notice_subject,
    write_place,
    write_title,
)

_SHOWN_UNKNOWN: Final = 20
"""Folders that are named as unknown because of a silent server, where it is the one thing to say."""
_SHOWN_UNKNOWN_IN_DIGEST: Final = 10
_LISTED_WIDTH: Final = 100
"""Characters that are shown of a name in a list of places."""
_EARLIEST: Final = datetime.min.replace(tzinfo=UTC)


def sort_notices(lines: Iterable[Notice]) -> tuple[Notice, ...]:
    """The lines in the order in which they matter: by kind, then the longest in breach first."""
    return tuple(sorted(lines, key=_rank_notice))


def write_document(message: Notification, context: RenderContext, following: int = 0) -> Document:
    """A message in words.

    Args:
        message: with at least one line.
        context: what is known beside it.
        following: how many more lines there are to say, which did not fit.
    """
    zone = message.recipient.owner.zone_info
    write = _write_digest if message.digest else _write_single
    return write(message, context, following, zone)


def _write_single(message: Notification, context: RenderContext, following: int, zone: ZoneInfo) -> Document:
    line, recipient = message.lines[0], message.recipient
    look = find_style(line)
    return Document(
        subject=write_notice_subject(line, context.now, zone),
        tone=look.tone,
        sign=look.sign,
        headline=write_title(line, context.now, zone).headline,
        place=write_place(line),
        lead=say(write_lead(line, recipient.after, zone)),
        facts=FactWriter(now=context.now, zone=zone).write(line),
        sections=_list_unknown(line),
        files=list_files(line, context, zone),
        way=find_way(message.lines, context.dashboard_url),
        notes=write_notes(message.lines, recipient, following),
        help=find_help(context.docs_url),
        thread=line.subject,
    )


def _write_digest(message: Notification, context: RenderContext, following: int, zone: ZoneInfo) -> Document:
    lines = sort_notices(message.lines)
    counts = _count_kinds(lines)
    look = find_style(lines[0])
    return Document(
        subject=_write_digest_subject(counts, lines),
        tone=look.tone,
        sign=look.sign,
        headline=", ".join(counts),
        lead=say(f"{len(lines):,} messages in one. Times in {zone.key}."),
        sections=tuple(
            ListSection(
                title=_capitalize(_name_count(kind, same)), entries=_list_entries(same, context, zone)
            )
            for kind, same in _group(lines)
        ),
        files=list_first_files(lines, context, zone),
        way=find_way(lines, context.dashboard_url),
        notes=write_notes(lines, message.recipient, following),
        help=find_help(context.docs_url),
    )


def _list_unknown(line: Notice) -> tuple[ListSection, ...]:
    """The folders of which nobody can tell any more how they are, because of a silent server."""
    if not line.unknown:
        return ()
    shown = sorted(line.unknown, key=lambda incident: incident.breached_since)[:_SHOWN_UNKNOWN]
    entries = tuple(
        ListItem(sign="?", place=name(incident.folder, _LISTED_WIDTH), said=say(_say_last(incident)))
        for incident in shown
    )
    return (ListSection(title="Unknown because of it", entries=entries, more=len(line.unknown) - len(shown)),)


def _list_entries(lines: Sequence[Notice], context: RenderContext, zone: ZoneInfo) -> tuple[ListItem, ...]:
    return tuple(
        ListItem(
            sign=find_style(line).sign,
            place=write_place(line, _LISTED_WIDTH),
            said=_say_briefly(line, context, zone),
            url=find_url(line, context.dashboard_url),
        )
        for line in lines
    )


def _say_briefly(line: Notice, context: RenderContext, zone: ZoneInfo) -> Phrase:
    said = write_title(line, context.now, zone).headline
    incident = line.incident
    if incident is None:
        if line.folder is not None and line.folder.error:
            return (*say(f"{said}: "), *name(line.folder.error, _LISTED_WIDTH))
        return (*say(said), *_name_unknown(line.unknown))
    if incident.live:
        said += f", in breach since {format_short(incident.breached_since, zone)}"
        if incident.acknowledged_by is not None and incident.acknowledged(context.now):
            return (*say(f"{said}, acknowledged by "), *name(incident.acknowledged_by, _LISTED_WIDTH))
    elif incident.ended_at is not None:
        said += f", on {format_short(incident.ended_at, zone)}"
    return say(said)


def _name_unknown(unknown: Sequence[Incident]) -> Phrase:
    if not unknown:
        return ()
    shown = unknown[:_SHOWN_UNKNOWN_IN_DIGEST]
    named: Phrase = say(": ")
    for index, incident in enumerate(shown):
        named += (*(say(", ") if index else ()), *name(incident.folder, _LISTED_WIDTH))
    more = len(unknown) - len(shown)
    return (*named, *say(f" and {more:,} more")) if more else named


def _say_last(incident: Incident) -> str:
    return f"{count(incident.files, 'file', 'files')} when last seen"


def _write_digest_subject(counts: Sequence[str], lines: Sequence[Notice]) -> str:
    """The counts, and the worst place; or any, where all lines say the same."""
    first, bad = lines[0].incident, find_style(lines[0]).tone is Tone.BAD
    named = first is not None and (bad or len(counts) == 1)
    return write_counts_subject(
        counts,
        "; worst " if bad else ", among them ",
        first.folder if first is not None and named else "",
        first.sender_name if first is not None else "",
    )


def _count_kinds(lines: Sequence[Notice]) -> list[str]:
    return [_name_count(kind, same) for kind, same in _group(lines)]


def _name_count(kind: MessageKind, same: Sequence[Notice]) -> str:
    return count(len(same), STYLES[kind].one, STYLES[kind].many)


def _group(lines: Sequence[Notice]) -> list[tuple[MessageKind, list[Notice]]]:
    return [(kind, list(same)) for kind, same in groupby(lines, key=lambda line: line.kind)]


def _rank_notice(line: Notice) -> tuple[int, datetime, str]:
    since = line.incident.breached_since if line.incident else _EARLIEST
    return (RANKS[line.kind], since, line.subject)


def _capitalize(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}"


_NAME_WIDTH: Final = 120
"""Characters that are shown of a file's name."""
_FOLDER_WIDTH: Final = 80
WITH_FILES: Final = frozenset(
    {
        MessageKind.BEGIN,
        MessageKind.ESCALATED,
        MessageKind.WORSE,
        MessageKind.REMINDER,
        MessageKind.REOPENED,
        MessageKind.STUCK_ALL_ALONG,
        MessageKind.UNKNOWN,
        MessageKind.QUIET,
    }
)
"""Kinds that name files: something is stuck, or may be. An end has none."""
_LATEST: Final = datetime.max.replace(tzinfo=UTC)
GONE: Final = "Which files these are is not known any more: the report that named them is no longer kept."


def list_files(line: Notice, context: RenderContext, zone: ZoneInfo) -> Files | None:
    """The worst files of one line's incident; None where it has none to list, or they were not looked up."""
    incident = line.incident
    if incident is None or line.kind not in WITH_FILES or incident.incident_id not in context.files:
        return None
    known = _sort(context.files[incident.incident_id])[:SHOWN_FILES]
    if not known:
        return Files(title=GONE, rows=(), more=0)
    when = "" if incident.status is IncidentStatus.OPEN else " when it was last seen"
    rows = tuple(_write_row(file, context.now, zone, incident) for file in known)
    return Files(title=f"The longest waiting{when}", rows=rows, more=max(incident.files - len(rows), 0))


def list_first_files(lines: Iterable[Notice], context: RenderContext, zone: ZoneInfo) -> Files | None:
    """The worst files of all that is stuck, each with its folder; None where nothing is."""
    named = (line.incident for line in lines if line.kind in WITH_FILES)
    stuck = [one for one in named if one is not None and one.status is IncidentStatus.OPEN]
    known = [(file, incident) for incident in stuck for file in context.files.get(incident.incident_id, ())]
    known.sort(key=lambda one: _rank_file(one[0]))
    rows = tuple(
        FileRow(
            name=name(file.name, _NAME_WIDTH),
            said=(*_write_wait(file, context.now, zone, incident), *say(", in "), *_write_folder(incident)),
        )
        for file, incident in known[:SHOWN_FILES]
    )
    if not rows:
        return None
    more = max(sum(incident.files for incident in stuck) - len(rows), 0)
    return Files(title="The longest waiting files", rows=rows, more=more)


def _write_row(file: NamedFile, now: datetime, zone: ZoneInfo, incident: Incident) -> FileRow:
    return FileRow(name=name(file.name, _NAME_WIDTH), said=_write_wait(file, now, zone, incident))


def _write_wait(file: NamedFile, now: datetime, zone: ZoneInfo, incident: Incident) -> Phrase:
    if file.created is None:
        return say("of unknown age")
    created = f"created {format_short(file.created, zone)}"
    if incident.status is not IncidentStatus.OPEN:
        return say(created)
    # A clock that is ahead makes a file younger than nothing.
    age = max(now - file.created, now - now)
    return say(f"{format_duration(age)} old, {created}")


def _write_folder(incident: Incident) -> Phrase:
    return name(incident.folder, _FOLDER_WIDTH)


def _sort(files: Iterable[NamedFile]) -> Sequence[NamedFile]:
    return sorted(files, key=_rank_file)


def _rank_file(file: NamedFile) -> tuple[datetime, str]:
    """The oldest first, those of unknown age last."""
    return (file.created or _LATEST, file.name)


_FIRST: Final = 8
"""Lines that are tried first: more than most messages have."""


def write_what_fits(
    message: Notification, context: RenderContext, fits: Callable[[Document], bool]
) -> tuple[Notification, Document]:
    """The part of the message that a medium takes at once, the worst lines first, and that part in words.

    One line always fits: what it lists is cut to that.

    Args:
        message: with at least one line.
        context: what is known beside it.
        fits: whether the medium takes a document.
    """
    lines = sort_notices(message.lines)

    def write(number: int) -> tuple[Notification, Document]:
        part = replace(message, lines=lines[:number])
        return part, write_document(part, context, following=len(lines) - number)

    # Doubled until it is too much, for a storm's whole is long. `low` fits, `high` does not.
    low, high, number = 0, len(lines) + 1, min(_FIRST, len(lines))
    while low + 1 < high:
        if number == 1 or fits(write(number)[1]):
            low = number
        else:
            high = number
        number = min(2 * low, len(lines)) if high > len(lines) else (low + high) // 2
    return write(low)
