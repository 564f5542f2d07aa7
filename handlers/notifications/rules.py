"""Which notice about an incident, a silent server, an unreadable folder or a maintenance window is due.

What follows from the last notice about an incident and from its status now: an incident that expired, was
closed or was no longer reported, and is open again, was stuck all the time: only a file that is still stuck
proves that it is the same incident (`handlers/incidents`). One that cleared and comes back within its grace
period may have been well in between. Trouble of a server or a folder is said once, and its end.

Nothing here reads a clock, a table or a network.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from contract.owners.model import EVENT_CHANNELS, ChannelKind, Topic
from contract.words import ENDS, OVER, IncidentStatus, NotificationKind, SenderState, UnknownReason
from handlers.notifications.situation import Situation
from store.incidents import Incident
from store.maintenance import Window
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
"""What is due about an open incident, by what was last said. For the others see `_find_updates`."""
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
FORGOTTEN: Final = OVER - ENDS
"""Kinds after which nothing is left to know of their subject."""
_SAID_BY: Final = {
    _K.UNKNOWN: LastSaid.UNKNOWN,
    _K.NOT_REPORTED: LastSaid.NOT_REPORTED,
    _K.CLEARED: LastSaid.CLEARED,
    _K.EXPIRED: LastSaid.ENDED,
    _K.CLOSED: LastSaid.ENDED,
}
"""What a recipient knows once it has read a notice; that it has begun, after all others."""
_END_EXPECTED: Final = (LastSaid.BEGUN, LastSaid.UNKNOWN)
"""What was last said of an incident whose recipient expects its end."""
_OVER: Final = (LastSaid.CLEARED, LastSaid.ENDED)
"""The same, of one that is over."""
_REPORTING: Final = (SenderState.UP, SenderState.LATE)


@dataclass(frozen=True, kw_only=True)
class Notice:
    """One thing to notify of: an incident, a sender, or a sender's unreadable folder."""

    kind: NotificationKind
    subject: str
    """What it is about, as the log names it: `incident#...`, `sender#...` or `maintenance#...`."""
    incident: Incident | None = None
    sender: Sender | None = None
    """Of notices about a sender or a folder that it cannot read."""
    folder: UnreadableFolder | None = None
    since: datetime | None = None
    """Of `NOT_REPORTED` and `STILL_STUCK`, the last report that named it; of `REOPENED`, when it cleared."""
    unknown: tuple[Incident, ...] = ()
    """Of `SILENT`: the incidents that are unknown because of it."""
    with_account: bool = False
    """Whether its server is named with its account, since a server of another account has the same name."""
    window: Window | None = None
    """Of `MAINTENANCE`."""
    files_before: int = 0
    wait_before: timedelta | None = None
    """The files and the oldest one's wait in the last notification that it is stuck."""
    noticed: datetime | None = None
    """When it was found due, where it waits to be sent."""

    @property
    def key(self) -> str:
        """The key of the entry that it is about."""
        if self.folder is not None and self.sender is not None:
            return unreadable_key(self.sender.key, self.folder.folder)
        return self.subject

    @property
    def sender_key(self) -> str:
        """Whose it is; "" of a maintenance window."""
        return self.incident.sender if self.incident else self.sender.key if self.sender else ""


@dataclass(frozen=True, kw_only=True)
class DueNotice:
    """What the rules find about one subject."""

    key: str
    entry: SubjectState | None
    """The subject's new state; None where nothing about it has to be remembered."""
    notice: Notice | None = None
    """The notice to send, now or later; `entry` then has it as pending."""


_KINDS: Final = {
    IncidentStatus.OPEN: _K.NEW,
    IncidentStatus.CLEARED: _K.CLEARED,
    IncidentStatus.EXPIRED: _K.EXPIRED,
    IncidentStatus.CLOSED: _K.CLOSED,
    UnknownReason.NOT_REPORTED: _K.NOT_REPORTED,
    # The notice about its sender says it.
    UnknownReason.SILENT: None,
    UnknownReason.UNREADABLE: _K.UNKNOWN,
    UnknownReason.UNWATCHED: _K.UNKNOWN,
    UnknownReason.AMBIGUOUS: _K.UNKNOWN,
}
"""What there is to say of an incident."""


