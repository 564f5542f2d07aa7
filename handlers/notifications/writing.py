"""Writing the document of a notification: its files and lists, and how much of it a medium takes."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import groupby
from typing import Final
from zoneinfo import ZoneInfo

from contract.moments import format_duration
from contract.owners.matching import find_owner
from contract.owners.model import Owners
from contract.words import ENDS, OVER, IncidentStatus, NotificationKind, account_of
from handlers.notifications import wording
from handlers.notifications.document import (
    Document,
    ListItem,
    ListSection,
    Phrase,
    RenderContext,
    Tone,
    format_clock,
    format_short,
    name,
    say,
)
from handlers.notifications.plan import Notification, Storm
from handlers.notifications.rules import Notice
from handlers.notifications.situation import SHOWN_FILES, NamedFile
from store.incidents import Incident
from store.notifications import Recipient
from store.senders import Sender

WITH_FILES: Final = frozenset(
    {NotificationKind.UNKNOWN, NotificationKind.NOT_REPORTED}
    | {kind for kind, words in wording.WORDS.items() if words.tone is Tone.BAD}
)
"""Kinds that list files: some are stuck, or may be. Ends list none."""
GONE: Final = "The names of the files are gone: the report that had them is no longer kept."
_SHOWN_UNKNOWN: Final = 20
"""Folders that the notice of a silent server names as unknown."""
_SHOWN_UNKNOWN_IN_DIGEST: Final = 10
LISTED_WIDTH: Final = 100
"""Characters that are shown of a name in a list of places."""
_FILE_WIDTH: Final = 120
_FOLDER_WIDTH: Final = 80
"""The same of a file, and of its folder beside it."""
MOST_LISTED: Final = 15
"""Places that a digest names; the others are counted, and behind its link."""
_FIRST_PLACES: Final = 3
_FIRST_WIDTH: Final = 40
"""Places of a digest's first line, and characters of each name in it."""


def write_what_fits(
    notification: Notification, context: RenderContext, fits: Callable[[Document], bool]
) -> Document:
    """The document of a notification, with as many places of a digest as the medium takes.

    One that lists a single place always fits.
    """
    listed = MOST_LISTED
    while not fits(document := write_document(notification, context, listed)) and listed > 1:
        listed -= 2
    return document


def write_document(notification: Notification, context: RenderContext, listed: int = MOST_LISTED) -> Document:
    """A notification in words, with at most so many of the places of a digest."""
    recipient = notification.recipient
    # As the plan has them: the worst kinds first, and within a kind in turns of senders.
    notices = [_tell_apart(notice, context.shared) for notice in notification.notices]
    now, zone, first = context.now, recipient.owner.zone_info, notices[0]
    document = Document(
        subject="",
        first_line=(),
        at=now,
        tone=wording.WORDS[first.kind].tone,
        sign=wording.WORDS[first.kind].sign,
        headline=wording.write_headline(first, now, zone),
        links=wording.find_links(notices, recipient.owner.name, context.dashboard_url),
        notes=wording.write_notes(notices, recipient),
        help=wording.find_help(context.docs_url),
    )
    if len(notices) > 1:
        return _write_digest(document, notices, notification.storm, context, zone, listed)
    files = _list_files(first, context, zone)
    oldest = files.items[0].name if files and files.items else ()
    what_to_do = _find_instructions(first, context.owners)
    return replace(
        document,
        subject=wording.write_subject(first, now, zone),
        first_line=wording.write_first_line(first, now, zone, what_to_do, oldest),
        place=wording.write_place(first),
        lead=say(wording.write_lead(first, recipient.after, zone)),
        facts=({"What to do": say(what_to_do)} if what_to_do else {}) | wording.list_facts(first, now, zone),
        sections=(*_list_unknown(first), *([files] if files else ())),
        about=first,
        key=first.key,
    )


