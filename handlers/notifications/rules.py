"""What there is to say of an incident, by what was said of it last and by what is so now.

| said      | open              | unseen  | noticed | quiet | cleared | lapsed | closed |
|-----------|-------------------|---------|---------|-------|---------|--------|--------|
| nothing   | begin             | unknown |         |       |         |        |        |
| begun     | worse or reminder | unknown |         | quiet | cleared | lapsed | closed |
| unknown   | reminder          |         |         | quiet | cleared | lapsed | closed |
| quiet     | stuck_all_along   |         |         |       | cleared |        |        |
| cleared   | reopened          | unknown |         |       |         |        |        |
| ended     | stuck_all_along   | unknown |         |       |         |        |        |
| lost      | reminder, later   | unknown |         |       |         |        |        |

What lapsed, was closed or went quiet and is open again was so all along: only a file that is still stuck
proves that it is the same incident (`handlers/incidents`). What was cleared and comes back within its
patience may have been well.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum, unique
from typing import Final

from contract.owners.model import Topic
from contract.words import ENDS, IncidentStatus, MessageKind, UnknownReason
from handlers.notifications.situation import Incident, Notice, Recipient, Situation
from store.notifications import (
    INCIDENT_PREFIX,
    LastSaid,
    PendingNotice,
    RecipientState,
    SubjectState,
    incident_key,
    list_entries,
    unreadable_key,
)


@unique
class IncidentPhase(StrEnum):
    """How an incident is, as far as it matters what to say."""

    OPEN = "open"
    UNSEEN = "unseen"
    """Unknown, and nothing else tells the recipient so."""
    NOTICED = "noticed"
    """Unknown, and the notice of its silent sender or of its unreadable folder says so."""
    QUIET = "quiet"
    CLEARED = "cleared"
    LAPSED = "lapsed"
    CLOSED = "closed"


SAY: Final[Mapping[tuple[LastSaid, IncidentPhase], MessageKind]] = {
    (LastSaid.NOTHING, IncidentPhase.OPEN): MessageKind.BEGIN,
    (LastSaid.NOTHING, IncidentPhase.UNSEEN): MessageKind.UNKNOWN,
    # (BEGUN, OPEN) and (LOST, OPEN) hang on numbers and times: see `incidents`.
    (LastSaid.BEGUN, IncidentPhase.UNSEEN): MessageKind.UNKNOWN,
    (LastSaid.BEGUN, IncidentPhase.QUIET): MessageKind.QUIET,
    (LastSaid.BEGUN, IncidentPhase.CLEARED): MessageKind.CLEARED,
    (LastSaid.BEGUN, IncidentPhase.LAPSED): MessageKind.LAPSED,
    (LastSaid.BEGUN, IncidentPhase.CLOSED): MessageKind.CLOSED,
    (LastSaid.UNKNOWN, IncidentPhase.OPEN): MessageKind.REMINDER,
    (LastSaid.UNKNOWN, IncidentPhase.QUIET): MessageKind.QUIET,
    (LastSaid.UNKNOWN, IncidentPhase.CLEARED): MessageKind.CLEARED,
    (LastSaid.UNKNOWN, IncidentPhase.LAPSED): MessageKind.LAPSED,
    (LastSaid.UNKNOWN, IncidentPhase.CLOSED): MessageKind.CLOSED,
    (LastSaid.QUIET, IncidentPhase.OPEN): MessageKind.STUCK_ALL_ALONG,
    (LastSaid.QUIET, IncidentPhase.CLEARED): MessageKind.CLEARED,
    (LastSaid.CLEARED, IncidentPhase.OPEN): MessageKind.REOPENED,
    (LastSaid.CLEARED, IncidentPhase.UNSEEN): MessageKind.UNKNOWN,
    (LastSaid.ENDED, IncidentPhase.OPEN): MessageKind.STUCK_ALL_ALONG,
    (LastSaid.ENDED, IncidentPhase.UNSEEN): MessageKind.UNKNOWN,
    (LastSaid.LOST, IncidentPhase.UNSEEN): MessageKind.UNKNOWN,
}
"""What is not in it is not worth a word."""

BELIEVED: Final[Mapping[MessageKind, LastSaid | None]] = {
    MessageKind.BEGIN: LastSaid.BEGUN,
    MessageKind.ESCALATED: LastSaid.BEGUN,
    MessageKind.WORSE: LastSaid.BEGUN,
    MessageKind.REMINDER: LastSaid.BEGUN,
    MessageKind.REOPENED: LastSaid.BEGUN,
    MessageKind.STUCK_ALL_ALONG: LastSaid.BEGUN,
    MessageKind.UNKNOWN: LastSaid.UNKNOWN,
    MessageKind.QUIET: LastSaid.QUIET,
    MessageKind.CLEARED: LastSaid.CLEARED,
    MessageKind.LAPSED: LastSaid.ENDED,
    MessageKind.CLOSED: LastSaid.ENDED,
    MessageKind.SILENT: LastSaid.BEGUN,
    MessageKind.SPEAKS: None,
    MessageKind.UNREADABLE: LastSaid.BEGUN,
    MessageKind.READABLE: None,
}
"""What a recipient believes once it was said; None where there is nothing left to know."""

BEGINNINGS: Final = frozenset(
    {
        MessageKind.BEGIN,
        MessageKind.ESCALATED,
        MessageKind.REOPENED,
        MessageKind.STUCK_ALL_ALONG,
        MessageKind.SILENT,
        MessageKind.UNREADABLE,
    }
)
"""What is said within minutes; all else may wait for half an hour."""
OVER: Final = frozenset({LastSaid.CLEARED, LastSaid.ENDED})
"""What was said to be over, and need not be looked at until it is open again."""

_ENDED: Final = {
    IncidentStatus.CLEARED: IncidentPhase.CLEARED,
    IncidentStatus.LAPSED: IncidentPhase.LAPSED,
    IncidentStatus.CLOSED: IncidentPhase.CLOSED,
}


def phase_of(incident: Incident, *, unreadable_noticed: bool) -> IncidentPhase:
    """How an incident is.

    Args:
        incident: the incident.
        unreadable_noticed: whether the recipient is told by a notice of folders that cannot be read.
    """
    if incident.status is IncidentStatus.OPEN:
        return IncidentPhase.OPEN
    if incident.status is not IncidentStatus.UNKNOWN:
        return _ENDED[incident.status]
    match incident.reason:
        case UnknownReason.QUIET:
            return IncidentPhase.QUIET
        case UnknownReason.SILENT:
            return IncidentPhase.NOTICED
        case UnknownReason.UNREADABLE if unreadable_noticed:
            return IncidentPhase.NOTICED
        case _:
            return IncidentPhase.UNSEEN


def notice_key(line: Notice) -> str:
    """The key of the entry that a line is of."""
    if line.folder is not None and line.sender is not None:
        return unreadable_key(line.sender.key, line.folder.folder)
    return line.subject


SETTLED: Final = timedelta(minutes=2)
"""How long something has to be so before it is said: what ends sooner says nothing. Ends need not wait."""
BEGINNING_GAP: Final = timedelta(minutes=5)
"""After a message, the next beginning waits this long for others ..."""
BEGINNING_AT_MOST: Final = timedelta(minutes=1)
"""... but no longer than this once it is settled: three minutes in all."""
CHANGE_GAP: Final = timedelta(minutes=30)
"""The same for changes and ends ..."""
CHANGE_AT_MOST: Final = timedelta(minutes=30)
"""... which wait no longer than this since they were noticed."""

FIRST_REMINDER: Final = timedelta(hours=4)
NEXT_REMINDER: Final = timedelta(hours=24)

WORSE_TIMES: Final = 2
"""So many times the files, or the oldest one's wait, of what was said last, is worse ..."""
WORSE_GAP: Final = timedelta(hours=2)
"""... once so much time has passed since: behind a dead process every queue doubles, and doubles again."""
MUCH_WORSE_TIMES: Final = 10
"""So many times the files are told sooner."""

