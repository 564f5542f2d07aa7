"""Which notice about an incident, a silent server, an unreadable folder or a maintenance window is due.

What follows from the last notice about an incident and from its status now: an incident that expired, was
closed or was no longer reported, and is open again, was stuck all the time: only a file that is still stuck
proves that it is the same incident (`handlers/incidents`). One that cleared and comes back within its grace
period may have been well in between. Trouble of a server or a folder is said once, and its end.

Nothing here reads a clock, a table or a network.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
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

_K: Final = NotificationKind
_OPEN_AFTER: Final = {
    LastSaid.NOTHING: _K.NEW,
    LastSaid.UNKNOWN: _K.STILL_OPEN,
    LastSaid.NOT_REPORTED: _K.STILL_STUCK,
    LastSaid.CLEARED: _K.REOPENED,
    LastSaid.ENDED: _K.STILL_STUCK,
}
"""What is due about an open incident, by what was last said. For the others see `_find_update`."""
_NEWS_AFTER: Final = {
    LastSaid.NOTHING: {_K.UNKNOWN},
    LastSaid.BEGUN: {_K.UNKNOWN, *ENDS},
    LastSaid.UNKNOWN: ENDS,
    LastSaid.NOT_REPORTED: {_K.CLEARED},
    LastSaid.CLEARED: {_K.UNKNOWN},
    LastSaid.ENDED: {_K.UNKNOWN},
    LastSaid.LOST: {_K.UNKNOWN},
}
"""What may be due about one that is not open."""
_UNCONFIRMED: Final = (_K.NOT_REPORTED, _K.EXPIRED)
"""Ends that follow from no report."""
PROMPT: Final = ENDS | {_K.ACKNOWLEDGED}
"""Kinds that go out within five minutes, also where the incident is muted."""
BEGINNINGS: Final = frozenset(
    {_K.NEW, _K.ESCALATED, _K.REOPENED, _K.STILL_STUCK, _K.SILENT, _K.UNREADABLE, _K.MAINTENANCE}
)
"""Kinds that go out within minutes. All others may wait for half an hour."""
_END_OF: Final = {_K.SILENT: _K.BACK, _K.UNREADABLE: _K.READABLE}
FORGOTTEN: Final = frozenset(_END_OF.values())
"""Kinds after which nothing is left to know of their subject."""
OVER: Final = ENDS | FORGOTTEN
"""Kinds that say that something is over."""
_SAID: Final = {
    _K.UNKNOWN: LastSaid.UNKNOWN,
    _K.NOT_REPORTED: LastSaid.NOT_REPORTED,
    _K.CLEARED: LastSaid.CLEARED,
    _K.EXPIRED: LastSaid.ENDED,
    _K.CLOSED: LastSaid.ENDED,
}
"""What a recipient knows once it has read a notice; that it has begun, after all others."""
_KNOWN: Final = (LastSaid.BEGUN, LastSaid.UNKNOWN)
"""What is said of an incident whose end is news."""
_SAID_OVER: Final = (LastSaid.CLEARED, LastSaid.ENDED)
_REPORTING: Final = (SenderState.UP, SenderState.LATE)


@dataclass(frozen=True, kw_only=True)
class DueNotice:
    """What the rules find about one subject."""

    key: str
    entry: SubjectState | None
    """The subject's new state; None where nothing about it has to be remembered."""
    notice: Notice | None = None
    """The notice to send, now or later; `entry` then has it as pending."""


def _kind_of(incident: Incident, *, unreadable_noticed: bool) -> NotificationKind | None:
    """What there is to say of an incident; None where a notice about its sender or its folder says it.

    Args:
        incident: the incident.
        unreadable_noticed: whether the recipient gets notices about unreadable folders.
    """
    match incident.reason if incident.status is IncidentStatus.UNKNOWN else incident.status:
        case IncidentStatus.OPEN:
            return NotificationKind.NEW
        case IncidentStatus.CLEARED:
            return NotificationKind.CLEARED
        case IncidentStatus.EXPIRED:
            return NotificationKind.EXPIRED
        case IncidentStatus.CLOSED:
            return NotificationKind.CLOSED
        case UnknownReason.NOT_REPORTED:
            return NotificationKind.NOT_REPORTED
        case UnknownReason.SILENT:
            return None
        case UnknownReason.UNREADABLE if unreadable_noticed:
            return None
    return NotificationKind.UNKNOWN


