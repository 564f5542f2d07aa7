"""Which notice about an incident, a silent server or an unreadable folder is due to a recipient.

`SAY` says what follows from the last notice about an incident and from its phase now. An incident that
expired, was closed or was no longer reported, and is open again, was stuck all the time: only a file that is
still stuck proves that it is the same incident (`handlers/incidents`). One that cleared and comes back within
its grace period may have been well in between. Trouble of a server or a folder is said once, and its end.

Nothing here reads a clock, a table or a network.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum, unique
from functools import partial
from typing import Final

from contract.owners.model import EVENT_CHANNELS, ChannelKind, Topic
from contract.words import ENDS, IncidentStatus, NotificationKind, SenderState, UnknownReason
from handlers.notifications.situation import Notice, Situation
from store.incidents import Incident
from store.notifications import (
    INCIDENT_PREFIX,
    MAINTENANCE_PREFIX,
    SENDER_PREFIX,
    UNREADABLE_PREFIX,
    LastSaid,
    PendingNotice,
    Recipient,
    RecipientState,
    SubjectState,
    incident_key,
    list_entries,
    sender_key,
    unreadable_key,
)
from store.senders import Sender, UnreadableFolder

FIRST_REMINDER: Final = timedelta(hours=4)
NEXT_REMINDER: Final = timedelta(hours=24)
WORSE_TIMES: Final = 2
"""An incident is worse at this many times the files, or the age of the oldest, of the last notice ..."""
WORSE_GAP: Final = timedelta(hours=2)
"""... once this long has passed since: behind a dead process every queue doubles, and doubles again."""
MUCH_WORSE_TIMES: Final = 10
"""At this many times the files, no gap applies."""
OVER_KEPT: Final = timedelta(days=8)
"""How long a notified end is remembered, so that what comes back is called reopened: no evidence is older
than seven days (`handlers/incidents`)."""


@unique
class IncidentPhase(StrEnum):
    """The current status of an incident, as far as notices depend on it."""

    OPEN = "open"
    UNSEEN = "unseen"
    """Unknown, and no other notice tells the recipient."""
    NOTICED = "noticed"
    """Unknown; the notice about its silent sender or its unreadable folder says so."""
    NOT_REPORTED = "not_reported"
    CLEARED = "cleared"
    EXPIRED = "expired"
    CLOSED = "closed"


SAY: Final[Mapping[tuple[LastSaid, IncidentPhase], NotificationKind]] = {
    (LastSaid.NOTHING, IncidentPhase.OPEN): NotificationKind.NEW,
    (LastSaid.NOTHING, IncidentPhase.UNSEEN): NotificationKind.UNKNOWN,
    # (BEGUN, OPEN) and (LOST, OPEN) depend on numbers and times: see `_find_update`.
    (LastSaid.BEGUN, IncidentPhase.UNSEEN): NotificationKind.UNKNOWN,
    (LastSaid.BEGUN, IncidentPhase.NOT_REPORTED): NotificationKind.NOT_REPORTED,
    (LastSaid.BEGUN, IncidentPhase.CLEARED): NotificationKind.CLEARED,
    (LastSaid.BEGUN, IncidentPhase.EXPIRED): NotificationKind.EXPIRED,
    (LastSaid.BEGUN, IncidentPhase.CLOSED): NotificationKind.CLOSED,
    (LastSaid.UNKNOWN, IncidentPhase.OPEN): NotificationKind.STILL_OPEN,
    (LastSaid.UNKNOWN, IncidentPhase.NOT_REPORTED): NotificationKind.NOT_REPORTED,
    (LastSaid.UNKNOWN, IncidentPhase.CLEARED): NotificationKind.CLEARED,
    (LastSaid.UNKNOWN, IncidentPhase.EXPIRED): NotificationKind.EXPIRED,
    (LastSaid.UNKNOWN, IncidentPhase.CLOSED): NotificationKind.CLOSED,
    (LastSaid.NOT_REPORTED, IncidentPhase.OPEN): NotificationKind.STILL_STUCK,
    (LastSaid.NOT_REPORTED, IncidentPhase.CLEARED): NotificationKind.CLEARED,
    (LastSaid.CLEARED, IncidentPhase.OPEN): NotificationKind.REOPENED,
    (LastSaid.CLEARED, IncidentPhase.UNSEEN): NotificationKind.UNKNOWN,
    (LastSaid.ENDED, IncidentPhase.OPEN): NotificationKind.STILL_STUCK,
    (LastSaid.ENDED, IncidentPhase.UNSEEN): NotificationKind.UNKNOWN,
    (LastSaid.LOST, IncidentPhase.UNSEEN): NotificationKind.UNKNOWN,
}
"""What is due, by what was last said and the phase now. Pairs that are missing need no notice."""


@dataclass(frozen=True)
class _Kind:
    """What the rules know of a kind of notice."""

    topic: Topic
    """By which owners choose what they are notified of."""
    said: LastSaid | None
    """What a recipient knows once it has read one; None where nothing is left to know."""
    urgent: bool = False
    """Whether it goes out within minutes; all other kinds may wait for half an hour."""


_BEGUN: Final = _Kind(Topic.NEW, LastSaid.BEGUN, urgent=True)
_KINDS: Final[Mapping[NotificationKind, _Kind]] = {
    NotificationKind.NEW: _BEGUN,
    NotificationKind.ESCALATED: _BEGUN,
    NotificationKind.WORSE: _Kind(Topic.WORSE, LastSaid.BEGUN),
    NotificationKind.STILL_OPEN: _Kind(Topic.STILL_OPEN, LastSaid.BEGUN),
    NotificationKind.REOPENED: _BEGUN,
    NotificationKind.STILL_STUCK: _BEGUN,
    NotificationKind.UNKNOWN: _Kind(Topic.NEW, LastSaid.UNKNOWN),
    NotificationKind.CLEARED: _Kind(Topic.CLEARED, LastSaid.CLEARED),
    NotificationKind.NOT_REPORTED: _Kind(Topic.CLEARED, LastSaid.NOT_REPORTED),
    NotificationKind.EXPIRED: _Kind(Topic.CLEARED, LastSaid.ENDED),
    NotificationKind.CLOSED: _Kind(Topic.CLEARED, LastSaid.ENDED),
    NotificationKind.ACKNOWLEDGED: _Kind(Topic.ACKNOWLEDGED, LastSaid.BEGUN),
    NotificationKind.SILENT: _Kind(Topic.SILENT_SENDER, LastSaid.BEGUN, urgent=True),
    NotificationKind.BACK: _Kind(Topic.SILENT_SENDER, None),
    NotificationKind.UNREADABLE: _Kind(Topic.UNREADABLE_FOLDER, LastSaid.BEGUN, urgent=True),
    NotificationKind.READABLE: _Kind(Topic.UNREADABLE_FOLDER, None),
    # No owner chooses this one away: see `find_maintenance`.
    NotificationKind.MAINTENANCE: _Kind(Topic.NEW, LastSaid.BEGUN, urgent=True),
}
PROMPT: Final = ENDS | {NotificationKind.ACKNOWLEDGED}
"""Kinds that go out within five minutes, also where the incident is muted."""
BEGINNINGS: Final = frozenset(kind for kind, known in _KINDS.items() if known.urgent)
"""Kinds that go out within minutes."""
FORGOTTEN: Final = frozenset(kind for kind, known in _KINDS.items() if known.said is None)
"""Kinds after which nothing is left to know of their subject."""
OVER: Final = ENDS | FORGOTTEN
"""Kinds that say that something is over."""
_SAID_OVER: Final = (LastSaid.CLEARED, LastSaid.ENDED)
_PHASES: Final = {
    IncidentStatus.OPEN: IncidentPhase.OPEN,
    IncidentStatus.CLEARED: IncidentPhase.CLEARED,
    IncidentStatus.EXPIRED: IncidentPhase.EXPIRED,
    IncidentStatus.CLOSED: IncidentPhase.CLOSED,
}


@dataclass(frozen=True, kw_only=True)
class DueNotice:
    """What the rules find about one subject."""

    key: str
    entry: SubjectState | None
    """The subject's new state; None where nothing about it has to be remembered."""
    notice: Notice | None = None
    """The notice to send, now or later; `entry` then has it as pending."""


