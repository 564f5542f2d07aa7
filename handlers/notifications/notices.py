"""Which notice about a silent sender, or about a folder that cannot be read, is due to a recipient.

| last said | trouble | well | neither |
|-----------|---------|------|---------|
| nothing   | begins  |      |         |
| begun     |         | ends |         |
| lost      |         |      |         |
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from enum import StrEnum, unique
from functools import partial
from typing import Final

from contract.words import NotificationKind, SenderState, UnknownReason
from handlers.notifications.rules import (
    DueNotice,
    is_mine,
    is_muted,
    is_wanted,
    settle_unconfirmed,
    wait_to_send,
    without_pending,
)
from handlers.notifications.situation import Notice, Situation
from store.incidents import Incident
from store.notifications import (
    SENDER_PREFIX,
    UNREADABLE_PREFIX,
    LastSaid,
    Recipient,
    RecipientState,
    SubjectState,
    incident_key,
    list_entries,
    sender_key,
    unreadable_key,
)
from store.senders import Sender, UnreadableFolder


@unique
class TroublePhase(StrEnum):
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

    The arguments are those of `rules.find_incidents`.
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


def _phase_of_sender(sender: Sender, entry: SubjectState) -> TroublePhase:
    if sender.state is SenderState.SILENT:
        return TroublePhase.TROUBLE
    # A silence may also end because somebody set hours or a pause: then the sender has not reported.
    reported = sender.state in (SenderState.UP, SenderState.LATE) and sender.last_run_at != entry.since
    return TroublePhase.WELL if reported else TroublePhase.NEITHER


def _is_concerned(
    recipient: Recipient, state: RecipientState, sender: Sender, unknown: Sequence[Incident], now: datetime
) -> bool:
    """Whether a silence is news: to the sender's owner, and to recipients who know of what is unknown now."""
    if recipient.after is None and sender.owner == recipient.owner.name:
        return True
    entries = (state.entries.get(incident_key(one.incident_id)) for one in unknown if not is_muted(one, now))
    return any(entry is not None and entry.said in (LastSaid.BEGUN, LastSaid.UNKNOWN) for entry in entries)


def _list_unknown(recipient: Recipient, situation: Situation) -> Mapping[str, list[Incident]]:
    """The recipient's incidents whose sender is silent, by sender, the longest in breach first."""
    found = defaultdict(list)
    for one in situation.incidents.values():
        if one.live and one.reason is UnknownReason.SILENT and is_mine(recipient, one):
            found[one.sender].append(one)
    for theirs in found.values():
        theirs.sort(key=lambda one: (one.breached_since, one.incident_id))
    return found


def find_folders(
    recipient: Recipient, state: RecipientState, situation: Situation, *, quiet: bool
) -> Iterator[DueNotice]:
    """The due notices about unreadable folders; the arguments are those of `rules.find_incidents`."""
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


def _phase_of_folder(sender: Sender, folder: UnreadableFolder | None, _: SubjectState) -> TroublePhase:
    if sender.state not in (SenderState.UP, SenderState.LATE):
        # Its last report about its folders may be long ago.
        return TroublePhase.NEITHER
    if folder is not None:
        return TroublePhase.TROUBLE
    return TroublePhase.NEITHER if len(sender.unreadable_folders) < sender.unreadable else TroublePhase.WELL


def _decide(
    recipient: Recipient,
    key: str,
    entry: SubjectState,
    begins: Notice,
    find_phase: Callable[[SubjectState], TroublePhase],
    now: datetime,
    *,
    quiet: bool,
    concerned: bool,
) -> DueNotice:
    """What the table above says of a sender or a folder, where `begins` is the notice of its trouble."""
    end = _END_OF[begins.kind]

    def find_kind(known: SubjectState) -> NotificationKind | None:
        phase, kind = find_phase(known), None
        if known.said is LastSaid.NOTHING and phase is TroublePhase.TROUBLE and concerned:
            kind = begins.kind
        elif known.said is LastSaid.BEGUN and phase is TroublePhase.WELL:
            kind = end
        return kind if kind is not None and not quiet and is_wanted(recipient, kind) else None

    def make_notice(kind: NotificationKind) -> Notice:
        return begins if kind is begins.kind else replace(begins, kind=kind, unknown=())

    entry, kind = settle_unconfirmed(entry, find_kind, make_notice, now)
    if kind is not None:
        return wait_to_send(key, entry, make_notice(kind), now)
    match find_phase(entry):
        case TroublePhase.WELL:
            kept = entry.said is LastSaid.BEGUN and is_wanted(recipient, end)
        case TroublePhase.NEITHER if begins.folder is None:
            # A silence that a setting ended is over, and needs no further notice.
            kept = False
        case _:
            kept = entry.said is not LastSaid.NOTHING
    return DueNotice(key=key, entry=without_pending(entry) if kept else None)
