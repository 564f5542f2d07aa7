"""The one place that decides the words: a message becomes a document."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from itertools import groupby
from typing import Final
from zoneinfo import ZoneInfo

from contract.words import MessageKind
from handlers.messages.message import Line, Message
from handlers.messages.rendering.closing import find_help, find_way, write_notes
from handlers.messages.rendering.context import Context
from handlers.messages.rendering.document import Document, Entry, Phrase, Section, Tone, name, say
from handlers.messages.rendering.facts import FactWriter
from handlers.messages.rendering.file_lists import list_files, list_first_files
from handlers.messages.rendering.leads import write_lead
from handlers.messages.rendering.places import find_url, write_place
from handlers.messages.rendering.subjects import write_counts_subject
from handlers.messages.rendering.times import format_short
from handlers.messages.rendering.titles import LOOKS, RANKS, count, find_look, write_line_subject, write_title
from handlers.messages.situation import Incident

_SHOWN_UNKNOWN: Final = 20
"""Folders that are named as unknown because of a silent server, where it is the one thing to say."""
_SHOWN_UNKNOWN_IN_DIGEST: Final = 10
_LISTED_WIDTH: Final = 100
"""Characters that are shown of a name in a list of places."""
_EARLIEST: Final = datetime.min.replace(tzinfo=UTC)


def sort_lines(lines: Iterable[Line]) -> tuple[Line, ...]:
    """The lines in the order in which they matter: by kind, then the longest in breach first."""
    return tuple(sorted(lines, key=_rank))


def write_document(message: Message, context: Context, following: int = 0) -> Document:
    """A message in words.

    Args:
        message: with at least one line.
        context: what is known beside it.
        following: how many more lines there are to say, which did not fit.
    """
    zone = message.recipient.owner.zone_info
    write = _write_digest if message.digest else _write_single
    return write(message, context, following, zone)


def _write_single(message: Message, context: Context, following: int, zone: ZoneInfo) -> Document:
    line, recipient = message.lines[0], message.recipient
    look = find_look(line)
    return Document(
        subject=write_line_subject(line, context.now, zone),
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


def _write_digest(message: Message, context: Context, following: int, zone: ZoneInfo) -> Document:
    lines = sort_lines(message.lines)
    counts = _count_kinds(lines)
    look = find_look(lines[0])
    return Document(
        subject=_write_digest_subject(counts, lines),
        tone=look.tone,
        sign=look.sign,
        headline=", ".join(counts),
        lead=say(f"{len(lines):,} messages in one. Times in {zone.key}."),
        sections=tuple(
            Section(title=_capitalize(_name_count(kind, same)), entries=_list_entries(same, context, zone))
            for kind, same in _group(lines)
        ),
        files=list_first_files(lines, context, zone),
        way=find_way(lines, context.dashboard_url),
        notes=write_notes(lines, message.recipient, following),
        help=find_help(context.docs_url),
    )


def _list_unknown(line: Line) -> tuple[Section, ...]:
    """The folders of which nobody can tell any more how they are, because of a silent server."""
    if not line.unknown:
        return ()
    shown = sorted(line.unknown, key=lambda incident: incident.breached_since)[:_SHOWN_UNKNOWN]
    entries = tuple(
        Entry(sign="?", place=name(incident.folder, _LISTED_WIDTH), said=say(_say_last(incident)))
        for incident in shown
    )
    return (Section(title="Unknown because of it", entries=entries, more=len(line.unknown) - len(shown)),)


def _list_entries(lines: Sequence[Line], context: Context, zone: ZoneInfo) -> tuple[Entry, ...]:
    return tuple(
        Entry(
            sign=find_look(line).sign,
            place=write_place(line, _LISTED_WIDTH),
            said=_say_briefly(line, context, zone),
            url=find_url(line, context.dashboard_url),
        )
        for line in lines
    )


def _say_briefly(line: Line, context: Context, zone: ZoneInfo) -> Phrase:
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


def _write_digest_subject(counts: Sequence[str], lines: Sequence[Line]) -> str:
    """The counts, and the worst place; or any, where all lines say the same."""
    first, bad = lines[0].incident, find_look(lines[0]).tone is Tone.BAD
    named = first is not None and (bad or len(counts) == 1)
    return write_counts_subject(
        counts,
        "; worst " if bad else ", among them ",
        first.folder if first is not None and named else "",
        first.sender_name if first is not None else "",
    )


def _count_kinds(lines: Sequence[Line]) -> list[str]:
    return [_name_count(kind, same) for kind, same in _group(lines)]


def _name_count(kind: MessageKind, same: Sequence[Line]) -> str:
    return count(len(same), LOOKS[kind].one, LOOKS[kind].many)


def _group(lines: Sequence[Line]) -> list[tuple[MessageKind, list[Line]]]:
    return [(kind, list(same)) for kind, same in groupby(lines, key=lambda line: line.kind)]


def _rank(line: Line) -> tuple[int, datetime, str]:
    since = line.incident.breached_since if line.incident else _EARLIEST
    return (RANKS[line.kind], since, line.subject)


def _capitalize(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}"