_UNCONFIRMED: Final = (NotificationKind.NOT_REPORTED, NotificationKind.EXPIRED)
"""Ends that follow from no report."""


def _phase_of(incident: Incident, *, unreadable_noticed: bool) -> IncidentPhase:
    """The phase of an incident.

    Args:
        incident: the incident.
        unreadable_noticed: whether the recipient gets notices about unreadable folders.
    """
    if incident.status is not IncidentStatus.UNKNOWN:
        return _PHASES[incident.status]
    match incident.reason:
        case UnknownReason.NOT_REPORTED:
            return IncidentPhase.NOT_REPORTED
        case UnknownReason.SILENT:
            return IncidentPhase.NOTICED
        case UnknownReason.UNREADABLE if unreadable_noticed:
            return IncidentPhase.NOTICED
        case _:
            return IncidentPhase.UNSEEN


def _is_wanted(recipient: Recipient, kind: NotificationKind) -> bool:
    """Whether a recipient is notified of this kind at all."""
    topic = _KINDS[kind].topic
    if topic is Topic.ACKNOWLEDGED and recipient.channel.kind in EVENT_CHANNELS:
        return True  # what is acknowledged here is acknowledged there
    # An owner with an escalation wants beginnings there, even if the first channels get ends alone.
    escalates = recipient.after is not None and topic is Topic.NEW
    return escalates or topic in recipient.owner.told


