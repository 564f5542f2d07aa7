"""Which files a message lists, and what it says of each."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Final
from zoneinfo import ZoneInfo

from contract.moments import format_duration
from contract.words import IncidentStatus, MessageKind
from handlers.messages.message import Line
from handlers.messages.rendering.context import SHOWN_FILES, Context, StuckFile
from handlers.messages.rendering.document import FileRow, Files, Phrase, name, say
from handlers.messages.rendering.times import format_short
from handlers.messages.situation import Incident

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


def list_files(line: Line, context: Context, zone: ZoneInfo) -> Files | None:
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


def list_first_files(lines: Iterable[Line], context: Context, zone: ZoneInfo) -> Files | None:
    """The worst files of all that is stuck, each with its folder; None where nothing is."""
    named = (line.incident for line in lines if line.kind in WITH_FILES)
    stuck = [one for one in named if one is not None and one.status is IncidentStatus.OPEN]
    known = [(file, incident) for incident in stuck for file in context.files.get(incident.incident_id, ())]
    known.sort(key=lambda one: _rank(one[0]))
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


def _write_row(file: StuckFile, now: datetime, zone: ZoneInfo, incident: Incident) -> FileRow:
    return FileRow(name=name(file.name, _NAME_WIDTH), said=_write_wait(file, now, zone, incident))


def _write_wait(file: StuckFile, now: datetime, zone: ZoneInfo, incident: Incident) -> Phrase:
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


def _sort(files: Iterable[StuckFile]) -> Sequence[StuckFile]:
    return sorted(files, key=_rank)


def _rank(file: StuckFile) -> tuple[datetime, str]:
    """The oldest first, those of unknown age last."""
    return (file.created or _LATEST, file.name)