DIGEST_FROM: Final = 5
"""So many lines at once are one message."""

RETRIES: Final = tuple(timedelta(minutes=minutes) for minutes in (1, 2, 5, 15, 30, 60))
"""Waits after the first, the second, ... failure; the last one from then on."""
DEAD_AFTER: Final = timedelta(hours=6)
"""A message that still fails so long after its first failure is given up."""

OVER_KEPT: Final = timedelta(days=8)
"""How long it is known that an end was told, so that what reopens is called so: no proof is older than
seven days (`handlers/incidents/rules.py`)."""


TOPICS: Final[Mapping[MessageKind, Topic]] = {
    MessageKind.BEGIN: Topic.BEGIN,
    MessageKind.ESCALATED: Topic.BEGIN,
    MessageKind.WORSE: Topic.WORSE,
    MessageKind.REMINDER: Topic.REMINDER,
    MessageKind.REOPENED: Topic.BEGIN,
    MessageKind.STUCK_ALL_ALONG: Topic.BEGIN,
    MessageKind.UNKNOWN: Topic.BEGIN,
    MessageKind.CLEARED: Topic.CLEARED,
    MessageKind.QUIET: Topic.CLEARED,
    MessageKind.LAPSED: Topic.CLEARED,
    MessageKind.CLOSED: Topic.CLEARED,
    MessageKind.SILENT: Topic.SILENT_SENDER,
    MessageKind.SPEAKS: Topic.SILENT_SENDER,
    MessageKind.UNREADABLE: Topic.UNREADABLE_FOLDER,
    MessageKind.READABLE: Topic.UNREADABLE_FOLDER,
}