def _is_mine(recipient: Recipient, incident: Incident) -> bool:
    """Whether an incident belongs to the recipient's owner, now."""
    return incident.owner == recipient.owner.name


def _is_muted(incident: Incident, now: datetime) -> bool:
    """Whether it is acknowledged, snoozed or in maintenance."""
    return incident.acknowledged(now) or incident.snoozed(now) or incident.maintenance_until is not None


def _wait_to_send(key: str, entry: SubjectState, notice: Notice, now: datetime) -> DueNotice:
    """A notice that waits to be sent: since now, unless it has been waiting already."""
    if entry.pending is None or entry.pending.kind is not notice.kind:
        entry = replace(entry, pending=PendingNotice(kind=notice.kind, noticed=now))
    return DueNotice(key=key, entry=entry, notice=notice)


def _without_pending(entry: SubjectState) -> SubjectState:
    """The state of a subject about which no notice waits."""
    return entry if entry.pending is None else replace(entry, pending=None)


def assumed_read(entry: SubjectState, notice: Notice, at: datetime) -> SubjectState | None:
    """The state of a subject once a notice about it was read; None where nothing is left to know."""
    said = _KINDS[notice.kind].said
    if notice.kind is NotificationKind.ACKNOWLEDGED and notice.incident is not None:
        return replace(entry, acknowledged=notice.incident.acknowledged_until, pending=None)
    if said is None:
        return None
    reminded = notice.kind is NotificationKind.STILL_OPEN or (
        notice.kind is NotificationKind.WORSE and entry.reminded
    )
    after = replace(entry, said=said, at=at, reminded=reminded, pending=None)
    if notice.incident is None:
        return replace(after, since=notice.sender.last_run_at if notice.sender else None)
    if said is LastSaid.BEGUN:
        return replace(after, files=notice.incident.file_count, wait=notice.incident.wait(at), since=None)
    cleared = said is LastSaid.CLEARED
    return replace(after, since=notice.incident.ended_at if cleared else notice.incident.last_seen_at)


def _settle_unconfirmed(
    entry: SubjectState,
    find_kind: Callable[[SubjectState], NotificationKind | None],
    make_notice: Callable[[NotificationKind], Notice],
    at: datetime,
) -> tuple[SubjectState, NotificationKind | None]:
    """The kind of the due notice, and the state it follows from.

    A notice whose delivery is unconfirmed, and that is no longer due, is assumed to have been read: an end
    without its beginning does less harm than a beginning without its end.
    """
    kind, pending = find_kind(entry), entry.pending
    if pending is None or not pending.maybe_read or pending.kind is kind:
        return entry, kind
    after = assumed_read(entry, make_notice(pending.kind), at)
    entry = after or SubjectState(sender=entry.sender, folder=entry.folder)
    return entry, find_kind(entry)


def find_incidents(
    recipient: Recipient, state: RecipientState, situation: Situation, *, quiet: bool
) -> Iterator[DueNotice]:
    """The due notices about incidents.

    Args:
        recipient: whom to notify.
        state: what is known of it.
        situation: the current state.
        quiet: whether its owner has quiet hours now.
    """
    now = situation.now
    entries = list_entries(state, INCIDENT_PREFIX)
    for key, entry in entries.items():
        if key.removeprefix(INCIDENT_PREFIX) not in situation.incidents and _is_kept(entry, None, now):
            # Ended ones are not in the situation. Any other is gone for good: a late run showed that it is
            # one with another incident.
            yield DueNotice(key=key, entry=_without_pending(entry))
    for incident_id, incident in situation.incidents.items():
        key = incident_key(incident_id)
        if _is_mine(recipient, incident) or key in entries:
            entry = entries.get(key, SubjectState(sender=incident.sender))
            yield _find(recipient, key, entry, incident, now, quiet=quiet)