def assumed_read(entry: SubjectState, notice: Notice, at: datetime) -> SubjectState | None:
    """The state of a subject once a notice about it was read; None where nothing is left to know."""
    if notice.kind in FORGOTTEN:
        return None
    incident, said = notice.incident, _SAID_BY.get(notice.kind, LastSaid.BEGUN)
    if notice.kind is _K.ACKNOWLEDGED and incident is not None:
        return replace(entry, acknowledged=incident.acknowledged_until, pending=None)
    reminded = notice.kind is _K.STILL_OPEN
    reminded |= notice.kind is _K.WORSE and entry.reminded
    after = replace(entry, said=said, at=at, reminded=reminded, pending=None)
    if incident is None:
        return replace(after, since=notice.sender.last_run_at if notice.sender else None)
    if said is LastSaid.BEGUN:
        return replace(after, files=incident.file_count, wait=incident.wait(at), since=None)
    return replace(after, since=incident.ended_at if said is LastSaid.CLEARED else incident.last_seen_at)


@dataclass(frozen=True, kw_only=True)
class Rules:
    """What is due to one recipient at one moment."""

    recipient: Recipient
    state: RecipientState
    situation: Situation
    quiet: bool
    """Whether its owner has quiet hours now."""

    def find(self) -> list[DueNotice]:
        """All that is due, and the new states of all subjects."""
        incidents, senders, folders = self._find_incidents(), self._find_senders(), self._find_folders()
        return [*incidents, *senders, *folders, *self._find_windows()]

    @property
    def _now(self) -> datetime:
        return self.situation.now

    @property
    def _owned(self) -> Mapping[str, Incident]:
        """The incidents of the recipient's owner, now."""
        return self.situation.by_owner.get(self.recipient.owner.name, {})

    def _wants(self, kind: NotificationKind) -> bool:
        """Whether the recipient is notified of this kind at all."""
        if kind in (_K.ESCALATED, _K.MAINTENANCE):
            return True  # owners always learn of escalations and of maintenance
        if kind is _K.ACKNOWLEDGED and self.recipient.channel.kind in EVENT_CHANNELS:
            return True  # what is acknowledged here is acknowledged there
        # An owner with an escalation wants beginnings there, even if the first channels get ends alone.
        escalates = self.recipient.after is not None and kind.word == Topic.NEW
        return escalates or kind.word in self.recipient.owner.notify_on

    def _is_muted(self, incident: Incident) -> bool:
        held = incident.acknowledged(self._now) or incident.snoozed(self._now)
        return held or incident.maintenance_until is not None

    def _wait_to_send(self, key: str, entry: SubjectState, notice: Notice) -> DueNotice:
        """A notice that waits to be sent: since now, unless it has been waiting already."""
        pending = entry.pending
        if pending is None or pending.kind is not notice.kind:
            pending = PendingNotice(kind=notice.kind, noticed=self._now)
        notice = replace(notice, noticed=pending.noticed)
        return DueNotice(key=key, entry=replace(entry, pending=pending), notice=notice)

    def _settle_unconfirmed(
        self,
        entry: SubjectState,
        find_kind: Callable[[SubjectState], NotificationKind | None],
        make_notice: Callable[[NotificationKind], Notice],
    ) -> tuple[SubjectState, NotificationKind | None]:
        """The kind of the due notice, and the state it follows from.

        A notice whose delivery is unconfirmed, and that is no longer due, is assumed to have been read: an
        end without its beginning does less harm than a beginning without its end.
        """
        kind, pending = find_kind(entry), entry.pending
        if pending is None or not pending.maybe_read or pending.kind is kind:
            return entry, kind
        after = assumed_read(entry, make_notice(pending.kind), self._now)
        entry = after or SubjectState(sender=entry.sender, folder=entry.folder)
        return entry, find_kind(entry)

    def _find_incidents(self) -> Iterator[DueNotice]:
        entries, found = list_entries(self.state, INCIDENT_PREFIX), dict(self._owned)
        for key, entry in entries.items():
            incident_id = key.removeprefix(INCIDENT_PREFIX)
            if incident := self.situation.incidents.get(incident_id):
                found[incident_id] = incident
            elif self._is_kept(entry, None):
                # Ended ones are not in the situation. Any other is gone for good: a late run showed that it
                # is one with another incident.
                yield DueNotice(key=key, entry=replace(entry, pending=None))
        for incident_id, incident in found.items():
            key = incident_key(incident_id)
            yield self._decide_incident(key, entries.get(key, SubjectState(sender=incident.sender)), incident)

    def _decide_incident(self, key: str, entry: SubjectState, incident: Incident) -> DueNotice:
        owned, maintained = incident.incident_id in self._owned, incident.maintenance_until is not None
        ends_alone = self.quiet or self._is_muted(incident) or not owned

        def is_held(kind: NotificationKind | None) -> bool:
            # Its server may be off: what no report says is said after the maintenance, if it is so then.
            return maintained and kind in _UNCONFIRMED

        def find_kind(known: SubjectState) -> NotificationKind | None:
            kind = self._find_kind(known, incident)
            if kind is not None and not (is_held(kind) if kind in ENDS else ends_alone):
                return kind
            newly = incident.acknowledged(self._now) and incident.acknowledged_until != known.acknowledged
            follows = known.said in _END_EXPECTED and incident.live and not self.quiet and not maintained
            return _K.ACKNOWLEDGED if newly and follows and self._wants(_K.ACKNOWLEDGED) else None

        def make_notice(kind: NotificationKind) -> Notice:
            return Notice(
                kind=kind,
                subject=key,
                incident=incident,
                since=incident.last_seen_at if kind is _K.NOT_REPORTED else entry.since,
                files_before=entry.files,
                wait_before=entry.wait,
            )

        entry, kind = self._settle_unconfirmed(entry, find_kind, make_notice)
        if kind is not None:
            return self._wait_to_send(key, entry, make_notice(kind))
        escalates = self.recipient.after is not None and entry.pending and entry.pending.kind in BEGINNINGS
        if escalates and not ends_alone and incident.status is IncidentStatus.UNKNOWN:
            # Nobody has acknowledged it: the wait goes on, and ends once the incident is seen to be open.
            return DueNotice(key=key, entry=entry)
        kept = replace(entry, pending=None)
        if is_held(self._find_kind(kept, incident)):
            return DueNotice(key=key, entry=kept)
        if kept.said is LastSaid.NOT_REPORTED and not incident.live:
            # One that is no longer reported ends without a further notice.
            kept = replace(kept, said=LastSaid.ENDED, at=self._now)
        expected = owned or kept.said in _END_EXPECTED
        return DueNotice(key=key, entry=kept if expected and self._is_kept(kept, incident) else None)

    def _find_kind(self, entry: SubjectState, incident: Incident) -> NotificationKind | None:
        """The kind that is due, muted or not."""
        first, said = self.recipient.after is None, entry.said
        state = incident.reason if incident.status is IncidentStatus.UNKNOWN else incident.status
        kind = _KINDS[state] if state else None
        if state is UnknownReason.UNREADABLE and first and self._wants(_K.UNREADABLE):
            return None  # the notice about its folder says it
        if kind is _K.NEW:
            if said in (LastSaid.BEGUN, LastSaid.LOST):
                return next(filter(self._wants, self._find_updates(entry, incident)), None)
            kind = _OPEN_AFTER[said]
            if kind is _K.NEW and not first:
                kind = _K.ESCALATED
        elif kind not in _NEWS_AFTER[said]:
            return None
        elif kind is _K.UNKNOWN and not first and said is not LastSaid.BEGUN:
            # Escalations are about what stayed open for so long, and nothing else.
            return None
        return kind if kind is not None and self._wants(kind) else None

    def _find_updates(self, entry: SubjectState, incident: Incident) -> Iterator[NotificationKind]:
        if entry.said is LastSaid.BEGUN and _is_worse(entry, incident, self._now):
            yield _K.WORSE
        if entry.at is None or self._now - entry.at >= (NEXT_REMINDER if entry.reminded else FIRST_REMINDER):
            yield _K.STILL_OPEN

    def _is_kept(self, entry: SubjectState, incident: Incident | None) -> bool:
        """Whether what was said about an incident still matters."""
        live = incident is not None and incident.live
        if entry.said in _OVER:
            return live or entry.at is None or self._now - entry.at <= OVER_KEPT
        return live and entry.said is not LastSaid.NOTHING

    def _find_senders(self) -> Iterator[DueNotice]:
        """One is silent, with what is unknown because of it, or reports again."""
        entries = list_entries(self.state, SENDER_PREFIX)
        # Senders are never removed: one that is missing has just changed, and the index will show it again.
        missing = entries.keys() - {sender_key(sender) for sender in self.situation.senders}
        yield from (DueNotice(key=key, entry=entries[key]) for key in missing)
        unknown = defaultdict[str, list[Incident]](list)
        silent = (one for one in self._owned.values() if one.live and one.reason is UnknownReason.SILENT)
        for one in sorted(silent, key=lambda one: (one.breached_since, one.incident_id)):
            unknown[one.sender].append(one)
        for sender in self.situation.senders.values():
            key, affected = sender_key(sender.key), tuple(unknown[sender.key])
            known = (
                self.state.entries.get(incident_key(one.incident_id))
                for one in affected
                if not self._is_muted(one)
            )
            owned = self.recipient.after is None and sender.owner == self.recipient.owner.name
            yield self._decide(
                key,
                entries.get(key, SubjectState(sender=sender.key)),
                Notice(kind=_K.SILENT, subject=key, sender=sender, unknown=affected),
                ongoing=sender.state is SenderState.SILENT,
                over=sender.state in _REPORTING,
                # To its owner, and to recipients who know of what is unknown now.
                concerned=owned or any(entry is not None and entry.said in _END_EXPECTED for entry in known),
                held=sender.silence_held_until is not None,
            )

    def _find_folders(self) -> Iterator[DueNotice]:
        """A server cannot read one, or can again."""
        entries = list_entries(self.state, UNREADABLE_PREFIX)
        unreadable = {
            unreadable_key(sender.key, folder.folder): (sender.key, folder)
            for sender in self.situation.senders.values()
            for folder in sender.unreadable_folders
        }
        for key in {**entries, **unreadable}:
            of, folder = unreadable.get(key, (None, None))
            entry = entries.get(key) or SubjectState(sender=of or "", folder=folder.folder if folder else "")
            sender = self.situation.senders.get(entry.sender)
            if sender is None:
                # As with senders: the index will show it again.
                yield DueNotice(key=key, entry=entry)
            else:
                kind, subject = _K.UNREADABLE, sender_key(sender.key)
                about = folder or UnreadableFolder(folder=entry.folder, error="")
                # Where it does not report, its last report about its folders may be long ago.
                reports, first = sender.state in _REPORTING, self.recipient.after is None
                yield self._decide(
                    key,
                    entry,
                    Notice(kind=kind, subject=subject, sender=sender, folder=about),
                    ongoing=reports and folder is not None,
                    over=reports and folder is None and len(sender.unreadable_folders) >= sender.unreadable,
                    concerned=first and folder is not None and folder.owner == self.recipient.owner.name,
                    held=folder is not None and folder.maintenance_until is not None,
                )

    def _find_windows(self) -> Iterator[DueNotice]:
        """Each maintenance window that touches the recipient's owner: once, whatever it wants."""
        # In PagerDuty, nothing would ever resolve it.
        notified = self.recipient.after is None and self.recipient.channel.kind is not ChannelKind.PAGERDUTY
        for window in self.situation.windows:
            key = f"{MAINTENANCE_PREFIX}{window.window_id}"
            yield self._decide(
                key,
                self.state.entries.get(key, SubjectState(sender="")),
                Notice(kind=_K.MAINTENANCE, subject=key, window=window),
                ongoing=True,
                concerned=notified and self.recipient.owner.name in self.situation.touched[window.window_id],
            )

    def _decide(
        self,
        key: str,
        entry: SubjectState,
        begins: Notice,
        *,
        ongoing: bool,
        over: bool = False,
        concerned: bool,
        held: bool = False,
    ) -> DueNotice:
        """What is due about a sender, a folder or a window, where `begins` is the notice that it begins.

        `ongoing` says whether it goes on, and `over` whether it is known to be over: where neither is so,
        that is unknown, or it is no longer watched. While it is `held`, no notice is due. Its beginning is
        due only to a recipient that is `concerned`.
        """

        def find_end(known: SubjectState) -> NotificationKind | None:
            """What there is to say where it does not go on; None where that is unknown."""
            silent = begins.sender if begins.kind is _K.SILENT else None
            # A silence may also end because somebody set another interval: then the sender has not reported.
            if over and (silent is None or silent.last_run_at != known.since):
                return _END_OF[begins.kind]
            retired = begins.sender is not None and begins.sender.state is SenderState.RETIRED
            return _K.NOT_EXPECTED if silent is not None or retired else None

        def find_kind(known: SubjectState) -> NotificationKind | None:
            kind = None
            if ongoing and concerned and known.said is LastSaid.NOTHING:
                kind = begins.kind
            elif not ongoing and known.said is LastSaid.BEGUN:
                kind = find_end(known)
            return kind if kind is not None and not (held or self.quiet) and self._wants(kind) else None

        def make_notice(kind: NotificationKind) -> Notice:
            return begins if kind is begins.kind else replace(begins, kind=kind, unknown=())

        entry, kind = self._settle_unconfirmed(entry, find_kind, make_notice)
        if kind is not None:
            return self._wait_to_send(key, entry, make_notice(kind))
        kept = entry.said is not LastSaid.NOTHING
        if not ongoing and (end := find_end(entry)):
            kept = entry.said is LastSaid.BEGUN and self._wants(end)
        return DueNotice(key=key, entry=replace(entry, pending=None) if kept else None)


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