def _is_wanted(recipient: Recipient, kind: NotificationKind) -> bool:
    """Whether a recipient is notified of this kind at all."""
    if kind in (NotificationKind.ESCALATED, NotificationKind.MAINTENANCE):
        return True  # whoever mutes is seen by those whom it mutes
    if kind is NotificationKind.ACKNOWLEDGED and recipient.channel.kind in EVENT_CHANNELS:
        return True  # what is acknowledged here is acknowledged there
    # An owner with an escalation wants beginnings there, even if the first channels get ends alone.
    escalates = recipient.after is not None and kind.word == Topic.NEW
    return escalates or kind.word in recipient.owner.told


def _is_muted(incident: Incident, now: datetime) -> bool:
    """Whether it is acknowledged, snoozed or in maintenance."""
    return incident.acknowledged(now) or incident.snoozed(now) or incident.maintenance_until is not None


def _wait_to_send(key: str, entry: SubjectState, notice: Notice, now: datetime) -> DueNotice:
    """A notice that waits to be sent: since now, unless it has been waiting already."""
    if entry.pending is None or entry.pending.kind is not notice.kind:
        entry = replace(entry, pending=PendingNotice(kind=notice.kind, noticed=now))
    return DueNotice(key=key, entry=entry, notice=notice)


def assumed_read(entry: SubjectState, notice: Notice, at: datetime) -> SubjectState | None:
    """The state of a subject once a notice about it was read; None where nothing is left to know."""
    if notice.kind in FORGOTTEN:
        return None
    incident = notice.incident
    if notice.kind is NotificationKind.ACKNOWLEDGED and incident is not None:
        return replace(entry, acknowledged=incident.acknowledged_until, pending=None)
    said = _SAID.get(notice.kind, LastSaid.BEGUN)
    reminded = notice.kind is NotificationKind.STILL_OPEN or (
        notice.kind is NotificationKind.WORSE and entry.reminded
    )
    after = replace(entry, said=said, at=at, reminded=reminded, pending=None)
    if incident is None:
        return replace(after, since=notice.sender.last_run_at if notice.sender else None)
    if said is LastSaid.BEGUN:
        return replace(after, files=incident.file_count, wait=incident.wait(at), since=None)
    return replace(after, since=incident.ended_at if said is LastSaid.CLEARED else incident.last_seen_at)


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
            yield DueNotice(key=key, entry=replace(entry, pending=None))
    for incident_id, incident in situation.incidents.items():
        key = incident_key(incident_id)
        if incident.owner == recipient.owner.name or key in entries:
            entry = entries.get(key, SubjectState(sender=incident.sender))
            yield _decide_incident(recipient, key, entry, incident, now, quiet=quiet)


