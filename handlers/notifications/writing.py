"""Writing the document of a notification: its files and lists, and how much of it a medium takes."""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import Final
from zoneinfo import ZoneInfo

from contract.moments import format_duration
from contract.owners.matching import find_owner
from contract.owners.model import Owners
from contract.words import ENDS, IncidentStatus, NotificationKind
from handlers.notifications.document import (
    SHOWN_FILES,
    Document,
    Fact,
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
from handlers.notifications.rules import OVER
from handlers.notifications.situation import Notice, Notification, Storm, notice_key
from handlers.notifications.wording import (
    RANKS,
    count_files,
    count_kind,
    find_help,
    find_link,
    find_style,
    find_url,
    list_facts,
    name_place,
    name_server,
    write_digest_subject,
    write_first_line,
    write_lead,
    write_notes,
    write_place,
    write_subject,
    write_title,
)
from store.incidents import Incident
from store.notifications import Recipient

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
MOST_LISTED: Final = 15
"""Places that a digest names; the others are counted, and behind its link."""
_FIRST_PLACES: Final = 3
_FIRST_WIDTH: Final = 40
"""Places of a digest's first line, and characters of each name in it."""
_LATEST: Final = datetime.max.replace(tzinfo=UTC)


def write_what_fits(
    notification: Notification, context: RenderContext, fits: Callable[[Document], bool]
) -> Document:
    """The document of a notification, with as many places of a digest as the medium takes.

    Args:
        notification: with at least one notice.
        context: what else it is written with.
        fits: whether the medium takes a document. One that lists a single place always fits.
    """
    listed = MOST_LISTED
    while not fits(document := write_document(notification, context, listed)) and listed > 1:
        listed -= 2
    return document


def write_document(notification: Notification, context: RenderContext, listed: int = MOST_LISTED) -> Document:
    """A notification in words, with at most so many of the places of a digest."""
    # Within a kind the plan has them in turns of senders.
    recipient = notification.recipient
    notices = sorted(
        (_tell_apart(notice, context.shared) for notice in notification.notices),
        key=lambda notice: RANKS[notice.kind],
    )
    zone = recipient.owner.zone_info
    first = notices[0]
    document = Document(
        subject="",
        first_line=(),
        at=context.now,
        tone=find_style(first).tone,
        sign=find_style(first).sign,
        headline=write_title(first, context.now, zone).headline,
        link=find_link(notices, recipient.owner.name, context.dashboard_url),
        notes=write_notes(notices, recipient),
        help=find_help(context.docs_url),
    )
    if len(notices) == 1:
        files = _list_files(first, context, zone)
        oldest = files.rows[0].name if files and files.rows else ()
        return replace(
            document,
            subject=write_subject(first, context.now, zone),
            first_line=write_first_line(first, oldest, context.now, zone),
            place=write_place(first),
            lead=say(write_lead(first, recipient.after, zone)),
            facts=(*_find_instructions(first, context.owners), *list_facts(first, context.now, zone)),
            sections=_list_unknown(first),
            files=files,
            thread=first.subject,
            about=first,
            key=notice_key(first),
            event_id=notification.event_id,
            server=name_place(first)[0],
            folder=name_place(first)[1],
        )
    by_kind = [(kind, list(same)) for kind, same in groupby(notices, key=lambda notice: notice.kind)]
    counts = [count_kind(kind, len(same)) for kind, same in by_kind]
    titles = [_capitalize(count) for count in counts]
    counts = _count_all(notification.storm, by_kind, counts)
    worst = _find_worst(notices, context.now)
    wait = worst and worst.incident and worst.incident.wait(context.now)
    longest = f", oldest {format_duration(wait)}" if wait else ""
    # Where nothing is stuck, any place: but not of a storm, whose number says more.
    some = first if first.incident is not None and len(counts) == 1 and notification.storm is None else None
    joint = f"{longest}, worst " if worst else ", among them " if some else ""
    sections, room = [], listed
    for title, (_, same), following in zip(titles, by_kind, reversed(range(len(by_kind))), strict=True):
        # Each kind has a line at least, while there is room.
        shown = same[: min(room, max(room - following, 1))]
        room -= len(shown)
        items = _list_notices(shown, context, zone)
        sections.append(ListSection(title=title, items=items, more=len(same) - len(shown)))
    return replace(
        document,
        subject=write_digest_subject(counts, joint, worst or some),
        first_line=tuple(
            span
            for index, one in enumerate(notices[:_FIRST_PLACES])
            for span in (*say(", " if index else ""), *write_place(one, _FIRST_WIDTH))
        ),
        headline=", ".join(counts) + longest,
        place=(*say("Worst: "), *write_place(worst, _LISTED_WIDTH)) if worst else (),
        lead=say(f"{len(notices):,} notifications in one. Times in {zone.key}."),
        sections=tuple(sections),
        files=_list_first_files(notices, context, zone),
    )


def write_test(recipient: Recipient, context: RenderContext) -> Document:
    """A notification that says that it is a test."""
    owner = recipient.owner.name
    return Document(
        subject=f"TEST: a notification for {owner}",
        first_line=say("Somebody tries this channel. Nothing is stuck, and nothing is to be done."),
        tone=Tone.GOOD,
        sign="✓",
        headline="This is a test",
        lead=say("Somebody tries this channel. Nothing is stuck, and nothing is to be done."),
        link=find_link((), owner, context.dashboard_url),
        help=find_help(context.docs_url),
        at=context.now,
        key=f"test#{owner}",
        event_id=f"test-{context.now:%Y%m%d%H%M%S%f}",
    )


def _tell_apart(notice: Notice, shared: Collection[str]) -> Notice:
    of = notice.incident.sender_name if notice.incident else notice.sender.name if notice.sender else ""
    return replace(notice, with_account=name_server(of).casefold() in shared)


def _find_instructions(notice: Notice, owners: Owners | None) -> Iterator[Fact]:
    """What the rule says by which the folder belongs to its owner."""
    if owners is not None and notice.incident is not None and notice.kind not in OVER:
        rule = find_owner(owners, notice.incident.folder, notice.incident.sender_name).rule
        if rule is not None and rule.instructions:
            yield Fact(label="What to do", value=say(rule.instructions))


def _find_worst(notices: Iterable[Notice], now: datetime) -> Notice | None:
    """The one whose oldest file has waited longest; None where nothing is known to be stuck."""

    def wait(notice: Notice) -> timedelta:
        known = notice.incident.wait(now) if notice.incident else None
        return known or timedelta()

    stuck = [
        notice for notice in notices if find_style(notice).tone is Tone.BAD and notice.incident is not None
    ]
    return max(stuck, key=wait, default=None)


def _count_all(
    storm: Storm | None, by_kind: Sequence[tuple[NotificationKind, list[Notice]]], counts: Sequence[str]
) -> list[str]:
    """The counts of a digest, the first of them of the whole storm that it is a part of."""
    found = list(counts)
    kinds = [kind for kind, _ in by_kind]
    if storm is not None and storm.over and all(kind in ENDS for kind in kinds):
        how = count_kind(storm.how, 2).partition(" ")[2] if storm.how else "over"
        left = storm.total - storm.over
        found = [f"All {storm.total:,} {how}"]
        if left:
            found = [f"{storm.over:,} of {storm.total:,} {how}; {left:,} remain{'s' if left == 1 else ''}"]
    elif storm is not None and kinds[0] is NotificationKind.NEW:
        stuck = count_kind(NotificationKind.NEW, storm.total - storm.over)
        found[0] = f"{stuck}, {len(by_kind[0][1]):,} of them new"
    return [_capitalize(found[0]), *found[1:]]


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
