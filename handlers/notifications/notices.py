"""What there is to say of a silent sender, and of a folder that cannot be read.

| said    | trouble | well  | neither |
|---------|---------|-------|---------|
| nothing | begins  |       |         |
| begun   |         | ends  |         |
| lost    |         |       |         |
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from enum import StrEnum, unique
from typing import Final

from contract.words import MessageKind, SenderState, UnknownReason
from handlers.notifications.rules import DueNotice, is_mine, is_muted, is_wanted, resting, settle, waiting
from handlers.notifications.situation import Incident, Notice, Recipient, Sender, Situation, UnreadableFolder
from store.notifications import (
    SENDER_PREFIX,
    UNREADABLE_PREFIX,
    LastSaid,
    RecipientState,
    SubjectState,
    incident_key,
    list_entries,
    sender_key,
    unreadable_key,
)


@unique
class TroublePhase(StrEnum):
    """How a sender or a folder is."""

    TROUBLE = "trouble"
    WELL = "well"
    NEITHER = "neither"
    """Nobody can tell, or nobody asks any more."""


SENDER_SAY: Final[Mapping[tuple[LastSaid, TroublePhase], MessageKind]] = {
    (LastSaid.NOTHING, TroublePhase.TROUBLE): MessageKind.SILENT,
    (LastSaid.BEGUN, TroublePhase.WELL): MessageKind.SPEAKS,
}
FOLDER_SAY: Final[Mapping[tuple[LastSaid, TroublePhase], MessageKind]] = {
    (LastSaid.NOTHING, TroublePhase.TROUBLE): MessageKind.UNREADABLE,
    (LastSaid.BEGUN, TroublePhase.WELL): MessageKind.READABLE,
}


def find_senders(
    recipient: Recipient, told: RecipientState, situation: Situation, *, quiet: bool
) -> Iterator[DueNotice]:
    """What there is to say of senders; the arguments are those of `incidents.find_incidents`."""
    entries = list_entries(told, SENDER_PREFIX)
    # No sender is ever removed: one that is not there has just changed, and the index will show it again.
    unseen = entries.keys() - {sender_key(sender) for sender in situation.senders}
    yield from (DueNotice(key=key, entry=entries[key]) for key in unseen)
    unknown = _unknown_by_sender(recipient, situation)
    for sender in situation.senders.values():
        key = sender_key(sender.key)
        entry = entries.get(key, SubjectState(sender=sender.key))
        theirs = unknown[sender.key]
        concerns = _concerns_sender(recipient, told, sender, theirs, situation)
        yield _find_sender(
            recipient, key, entry, sender, theirs, situation.now, concerns=concerns, quiet=quiet
        )


def _find_sender(
    recipient: Recipient,
    key: str,
    entry: SubjectState,
    sender: Sender,
    unknown: Sequence[Incident],
    now: datetime,
    *,
    concerns: bool,
    quiet: bool,
) -> DueNotice:
    def word(known: SubjectState) -> MessageKind | None:
        kind = SENDER_SAY.get((known.said, _phase_of_sender(sender, known)))
        if kind is None or quiet or not is_wanted(recipient, kind):
            return None
        return kind if concerns or kind is not MessageKind.SILENT else None

    def line(kind: MessageKind) -> Notice:
        named = tuple(unknown) if kind is MessageKind.SILENT else ()
        return Notice(kind=kind, subject=key, sender=sender, unknown=named)

    entry, kind = settle(entry, word, line, now)
    if kind is not None:
        return DueNotice(key=key, entry=waiting(entry, kind, now), line=line(kind))
    kept = resting(entry)
    return DueNotice(
        key=key, entry=kept if _keep_sender(recipient, kept, _phase_of_sender(sender, kept)) else None
    )


def _phase_of_sender(sender: Sender, entry: SubjectState) -> TroublePhase:
    if sender.state is SenderState.SILENT:
        return TroublePhase.TROUBLE
    # Who is no longer silent because somebody set its hours or paused it has not spoken.
    spoke = sender.state in (SenderState.UP, SenderState.LATE) and sender.last_run_at != entry.since
    return TroublePhase.WELL if spoke else TroublePhase.NEITHER


def _concerns_sender(
    recipient: Recipient,
    told: RecipientState,
    sender: Sender,
    unknown: Sequence[Incident],
    situation: Situation,
) -> bool:
    """Whether a silence is news: to the sender's owner, and to who was told of what is unknown now."""
    if recipient.after is None and sender.owner == recipient.owner.name:
        return True
    entries = (
        told.entries.get(incident_key(one.incident_id)) for one in unknown if not is_muted(one, situation.now)
    )
    return any(entry is not None and entry.said in (LastSaid.BEGUN, LastSaid.UNKNOWN) for entry in entries)