def is_wanted(recipient: Recipient, kind: MessageKind) -> bool:
    """Whether a recipient is told of such things."""
    topic = TOPICS[kind]
    # Whoever has an escalation wants it to begin, also where the first channels are told ends alone.
    escalates = recipient.after is not None and topic is Topic.BEGIN
    return escalates or topic in recipient.owner.told


@dataclass(frozen=True, kw_only=True)
class DueNotice:
    """Of one entry."""

    key: str
    entry: SubjectState | None
    """As it is now; None where nothing of it has to be known any more."""
    line: Notice | None = None
    """What there is to say, due or not; then the entry has it as pending."""


def waiting(entry: SubjectState, kind: MessageKind, now: datetime) -> SubjectState:
    """An entry of which something waits to be said: since now, unless it is what waited before."""
    if entry.pending is not None and entry.pending.kind is kind:
        return entry
    return replace(entry, pending=PendingNotice(kind=kind, noticed=now))


def resting(entry: SubjectState) -> SubjectState:
    """An entry of which nothing is to be said."""
    return entry if entry.pending is None else replace(entry, pending=None)


def assumed_read(entry: SubjectState, line: Notice, at: datetime) -> SubjectState | None:
    """An entry after a line of it was read; None where there is nothing left to know.

    Args:
        entry: what was known before.
        line: what was read.
        at: when.
    """
    said = BELIEVED[line.kind]
    if said is None:
        return None
    reminded = line.kind is MessageKind.REMINDER or (line.kind is MessageKind.WORSE and entry.reminded)
    after = replace(entry, said=said, at=at, reminded=reminded, pending=None)
    if line.incident is None:
        return replace(after, since=line.sender.last_run_at if line.sender else None)
    if said is LastSaid.BEGUN:
        return replace(after, files=line.incident.files, wait=line.incident.wait(at), since=None)
    return replace(
        after, since=line.incident.ended_at if said is LastSaid.CLEARED else line.incident.last_seen_at
    )


def settle(
    entry: SubjectState,
    word: Callable[[SubjectState], MessageKind | None],
    line: Callable[[MessageKind], Notice],
    at: datetime,
) -> tuple[SubjectState, MessageKind | None]:
    """What there is to say, and the entry that it follows from.

    What the recipient may have read, and is not what there is to say, counts as heard: better the end of
    something that was not told, than something told whose end is not.

    Args:
        entry: what is known.
        word: what there is to say by an entry.
        line: the line of a kind, of what the entry is of.
        at: now.
    """
    kind, pending = word(entry), entry.pending
    if pending is None or not pending.maybe_heard or pending.kind is kind:
        return entry, kind
    after = assumed_read(entry, line(pending.kind), at) or SubjectState(
        sender=entry.sender, folder=entry.folder
    )
    return after, word(after)


def find_incidents(
    recipient: Recipient, told: RecipientState, situation: Situation, *, quiet: bool
) -> Iterator[DueNotice]:
    """What there is to say of incidents.

    Args:
        recipient: to whom.
        told: what was said to it.
        situation: what is so.
        quiet: whether its owner has quiet hours now.
    """
    now = situation.now
    entries = list_entries(told, INCIDENT_PREFIX)
    for key, entry in entries.items():
        if key.removeprefix(INCIDENT_PREFIX) not in situation.incidents and _worth_keeping(entry, None, now):
            # One that was told to be over is not asked for. Any other is gone, and another has taken
            # its place: a late run showed that the two are one.
            yield DueNotice(key=key, entry=resting(entry))
    for incident_id, incident in situation.incidents.items():
        key = incident_key(incident_id)
        entry = entries.get(key, SubjectState(sender=incident.sender))
        if is_mine(recipient, incident) or key in entries:
            yield _find(recipient, key, entry, incident, now, quiet=quiet)


def is_mine(recipient: Recipient, incident: Incident) -> bool:
    """Whether an incident belongs to the recipient's owner, now."""
    return incident.owner == recipient.owner.name


def is_muted(incident: Incident, now: datetime) -> bool:
    """Whether somebody is on it, or nobody wants to hear of it."""
    return incident.acknowledged(now) or incident.snoozed(now)