def find_maintenance(
    recipient: Recipient, state: RecipientState, situation: Situation, *, quiet: bool
) -> Iterator[DueNotice]:
    """The notice of each maintenance window that touches the recipient's owner: once, whatever it wants.

    Whoever mutes is seen by those whom it mutes. The arguments are those of `find_incidents`.
    """
    entries = list_entries(state, MAINTENANCE_PREFIX)
    for window in situation.windows:
        key = f"{MAINTENANCE_PREFIX}{window.window_id}"
        entry = entries.get(key, SubjectState(sender=""))
        touched = recipient.after is None and recipient.owner.name in situation.touched[window.window_id]
        touched &= recipient.channel.kind is not ChannelKind.PAGERDUTY  # nothing there would ever resolve it
        notice = Notice(kind=NotificationKind.MAINTENANCE, subject=key, window=window)

        due = touched and not quiet
        if entry.pending is not None and entry.pending.maybe_read and not due:
            entry = assumed_read(entry, notice, situation.now) or entry
        if entry.said is LastSaid.NOTHING and due:
            yield _wait_to_send(key, entry, notice, situation.now)
        elif entry.said is not LastSaid.NOTHING:
            yield DueNotice(key=key, entry=_without_pending(entry))


def _find(
    recipient: Recipient, key: str, entry: SubjectState, incident: Incident, now: datetime, *, quiet: bool
) -> DueNotice:
    mine = _is_mine(recipient, incident)
    ends_alone = quiet or _is_muted(incident, now) or not mine

    def find_kind(known: SubjectState) -> NotificationKind | None:
        kind = _find_kind(recipient, known, incident, now)
        if (kind in ENDS and not is_held(kind)) or (kind is not None and not ends_alone):
            return kind
        known_of = (
            incident.maintenance_until is None
            and known.said in (LastSaid.BEGUN, LastSaid.UNKNOWN)
            and incident.live
            and not quiet
        )
        taken = known_of and incident.acknowledged(now) and incident.acknowledged_until != known.acknowledged
        return (
            NotificationKind.ACKNOWLEDGED
            if taken and _is_wanted(recipient, NotificationKind.ACKNOWLEDGED)
            else None
        )

    def is_held(kind: NotificationKind | None) -> bool:
        # Its server may be off: what no report says is said after the maintenance, if it is so then.
        return incident.maintenance_until is not None and kind in _UNCONFIRMED

    def make_notice(kind: NotificationKind) -> Notice:
        return Notice(kind=kind, subject=key, incident=incident)

    entry, kind = _settle_unconfirmed(entry, find_kind, make_notice, now)
    if kind is not None:
        notice = replace(make_notice(kind), since=_find_since(kind, entry, incident))
        notice = replace(notice, files_before=entry.files, wait_before=entry.wait)
        return _wait_to_send(key, entry, notice, now)
    escalates = recipient.after is not None and entry.pending and entry.pending.kind in BEGINNINGS
    if escalates and not ends_alone and incident.status is IncidentStatus.UNKNOWN:
        # Nobody has acknowledged it: the wait goes on, and ends once the incident is seen to be open.
        return DueNotice(key=key, entry=entry)
    kept = _without_pending(entry)
    if is_held(_find_kind(recipient, kept, incident, now)):
        return DueNotice(key=key, entry=kept)
    if kept.said is LastSaid.NOT_REPORTED and not incident.live:
        # One that is no longer reported ends without a further notice.
        kept = replace(kept, said=LastSaid.ENDED, at=now)
    owed = mine or kept.said in (LastSaid.BEGUN, LastSaid.UNKNOWN)
    return DueNotice(key=key, entry=kept if owed and _is_kept(kept, incident, now) else None)