def _write_digest(
    document: Document,
    notices: Sequence[Notice],
    storm: Storm | None,
    context: RenderContext,
    zone: ZoneInfo,
    listed: int,
) -> Document:
    by_kind = [(kind, list(same)) for kind, same in groupby(notices, key=lambda notice: notice.kind)]
    counts = [wording.count_kind(kind, len(same)) for kind, same in by_kind]
    sections, room = [], listed
    for place, (title, (_, same)) in enumerate(zip(counts, by_kind, strict=True), 1):
        # Each kind has a line at least, while there is room.
        shown = same[: min(room, max(room - len(by_kind) + place, 1))]
        room -= len(shown)
        items = tuple(_write_item(notice, context, zone) for notice in shown)
        sections.append(ListSection(title=_capitalize(title), items=items, more=len(same) - len(shown)))
    counts = _count_all(storm, by_kind, counts)
    worst = _find_worst(notices, context.now)
    wait = worst and worst.incident and worst.incident.wait(context.now)
    longest = f", oldest {format_duration(wait)}" if wait else ""
    # Where nothing is stuck, any place: but not of a storm, whose number says more.
    some = notices[0] if notices[0].incident and len(counts) == 1 and storm is None else None
    joint = f"{longest}, worst " if worst else ", among them " if some else ""
    subject, rest = wording.write_digest_subject(counts, joint, worst or some), ", ".join(counts[1:])
    others = [one for one in notices if one is not worst and one is not some]
    said = _write_digest_line(others, worst, storm, context.now, zone)
    return replace(
        document,
        subject=subject,
        first_line=said if rest in subject else (*say(f"{_capitalize(rest)}. "), *said),
        headline=", ".join(counts) + longest,
        place=(*say("Worst: "), *wording.write_place(worst, LISTED_WIDTH)) if worst else (),
        lead=say(f"{len(notices):,} notifications in one. Times in {zone.key}."),
        sections=(*sections, *_list_first_files(notices, context, zone)),
    )


def _write_digest_line(
    others: Sequence[Notice], worst: Notice | None, storm: Storm | None, now: datetime, zone: ZoneInfo
) -> Phrase:
    """Since when and on how many servers files are stuck, who is on it, and the first of the other places."""
    said, left = "Also", storm.remaining if storm else ()
    places = wording.join(wording.write_place(one, _FIRST_WIDTH) for one in others[:_FIRST_PLACES])
    if stuck := [
        one.incident for one in (worst, *others) if worst and one and one.incident and _is_stuck(one)
    ]:
        since = format_clock(min(one.breached_since for one in stuck), now, zone)
        servers, held = len({one.sender for one in stuck}), sum(one.acknowledged(now) for one in stuck)
        said = f"Since {since} on {servers:,} server{'' if servers == 1 else 's'}, "
        said += f"{f'{held:,}' if held else 'none'} acknowledged"
    elif left:
        said, places = "Remaining", wording.name_folders(left, _FIRST_PLACES, _FIRST_WIDTH)
    return (*say(f"{said}: "), *places) if places else say(said)


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
        links=wording.find_links((), owner, context.dashboard_url),
        help=wording.find_help(context.docs_url),
        at=context.now,
        key=f"test#{owner}",
    )


def list_shared_names(senders: Iterable[Sender]) -> frozenset[str]:
    """The names, without case, that servers of several accounts have: one must not pass for another's."""
    accounts = defaultdict[str, set[str]](set)
    for one in senders:
        accounts[wording.name_server(one.name).casefold()].add(account_of(one.key))
    return frozenset(name for name, of in accounts.items() if len(of) > 1)


def _tell_apart(notice: Notice, shared: Collection[str]) -> Notice:
    of = notice.incident.sender_name if notice.incident else notice.sender.name if notice.sender else ""
    return replace(notice, with_account=wording.name_server(of).casefold() in shared)


def _find_instructions(notice: Notice, owners: Owners | None) -> str:
    """What the rule says by which the folder belongs to its owner."""
    if owners is None or notice.incident is None or notice.kind in OVER:
        return ""
    rule = find_owner(owners, notice.incident.folder, notice.incident.sender_name).rule
    return rule.instructions if rule else ""


def _is_stuck(notice: Notice) -> bool:
    return wording.WORDS[notice.kind].tone is Tone.BAD


def _find_worst(notices: Iterable[Notice], now: datetime) -> Notice | None:
    """The one whose oldest file has waited longest; None where nothing is known to be stuck."""
    stuck = [(one, one.incident) for one in notices if one.incident and _is_stuck(one)]
    worst = max(stuck, key=lambda of: of[1].wait(now) or timedelta(), default=None)
    return worst and worst[0]


