"""Writing the document of a notification: its files and lists, and how much of it one delivery holds."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from itertools import groupby
from typing import Final
from zoneinfo import ZoneInfo

from contract.moments import format_duration
from contract.words import IncidentStatus, NotificationKind
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
from handlers.notifications.situation import Notice, Notification
from handlers.notifications.wording import (
    RANKS,
    count_files,
    count_kind,
    find_help,
    find_link,
    find_style,
    find_url,
    list_facts,
    write_digest_subject,
    write_lead,
    write_notes,
    write_place,
    write_subject,
    write_title,
)
from store.incidents import Incident

WITH_FILES: Final = frozenset(
    {
        NotificationKind.NEW,
        NotificationKind.ESCALATED,
        NotificationKind.WORSE,
        NotificationKind.STILL_OPEN,
        NotificationKind.REOPENED,
        NotificationKind.STILL_STUCK,
        NotificationKind.UNKNOWN,
        NotificationKind.NOT_REPORTED,
    }
)
"""Kinds that list files: some are stuck, or may be. Ends list none."""
GONE: Final = "The names of the files are gone: the report that had them is no longer kept."
_SHOWN_UNKNOWN: Final = 20
"""Folders that the notice of a silent server names as unknown."""
_SHOWN_UNKNOWN_IN_DIGEST: Final = 10
_LISTED_WIDTH: Final = 100
"""Characters that are shown of a name in a list of places."""
_FILE_WIDTH: Final = 120
_FOLDER_WIDTH: Final = 80
"""The same of a file, and of its folder beside it."""
_FIRST_TRIED: Final = 8
"""Notices that are tried first: more than most notifications have."""
_EARLIEST, _LATEST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)


def write_what_fits(
    notification: Notification, context: RenderContext, fits: Callable[[Document], bool]
) -> tuple[Notification, Document]:
    """The part of a notification that one delivery holds, the worst notices first, and its document.

    One notice always fits: what it lists is cut to that.

    Args:
        notification: with at least one notice.
        context: what else it is written with.
        fits: whether the medium takes a document.
    """
    notices = sort_notices(notification.notices)

    def write(number: int) -> tuple[Notification, Document]:
        part = replace(notification, notices=notices[:number])
        return part, write_document(part, context, following=len(notices) - number)

    # Doubled until it is too much, for the whole of a storm is long. `low` fits, `high` does not.
    low, high, number = 0, len(notices) + 1, min(_FIRST_TRIED, len(notices))
    while low + 1 < high:
        if number == 1 or fits(write(number)[1]):
            low = number
        else:
            high = number
        number = min(2 * low, len(notices)) if high > len(notices) else (low + high) // 2
    return write(low)


def sort_notices(notices: Iterable[Notice]) -> tuple[Notice, ...]:
    """Notices by their importance: by kind, then the longest in breach first."""

    def rank(notice: Notice) -> tuple[int, datetime, str]:
        since = notice.incident.breached_since if notice.incident else _EARLIEST
        return RANKS[notice.kind], since, notice.subject

    return tuple(sorted(notices, key=rank))


def write_document(notification: Notification, context: RenderContext, following: int = 0) -> Document:
    """A notification in words."""
    recipient, notices = notification.recipient, sort_notices(notification.notices)
    zone = recipient.owner.zone_info
    first = notices[0]
    document = Document(
        subject=write_subject(first, context.now, zone),
        tone=find_style(first).tone,
        sign=find_style(first).sign,
        headline=write_title(first, context.now, zone).headline,
        link=find_link(notices, context.dashboard_url),
        notes=write_notes(notices, recipient, following),
        help=find_help(context.docs_url),
    )
    if len(notices) == 1:
        return replace(
            document,
            place=write_place(first),
            lead=say(write_lead(first, recipient.after, zone)),
            facts=list_facts(first, context.now, zone),
            sections=_list_unknown(first),
            files=_list_files(first, context, zone),
            thread=first.subject,
        )
    by_kind = [(kind, list(same)) for kind, same in groupby(notices, key=lambda notice: notice.kind)]
    counts = [count_kind(kind, len(same)) for kind, same in by_kind]
    counts[0] = _capitalize(counts[0])
    # The worst place; or any, where all notices are of one kind.
    bad = document.tone is Tone.BAD
    named = first if first.incident is not None and (bad or len(counts) == 1) else None
    return replace(
        document,
        subject=write_digest_subject(counts, "; worst " if bad else ", among them ", named),
        headline=", ".join(counts),
        lead=say(f"{len(notices):,} notifications in one. Times in {zone.key}."),
        sections=tuple(
            ListSection(title=_capitalize(count), items=_list_notices(same, context, zone))
            for count, (_, same) in zip(counts, by_kind, strict=True)
        ),
        files=_list_first_files(notices, context, zone),
    )


def _capitalize(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}"


def _list_unknown(notice: Notice) -> tuple[ListSection, ...]:
    """The folders that are unknown because of a silent server."""
    if not notice.unknown:
        return ()
    shown = sorted(notice.unknown, key=lambda incident: incident.breached_since)[:_SHOWN_UNKNOWN]
    items = tuple(
        ListItem(
            sign="?",
            place=name(incident.folder, _LISTED_WIDTH),
            said=say(f"{count_files(incident.file_count)} when last seen"),
        )
        for incident in shown
    )
    return (ListSection(title="Unknown because of this", items=items, more=len(notice.unknown) - len(shown)),)


def _list_notices(notices: Sequence[Notice], context: RenderContext, zone: ZoneInfo) -> tuple[ListItem, ...]:
    return tuple(
        ListItem(
            sign=find_style(notice).sign,
            place=write_place(notice, _LISTED_WIDTH),
            said=_write_briefly(notice, context, zone),
            url=find_url(notice, context.dashboard_url),
        )
        for notice in notices
    )


def _write_briefly(notice: Notice, context: RenderContext, zone: ZoneInfo) -> Phrase:
    """One notice of a digest."""
    said, incident = write_title(notice, context.now, zone).headline, notice.incident
    if incident is None:
        if notice.folder is not None and notice.folder.error:
            return (*say(f"{said}: "), *name(notice.folder.error, _LISTED_WIDTH))
        return (*say(said), *_name_unknown(notice.unknown))
    if incident.live:
        said += f", in breach since {format_short(incident.breached_since, zone)}"
        if incident.acknowledged_by and incident.acknowledged(context.now):
            return (*say(f"{said}, acknowledged by "), *name(incident.acknowledged_by, _LISTED_WIDTH))
    elif incident.ended_at is not None:
        said += f", on {format_short(incident.ended_at, zone)}"
    return say(said)


def _name_unknown(unknown: Sequence[Incident]) -> Phrase:
    named: Phrase = ()
    for incident in unknown[:_SHOWN_UNKNOWN_IN_DIGEST]:
        named += (*say(", " if named else ": "), *name(incident.folder, _LISTED_WIDTH))
    more = len(unknown) - _SHOWN_UNKNOWN_IN_DIGEST
    return (*named, *say(f" and {more:,} more")) if more > 0 else named


def _list_files(notice: Notice, context: RenderContext, zone: ZoneInfo) -> Files | None:
    """The oldest files of an incident; None where a notice lists none, or they were not looked up."""
    incident = notice.incident
    if incident is None or notice.kind not in WITH_FILES or incident.incident_id not in context.files:
        return None
    known = sorted(context.files[incident.incident_id], key=_rank_file)[:SHOWN_FILES]
    if not known:
        return Files(title=GONE, rows=(), more=0)
    when = "" if incident.status is IncidentStatus.OPEN else " when last seen"
    rows = tuple(
        FileRow(name=name(file.name, _FILE_WIDTH), said=_write_age(file, context.now, zone, incident))
        for file in known
    )
    return Files(title=f"Oldest files{when}", rows=rows, more=max(incident.file_count - len(rows), 0))


def _list_first_files(notices: Iterable[Notice], context: RenderContext, zone: ZoneInfo) -> Files | None:
    """The oldest files of all that is stuck, each with its folder; None where nothing is."""
    named = (notice.incident for notice in notices if notice.kind in WITH_FILES)
    stuck = [one for one in named if one is not None and one.status is IncidentStatus.OPEN]
    known = [(file, incident) for incident in stuck for file in context.files.get(incident.incident_id, ())]
    known.sort(key=lambda one: _rank_file(one[0]))
    rows = tuple(
        FileRow(
            name=name(file.name, _FILE_WIDTH),
            said=(
                *_write_age(file, context.now, zone, incident),
                *say(", in "),
                *name(incident.folder, _FOLDER_WIDTH),
            ),
        )
        for file, incident in known[:SHOWN_FILES]
    )
    more = max(sum(incident.file_count for incident in stuck) - len(rows), 0)
    return Files(title="Oldest files", rows=rows, more=more) if rows else None


def _write_age(file: NamedFile, now: datetime, zone: ZoneInfo, incident: Incident) -> Phrase:
    if file.created is None:
        return say("age unknown")
    created = f"created {format_short(file.created, zone)}"
    if incident.status is not IncidentStatus.OPEN:
        return say(created)
    # By a clock that is ahead, a file may be younger than nothing.
    age = max(now - file.created, now - now)
    return say(f"{format_duration(age)} old, {created}")


def _rank_file(file: NamedFile) -> tuple[datetime, str]:
    """The oldest first, those of unknown age last."""
    return (file.created or _LATEST, file.name)