def _find_kind(
    recipient: Recipient, entry: SubjectState, incident: Incident, now: datetime
) -> NotificationKind | None:
    """The kind that is due, muted or not."""
    noticed = recipient.after is None and _is_wanted(recipient, NotificationKind.UNREADABLE)
    phase = _phase_of(incident, unreadable_noticed=noticed)
    if phase is IncidentPhase.OPEN and entry.said in (LastSaid.BEGUN, LastSaid.LOST):
        updates = _find_updates(entry, incident, now)
        return next((kind for kind in updates if _is_wanted(recipient, kind)), None)
    kind = SAY.get((entry.said, phase))
    if recipient.after is not None:
        if kind is NotificationKind.NEW:
            kind = NotificationKind.ESCALATED
        elif kind is NotificationKind.UNKNOWN and entry.said is not LastSaid.BEGUN:
            # Escalations are about what stayed open for so long, and nothing else.
            kind = None
    return kind if kind is not None and _is_wanted(recipient, kind) else None


def _find_updates(entry: SubjectState, incident: Incident, now: datetime) -> Iterator[NotificationKind]:
    if entry.said is LastSaid.BEGUN and _is_worse(entry, incident, now):
        yield NotificationKind.WORSE
    if entry.at is None or now - entry.at >= (NEXT_REMINDER if entry.reminded else FIRST_REMINDER):
        yield NotificationKind.STILL_OPEN


def _is_worse(entry: SubjectState, incident: Incident, now: datetime) -> bool:
    files = max(entry.files, 1)
    if incident.file_count >= MUCH_WORSE_TIMES * files:
        return True
    if entry.at is None or now - entry.at < WORSE_GAP:
        return False
    wait = incident.wait(now)
    # A file that is over its SLA has waited at least that long, whatever its date says.
    before = None if entry.wait is None else max(entry.wait, timedelta(minutes=incident.sla))
    if wait is not None and before is not None and wait >= WORSE_TIMES * before:
        return True
    return incident.file_count >= WORSE_TIMES * files


def _find_since(kind: NotificationKind, entry: SubjectState, incident: Incident) -> datetime | None:
    if kind is NotificationKind.NOT_REPORTED:
        return incident.last_seen_at
    return entry.since if kind in (NotificationKind.REOPENED, NotificationKind.STILL_STUCK) else None


def _is_kept(entry: SubjectState, incident: Incident | None, now: datetime) -> bool:
    """Whether what was said about an incident still matters."""
    live = incident is not None and incident.live
    if entry.said in _SAID_OVER:
        return live or entry.at is None or now - entry.at <= OVER_KEPT
    return live and entry.said is not LastSaid.NOTHING


@unique
class _Trouble(StrEnum):
    """The current state of a sender or a folder."""

    TROUBLE = "trouble"
    WELL = "well"
    NEITHER = "neither"
    """Unknown, or no longer watched."""


_END_OF: Final = {
    NotificationKind.SILENT: NotificationKind.BACK,
    NotificationKind.UNREADABLE: NotificationKind.READABLE,
}


def find_senders(
    recipient: Recipient, state: RecipientState, situation: Situation, *, quiet: bool
) -> Iterator[DueNotice]:
    """The due notices about senders: one is silent, with what is unknown because of it, or reports again.

    The arguments are those of `find_incidents`.
    """
    entries = list_entries(state, SENDER_PREFIX)
    # Senders are never removed: one that is missing has just changed, and the index will show it again.
    missing = entries.keys() - {sender_key(sender) for sender in situation.senders}
    yield from (DueNotice(key=key, entry=entries[key]) for key in missing)
    unknown = _list_unknown(recipient, situation)
    for sender in situation.senders.values():
        key = sender_key(sender.key)
        entry = entries.get(key, SubjectState(sender=sender.key))
        theirs = tuple(unknown[sender.key])
        concerned = _is_concerned(recipient, state, sender, theirs, situation.now)
        begins = Notice(kind=NotificationKind.SILENT, subject=key, sender=sender, unknown=theirs)
        phase = partial(_phase_of_sender, sender)
        held = quiet or sender.silence_held_until is not None
        yield _decide(recipient, key, entry, begins, phase, situation.now, quiet=held, concerned=concerned)


def _phase_of_sender(sender: Sender, entry: SubjectState) -> _Trouble:
    if sender.state is SenderState.SILENT:
        return _Trouble.TROUBLE
    # A silence may also end because somebody set another interval: then the sender has not reported.
    reported = sender.state in (SenderState.UP, SenderState.LATE) and sender.last_run_at != entry.since
    return _Trouble.WELL if reported else _Trouble.NEITHER