def _unknown_by_sender(recipient: Recipient, situation: Situation) -> Mapping[str, list[Incident]]:
    """The recipient's incidents whose sender is silent, the longest in breach first."""
    found = defaultdict(list)
    for one in situation.incidents.values():
        if one.live and one.reason is UnknownReason.SILENT and is_mine(recipient, one):
            found[one.sender].append(one)
    for theirs in found.values():
        theirs.sort(key=lambda one: (one.breached_since, one.incident_id))
    return found


def _keep_sender(recipient: Recipient, entry: SubjectState, is_now: TroublePhase) -> bool:
    """Whether it matters still what was said: as long as the silence lasts, and until its end was told."""
    if entry.said is LastSaid.BEGUN:
        return is_now is TroublePhase.TROUBLE or (
            is_now is TroublePhase.WELL and is_wanted(recipient, MessageKind.SPEAKS)
        )
    return entry.said is LastSaid.LOST and is_now is TroublePhase.TROUBLE


def find_folders(
    recipient: Recipient, told: RecipientState, situation: Situation, *, quiet: bool
) -> Iterator[DueNotice]:
    """What there is to say of folders; the arguments are those of `incidents.find_incidents`."""
    entries = list_entries(told, UNREADABLE_PREFIX)
    unreadable = {
        unreadable_key(sender.key, folder.folder): (sender.key, folder)
        for sender in situation.senders.values()
        for folder in sender.unreadable
    }
    for key in {**entries, **unreadable}:
        of, folder = unreadable.get(key, (None, None))
        entry = entries.get(key) or SubjectState(sender=of or "", folder=folder.folder if folder else "")
        sender = situation.senders.get(entry.sender)
        if sender is None:
            # As with senders themselves: the index will show it again.
            yield DueNotice(key=key, entry=entry)
            continue
        if sender.state is SenderState.RETIRED:
            yield DueNotice(key=key, entry=None)
            continue
        yield _find_folder(recipient, key, entry, sender, folder, situation.now, quiet=quiet)


def _find_folder(
    recipient: Recipient,
    key: str,
    entry: SubjectState,
    sender: Sender,
    folder: UnreadableFolder | None,
    now: datetime,
    *,
    quiet: bool,
) -> DueNotice:
    is_now = _phase_of_folder(sender, folder)

    def word(known: SubjectState) -> MessageKind | None:
        kind = FOLDER_SAY.get((known.said, is_now))
        if kind is None or quiet or not is_wanted(recipient, kind):
            return None
        return kind if kind is not MessageKind.UNREADABLE or _concerns_folder(recipient, folder) else None

    def line(kind: MessageKind) -> Notice:
        known = folder or UnreadableFolder(folder=entry.folder, owner="", error="")
        return Notice(kind=kind, subject=sender_key(sender.key), sender=sender, folder=known)

    entry, kind = settle(entry, word, line, now)
    if kind is not None:
        return DueNotice(key=key, entry=waiting(entry, kind, now), line=line(kind))
    kept = resting(entry)
    return DueNotice(key=key, entry=kept if _keep_folder(recipient, kept, is_now) else None)


def _phase_of_folder(sender: Sender, folder: UnreadableFolder | None) -> TroublePhase:
    if sender.state not in (SenderState.UP, SenderState.LATE):
        # What it said last of its folders may be long ago.
        return TroublePhase.NEITHER
    if folder is not None:
        return TroublePhase.TROUBLE
    return TroublePhase.NEITHER if sender.unreadable_unnamed else TroublePhase.WELL


def _concerns_folder(recipient: Recipient, folder: UnreadableFolder | None) -> bool:
    return recipient.after is None and folder is not None and folder.owner == recipient.owner.name


def _keep_folder(recipient: Recipient, entry: SubjectState, is_now: TroublePhase) -> bool:
    """Whether it matters still what was said: until the folder can be read, and that was told."""
    if is_now is TroublePhase.WELL:
        return entry.said is LastSaid.BEGUN and is_wanted(recipient, MessageKind.READABLE)
    return entry.said is not LastSaid.NOTHING