def _find(
    recipient: Recipient, key: str, entry: SubjectState, incident: Incident, now: datetime, *, quiet: bool
) -> DueNotice:
    entry, kind = settle(
        entry,
        lambda known: _word(recipient, known, incident, now, quiet=quiet),
        lambda kind: Notice(kind=kind, subject=key, incident=incident),
        now,
    )
    if kind is not None:
        line = Notice(kind=kind, subject=key, incident=incident, since=_since(kind, entry, incident))
        return DueNotice(key=key, entry=waiting(entry, kind, now), line=line)
    if _waits_on(recipient, entry, incident, now, quiet=quiet):
        return DueNotice(key=key, entry=entry)
    kept = resting(_unsaid(entry, incident, now))
    foreign = not is_mine(recipient, incident) and kept.said not in (LastSaid.BEGUN, LastSaid.UNKNOWN)
    return DueNotice(key=key, entry=kept if _worth_keeping(kept, incident, now) and not foreign else None)


def _waits_on(
    recipient: Recipient, entry: SubjectState, incident: Incident, now: datetime, *, quiet: bool
) -> bool:
    """Whether an escalation goes on to wait though there is nothing to say: its incident is unknown.

    Nobody has acknowledged it meanwhile, so the next channels are told as soon as it is seen to be open.
    """
    waits = recipient.after is not None and entry.pending is not None and entry.pending.kind in BEGINNINGS
    heard = is_mine(recipient, incident) and not is_muted(incident, now) and not quiet
    return waits and heard and incident.status is IncidentStatus.UNKNOWN


def _word(
    recipient: Recipient, entry: SubjectState, incident: Incident, now: datetime, *, quiet: bool
) -> MessageKind | None:
    """What there is to say now, and may be said."""
    kind = _wanted_word(recipient, entry, incident, now)
    ends_alone = quiet or is_muted(incident, now) or not is_mine(recipient, incident)
    return kind if kind in ENDS or not ends_alone else None


def _wanted_word(
    recipient: Recipient, entry: SubjectState, incident: Incident, now: datetime
) -> MessageKind | None:
    """What there is to say to a recipient who is told such things, muted or not."""
    is_now = phase_of(
        incident,
        unreadable_noticed=recipient.after is None and is_wanted(recipient, MessageKind.UNREADABLE),
    )
    if is_now is IncidentPhase.OPEN and entry.said in (LastSaid.BEGUN, LastSaid.LOST):
        words = _words_of_what_goes_on(entry, incident, now)
        return next((kind for kind in words if is_wanted(recipient, kind)), None)
    kind = SAY.get((entry.said, is_now))
    if recipient.after is not None:
        kind = _escalated(kind, entry)
    return kind if kind is not None and is_wanted(recipient, kind) else None


def _words_of_what_goes_on(entry: SubjectState, incident: Incident, now: datetime) -> Iterator[MessageKind]:
    if entry.said is LastSaid.BEGUN and _is_worse(entry, incident, now):
        yield MessageKind.WORSE
    if entry.at is None or now - entry.at >= (NEXT_REMINDER if entry.reminded else FIRST_REMINDER):
        yield MessageKind.REMINDER


def _is_worse(entry: SubjectState, incident: Incident, now: datetime) -> bool:
    files = max(entry.files, 1)
    if incident.files >= MUCH_WORSE_TIMES * files:
        return True
    if entry.at is None or now - entry.at < WORSE_GAP:
        return False
    wait = incident.wait(now)
    if wait is not None and entry.wait is not None:
        # A file that is over its SLA has waited so long at least, whatever its date says.
        said = max(entry.wait, timedelta(minutes=incident.sla))
        if wait >= WORSE_TIMES * said:
            return True
    return incident.files >= WORSE_TIMES * files


def _escalated(kind: MessageKind | None, entry: SubjectState) -> MessageKind | None:
    """What is said to the next channels: they are told of nothing that nobody let open for so long."""
    if kind is MessageKind.BEGIN:
        return MessageKind.ESCALATED
    if kind is MessageKind.UNKNOWN and entry.said is not LastSaid.BEGUN:
        return None
    return kind


def _since(kind: MessageKind, entry: SubjectState, incident: Incident) -> datetime | None:
    if kind is MessageKind.QUIET:
        return incident.last_seen_at
    again = kind in BEGINNINGS and kind not in (MessageKind.BEGIN, MessageKind.ESCALATED)
    return entry.since if again else None


def _unsaid(entry: SubjectState, incident: Incident, now: datetime) -> SubjectState:
    """An entry of which nothing is said: what is quiet ends without a further word."""
    if entry.said is LastSaid.QUIET and not incident.live:
        return replace(entry, said=LastSaid.ENDED, at=now)
    return entry


def _worth_keeping(entry: SubjectState, incident: Incident | None, now: datetime) -> bool:
    live = incident is not None and incident.live
    if entry.said in OVER:
        return live or entry.at is None or now - entry.at <= OVER_KEPT
    return live and entry.said is not LastSaid.NOTHING