def _is_concerned(
    recipient: Recipient, state: RecipientState, sender: Sender, unknown: Sequence[Incident], now: datetime
) -> bool:
    """Whether a silence is news: to the sender's owner, and to recipients who know of what is unknown now."""
    if recipient.after is None and sender.owner == recipient.owner.name:
        return True
    entries = (state.entries.get(incident_key(one.incident_id)) for one in unknown if not _is_muted(one, now))
    return any(entry is not None and entry.said in (LastSaid.BEGUN, LastSaid.UNKNOWN) for entry in entries)


def _list_unknown(recipient: Recipient, situation: Situation) -> Mapping[str, list[Incident]]:
    """The recipient's incidents whose sender is silent, by sender, the longest in breach first."""
    found = defaultdict(list)
    for one in situation.incidents.values():
        if one.live and one.reason is UnknownReason.SILENT and _is_mine(recipient, one):
            found[one.sender].append(one)
    for theirs in found.values():
        theirs.sort(key=lambda one: (one.breached_since, one.incident_id))
    return found


def find_folders(
    recipient: Recipient, state: RecipientState, situation: Situation, *, quiet: bool
) -> Iterator[DueNotice]:
    """The due notices about unreadable folders; the arguments are those of `find_incidents`."""
    entries = list_entries(state, UNREADABLE_PREFIX)
    unreadable = {
        unreadable_key(sender.key, folder.folder): (sender.key, folder)
        for sender in situation.senders.values()
        for folder in sender.unreadable_folders
    }
    for key in {**entries, **unreadable}:
        of, folder = unreadable.get(key, (None, None))
        entry = entries.get(key) or SubjectState(sender=of or "", folder=folder.folder if folder else "")
        sender = situation.senders.get(entry.sender)
        if sender is None:
            # As with senders: the index will show it again.
            yield DueNotice(key=key, entry=entry)
        elif sender.state is SenderState.RETIRED:
            yield DueNotice(key=key, entry=None)
        else:
            about = folder or UnreadableFolder(folder=entry.folder, error="")
            mine = recipient.after is None and folder is not None and folder.owner == recipient.owner.name
            begins = Notice(
                kind=NotificationKind.UNREADABLE, subject=sender_key(sender.key), sender=sender, folder=about
            )
            phase = partial(_phase_of_folder, sender, folder)
            held = quiet or (folder is not None and folder.maintenance_until is not None)
            yield _decide(recipient, key, entry, begins, phase, situation.now, quiet=held, concerned=mine)


def _phase_of_folder(sender: Sender, folder: UnreadableFolder | None, _: SubjectState) -> _Trouble:
    if sender.state not in (SenderState.UP, SenderState.LATE):
        # Its last report about its folders may be long ago.
        return _Trouble.NEITHER
    if folder is not None:
        return _Trouble.TROUBLE
    return _Trouble.NEITHER if len(sender.unreadable_folders) < sender.unreadable else _Trouble.WELL


def _decide(
    recipient: Recipient,
    key: str,
    entry: SubjectState,
    begins: Notice,
    find_phase: Callable[[SubjectState], _Trouble],
    now: datetime,
    *,
    quiet: bool,
    concerned: bool,
) -> DueNotice:
    """What is due about a sender or a folder, where `begins` is the notice of its trouble."""
    end = _END_OF[begins.kind]

    def find_kind(known: SubjectState) -> NotificationKind | None:
        phase, kind = find_phase(known), None
        if known.said is LastSaid.NOTHING and phase is _Trouble.TROUBLE and concerned:
            kind = begins.kind
        elif known.said is LastSaid.BEGUN and phase is _Trouble.WELL:
            kind = end
        return kind if kind is not None and not quiet and _is_wanted(recipient, kind) else None

    def make_notice(kind: NotificationKind) -> Notice:
        return begins if kind is begins.kind else replace(begins, kind=kind, unknown=())

    entry, kind = _settle_unconfirmed(entry, find_kind, make_notice, now)
    if kind is not None:
        return _wait_to_send(key, entry, make_notice(kind), now)
    match find_phase(entry):
        case _Trouble.WELL:
            kept = entry.said is LastSaid.BEGUN and _is_wanted(recipient, end)
        case _Trouble.NEITHER if begins.folder is None:
            # A silence that a setting ended is over, and needs no further notice.
            kept = False
        case _:
            kept = entry.said is not LastSaid.NOTHING
    return DueNotice(key=key, entry=_without_pending(entry) if kept else None)