def _count_all(
    storm: Storm | None, by_kind: Sequence[tuple[NotificationKind, list[Notice]]], counts: Sequence[str]
) -> list[str]:
    """The counts of a digest, the first of them of the whole storm that it is a part of."""
    found = list(counts)
    kinds = [kind for kind, _ in by_kind]
    if storm is not None and storm.over and all(kind in ENDS for kind in kinds):
        how = wording.count_kind(storm.how, 2).partition(" ")[2] if storm.how else "over"
        left = storm.total - storm.over
        found = [f"All {storm.total:,} {how}"]
        if left:
            found = [f"{storm.over:,} of {storm.total:,} {how}; {left:,} remain{'s' if left == 1 else ''}"]
    elif storm is not None and kinds[0] is NotificationKind.NEW:
        stuck = wording.count_kind(NotificationKind.NEW, storm.total - storm.over)
        found[0] = f"{stuck}, {len(by_kind[0][1]):,} of them new"
    return [_capitalize(found[0]), *found[1:]]


def _capitalize(text: str) -> str:
    return text[:1].upper() + text[1:]


def _list_unknown(notice: Notice) -> Iterator[ListSection]:
    """The folders that are unknown because of a silent server."""
    shown = sorted(notice.unknown, key=lambda incident: incident.breached_since)[:_SHOWN_UNKNOWN]
    items = tuple(
        ListItem(
            sign="?",
            name=name(incident.folder, LISTED_WIDTH),
            said=say(f"{wording.count_files(incident.file_count)} when last seen"),
        )
        for incident in shown
    )
    if items:
        more = len(notice.unknown) - len(items)
        yield ListSection(title="Unknown because of this", items=items, more=more)


def _write_item(notice: Notice, context: RenderContext, zone: ZoneInfo) -> ListItem:
    """One notice of a digest."""
    said, incident = wording.write_headline(notice, context.now, zone), notice.incident
    names = wording.name_folders(notice.unknown, _SHOWN_UNKNOWN_IN_DIGEST, LISTED_WIDTH)
    if names:
        said += ": "
    elif notice.folder is not None and notice.folder.error:
        said, names = f"{said}: ", name(notice.folder.error, LISTED_WIDTH)
    elif incident is not None and incident.live:
        said += f", in breach since {format_short(incident.breached_since, zone)}"
        if incident.acknowledged_by and incident.acknowledged(context.now):
            said, names = f"{said}, acknowledged by ", name(incident.acknowledged_by, LISTED_WIDTH)
    elif incident is not None and incident.ended_at is not None:
        said += f", on {format_short(incident.ended_at, zone)}"
    return ListItem(
        sign=wording.WORDS[notice.kind].sign,
        name=wording.write_place(notice, LISTED_WIDTH),
        said=(*say(said), *names),
        url=wording.find_url(notice, context.dashboard_url),
    )


def _list_files(notice: Notice, context: RenderContext, zone: ZoneInfo) -> ListSection | None:
    """The oldest files of an incident; None where a notice lists none, or they were not looked up."""
    incident = notice.incident
    if incident is None or notice.kind not in WITH_FILES or incident.incident_id not in context.files:
        return None
    if not (known := context.files[incident.incident_id]):
        return ListSection(title=GONE, files=True)
    when = "" if incident.status is IncidentStatus.OPEN else " when last seen"
    items = tuple(_write_file(file, context.now, zone, incident) for file in known)
    more = max(incident.file_count - len(items), 0)
    return ListSection(title=f"Oldest files{when}", items=items, more=more, files=True)


def _list_first_files(
    notices: Iterable[Notice], context: RenderContext, zone: ZoneInfo
) -> Iterator[ListSection]:
    """The oldest files of all that is stuck, each with its folder."""
    named = (notice.incident for notice in notices if notice.kind in WITH_FILES)
    stuck = [one for one in named if one is not None and one.status is IncidentStatus.OPEN]
    known = [(file, incident) for incident in stuck for file in context.files.get(incident.incident_id, ())]
    known.sort(key=lambda one: one[0].rank)
    items = []
    for file, incident in known[:SHOWN_FILES]:
        item = _write_file(file, context.now, zone, incident)
        items.append(replace(item, said=(*item.said, *say(", in "), *name(incident.folder, _FOLDER_WIDTH))))
    if items:
        more = max(sum(incident.file_count for incident in stuck) - len(items), 0)
        yield ListSection(title="Oldest files", items=tuple(items), more=more, files=True)


def _write_file(file: NamedFile, now: datetime, zone: ZoneInfo, incident: Incident) -> ListItem:
    said = "age unknown"
    if file.created is not None:
        said = f"created {format_short(file.created, zone)}"
        if incident.status is IncidentStatus.OPEN:
            # By a clock that is ahead, a file may be younger than nothing.
            age = max(now - file.created, timedelta())
            said = f"{format_duration(age)} old, {said}"
    return ListItem(name=name(file.name, _FILE_WIDTH), said=say(said))
