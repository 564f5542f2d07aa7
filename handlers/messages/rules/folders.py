"""What there is to say of folders that a server watches and cannot read."""

from collections.abc import Iterator
from datetime import datetime

from contract.words import MessageKind, SenderState
from handlers.messages.message import Line, Recipient
from handlers.messages.rules.finding import Finding, resting, waiting
from handlers.messages.rules.hearing import settle
from handlers.messages.rules.notices import FOLDER_SAY, Now
from handlers.messages.rules.told import (
    UNREADABLE_PREFIX,
    Entry,
    Said,
    Told,
    list_entries,
    sender_key,
    unreadable_key,
)
from handlers.messages.rules.topics import is_told
from handlers.messages.situation import Sender, Situation, UnreadableFolder


def find_folders(recipient: Recipient, told: Told, situation: Situation, *, quiet: bool) -> Iterator[Finding]:
    """What there is to say of folders; the arguments are those of `incidents.find_incidents`."""
    entries = list_entries(told, UNREADABLE_PREFIX)
    unreadable = {
        unreadable_key(sender.key, folder.folder): (sender.key, folder)
        for sender in situation.senders.values()
        for folder in sender.unreadable
    }
    for key in {**entries, **unreadable}:
        of, folder = unreadable.get(key, (None, None))
        entry = entries.get(key) or Entry(sender=of or "", folder=folder.folder if folder else "")
        sender = situation.senders.get(entry.sender)
        if sender is None:
            # As with senders themselves: the index will show it again.
            yield Finding(key=key, entry=entry)
            continue
        if sender.state is SenderState.RETIRED:
            yield Finding(key=key, entry=None)
            continue
        yield _find(recipient, key, entry, sender, folder, situation.now, quiet=quiet)


def _find(
    recipient: Recipient,
    key: str,
    entry: Entry,
    sender: Sender,
    folder: UnreadableFolder | None,
    now: datetime,
    *,
    quiet: bool,
) -> Finding:
    is_now = _how_it_is(sender, folder)

    def word(known: Entry) -> MessageKind | None:
        kind = FOLDER_SAY.get((known.said, is_now))
        if kind is None or quiet or not is_told(recipient, kind):
            return None
        return kind if kind is not MessageKind.UNREADABLE or _concerns(recipient, folder) else None

    def line(kind: MessageKind) -> Line:
        known = folder or UnreadableFolder(folder=entry.folder, owner="", error="")
        return Line(kind=kind, subject=sender_key(sender.key), sender=sender, folder=known)

    entry, kind = settle(entry, word, line, now)
    if kind is not None:
        return Finding(key=key, entry=waiting(entry, kind, now), line=line(kind))
    kept = resting(entry)
    return Finding(key=key, entry=kept if _worth_keeping(recipient, kept, is_now) else None)


def _how_it_is(sender: Sender, folder: UnreadableFolder | None) -> Now:
    if sender.state not in (SenderState.UP, SenderState.LATE):
        # What it said last of its folders may be long ago.
        return Now.NEITHER
    if folder is not None:
        return Now.TROUBLE
    return Now.NEITHER if sender.unreadable_unnamed else Now.WELL


def _concerns(recipient: Recipient, folder: UnreadableFolder | None) -> bool:
    return recipient.after is None and folder is not None and folder.owner == recipient.owner.name


def _worth_keeping(recipient: Recipient, entry: Entry, is_now: Now) -> bool:
    """Whether it matters still what was said: until the folder can be read, and that was told."""
    if is_now is Now.WELL:
        return entry.said is Said.BEGUN and is_told(recipient, MessageKind.READABLE)
    return entry.said is not Said.NOTHING