def _decide_incident(
    recipient: Recipient, key: str, entry: SubjectState, incident: Incident, now: datetime, *, quiet: bool
) -> DueNotice:
    mine, maintained = incident.owner == recipient.owner.name, incident.maintenance_until is not None
    ends_alone = quiet or _is_muted(incident, now) or not mine

    def is_held(kind: NotificationKind | None) -> bool:
        # Its server may be off: what no report says is said after the maintenance, if it is so then.
        return maintained and kind in _UNCONFIRMED

    def find_kind(known: SubjectState) -> NotificationKind | None:
        kind = _find_kind(recipient, known, incident, now)
        if kind is not None and not (is_held(kind) if kind in ENDS else ends_alone):
            return kind
        news = incident.acknowledged(now) and incident.acknowledged_until != known.acknowledged
        knows = known.said in _KNOWN and incident.live and not quiet and not maintained
        if news and knows and _is_wanted(recipient, NotificationKind.ACKNOWLEDGED):
            return NotificationKind.ACKNOWLEDGED
        return None

    def make_notice(kind: NotificationKind) -> Notice:
        since = incident.last_seen_at if kind is NotificationKind.NOT_REPORTED else entry.since
        return Notice(
            kind=kind,
            subject=key,
            incident=incident,
            since=since,
            files_before=entry.files,
            wait_before=entry.wait,
        )

    entry, kind = _settle_unconfirmed(entry, find_kind, make_notice, now)
    if kind is not None:
        return _wait_to_send(key, entry, make_notice(kind), now)
    escalates = recipient.after is not None and entry.pending and entry.pending.kind in BEGINNINGS
    if escalates and not ends_alone and incident.status is IncidentStatus.UNKNOWN:
        # Nobody has acknowledged it: the wait goes on, and ends once the incident is seen to be open.
        return DueNotice(key=key, entry=entry)
    kept = replace(entry, pending=None)
    if is_held(_find_kind(recipient, kept, incident, now)):
        return DueNotice(key=key, entry=kept)
    if kept.said is LastSaid.NOT_REPORTED and not incident.live:
        # One that is no longer reported ends without a further notice.
        kept = replace(kept, said=LastSaid.ENDED, at=now)
    owed = mine or kept.said in _KNOWN
    return DueNotice(key=key, entry=kept if owed and _is_kept(kept, incident, now) else None)


def _find_kind(
    recipient: Recipient, entry: SubjectState, incident: Incident, now: datetime
) -> NotificationKind | None:
    """The kind that is due, muted or not."""
    noticed = recipient.after is None and _is_wanted(recipient, NotificationKind.UNREADABLE)
    kind = _kind_of(incident, unreadable_noticed=noticed)
    if kind is NotificationKind.NEW:
        if entry.said in (LastSaid.BEGUN, LastSaid.LOST):
            updates = _find_updates(entry, incident, now)
            return next((update for update in updates if _is_wanted(recipient, update)), None)
        kind = _OPEN_AFTER[entry.said]
        if recipient.after is not None and kind is NotificationKind.NEW:
            kind = NotificationKind.ESCALATED
    elif kind not in _NEWS_AFTER[entry.said]:
        return None
    elif (
        kind is NotificationKind.UNKNOWN and recipient.after is not None and entry.said is not LastSaid.BEGUN
    ):
        # Escalations are about what stayed open for so long, and nothing else.
        return None
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


def _is_kept(entry: SubjectState, incident: Incident | None, now: datetime) -> bool:
    """Whether what was said about an incident still matters."""
    live = incident is not None and incident.live
    if entry.said in _SAID_OVER:
        return live or entry.at is None or now - entry.at <= OVER_KEPT
    return live and entry.said is not LastSaid.NOTHING


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
        key, theirs = sender_key(sender.key), tuple(unknown[sender.key])
        yield _decide(
            recipient,
            key,
            entries.get(key, SubjectState(sender=sender.key)),
            Notice(kind=NotificationKind.SILENT, subject=key, sender=sender, unknown=theirs),
            situation.now,
            lasts=sender.state is SenderState.SILENT,
            well=sender.state in _REPORTING,
            concerned=_is_concerned(recipient, state, sender, theirs, situation.now),
            held=quiet or sender.silence_held_until is not None,
        )


def _is_concerned(
    recipient: Recipient, state: RecipientState, sender: Sender, unknown: Sequence[Incident], now: datetime
) -> bool:
    """Whether a silence is news: to the sender's owner, and to recipients who know of what is unknown now."""
    if recipient.after is None and sender.owner == recipient.owner.name:
        return True
    entries = (state.entries.get(incident_key(one.incident_id)) for one in unknown if not _is_muted(one, now))
    return any(entry is not None and entry.said in _KNOWN for entry in entries)


def _list_unknown(recipient: Recipient, situation: Situation) -> Mapping[str, list[Incident]]:
    """The recipient's incidents whose sender is silent, by sender, the longest in breach first."""
    found = defaultdict(list)
    for one in sorted(situation.incidents.values(), key=lambda one: (one.breached_since, one.incident_id)):
        if one.live and one.reason is UnknownReason.SILENT and one.owner == recipient.owner.name:
            found[one.sender].append(one)
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
            # Where it does not report, its last report about its folders may be long ago.
            reports = sender.state in _REPORTING
            yield _decide(
                recipient,
                key,
                entry,
                Notice(
                    kind=NotificationKind.UNREADABLE,
                    subject=sender_key(sender.key),
                    sender=sender,
                    folder=about,
                ),
                situation.now,
                lasts=reports and folder is not None,
                well=reports and folder is None and len(sender.unreadable_folders) >= sender.unreadable,
                concerned=mine,
                held=quiet or (folder is not None and folder.maintenance_until is not None),
            )


def find_windows(
    recipient: Recipient, state: RecipientState, situation: Situation, *, quiet: bool
) -> Iterator[DueNotice]:
    """The notice of each maintenance window that touches the recipient's owner: once, whatever it wants.

    The arguments are those of `find_incidents`.
    """
    for window in situation.windows:
        key = f"{MAINTENANCE_PREFIX}{window.window_id}"
        touched = recipient.after is None and recipient.owner.name in situation.touched[window.window_id]
        # In PagerDuty, nothing would ever resolve it.
        touched &= recipient.channel.kind is not ChannelKind.PAGERDUTY
        yield _decide(
            recipient,
            key,
            state.entries.get(key, SubjectState(sender="")),
            Notice(kind=NotificationKind.MAINTENANCE, subject=key, window=window),
            situation.now,
            lasts=True,
            concerned=touched,
            held=quiet,
        )


def _decide(
    recipient: Recipient,
    key: str,
    entry: SubjectState,
    begins: Notice,
    now: datetime,
    *,
    lasts: bool,
    well: bool = False,
    concerned: bool,
    held: bool,
) -> DueNotice:
    """What is due about a sender, a folder or a window.

    Args:
        recipient: whom to notify.
        key: the key of its entry.
        entry: what the recipient knows of it.
        begins: the notice that it begins.
        now: the moment.
        lasts: whether it lasts.
        well: whether it is known to be over. Where neither, it is unknown or no longer watched.
        concerned: whether its beginning is news.
        held: whether nothing is said of it now.
    """
    end = _END_OF.get(begins.kind)

    def is_over(known: SubjectState) -> bool:
        # A silence may also end because somebody set another interval: then the sender has not reported.
        silent = begins.sender if begins.kind is NotificationKind.SILENT else None
        return well and (silent is None or silent.last_run_at != known.since)

    def find_kind(known: SubjectState) -> NotificationKind | None:
        kind = None
        if lasts and concerned and known.said is LastSaid.NOTHING:
            kind = begins.kind
        elif not lasts and known.said is LastSaid.BEGUN and is_over(known):
            kind = end
        return kind if kind is not None and not held and _is_wanted(recipient, kind) else None

    def make_notice(kind: NotificationKind) -> Notice:
        return begins if kind is begins.kind else replace(begins, kind=kind, unknown=())

    entry, kind = _settle_unconfirmed(entry, find_kind, make_notice, now)
    if kind is not None:
        return _wait_to_send(key, entry, make_notice(kind), now)
    kept = entry.said is not LastSaid.NOTHING
    if not lasts and is_over(entry):
        kept = entry.said is LastSaid.BEGUN and end is not None and _is_wanted(recipient, end)
    elif not lasts and begins.kind is NotificationKind.SILENT:
        # A silence that a setting ended is over, and needs no further notice.
        kept = False
    return DueNotice(key=key, entry=replace(entry, pending=None) if kept else None)
