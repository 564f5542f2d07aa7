"""What there is to say of senders: one is silent, with what is unknown because of it, or it speaks again."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from contract.words import MessageKind, SenderState, UnknownReason
from handlers.messages.message import Line, Recipient
from handlers.messages.rules.finding import Finding, resting, waiting
from handlers.messages.rules.hearing import settle
from handlers.messages.rules.incidents import is_mine, is_muted
from handlers.messages.rules.notices import SENDER_SAY, Now
from handlers.messages.rules.told import Entry, Said, Told, incident_key, list_entries, sender_key
from handlers.messages.rules.topics import is_told
from handlers.messages.situation import Incident, Sender, Situation
from store.notifications import SENDER_PREFIX


def find_senders(recipient: Recipient, told: Told, situation: Situation, *, quiet: bool) -> Iterator[Finding]:
    """What there is to say of senders; the arguments are those of `incidents.find_incidents`."""
    entries = list_entries(told, SENDER_PREFIX)
    # No sender is ever removed: one that is not there has just changed, and the index will show it again.
    unseen = entries.keys() - {sender_key(sender) for sender in situation.senders}
    yield from (Finding(key=key, entry=entries[key]) for key in unseen)
    unknown = _unknown_by_sender(recipient, situation)
    for sender in situation.senders.values():
        key = sender_key(sender.key)
        entry = entries.get(key, Entry(sender=sender.key))
        theirs = unknown[sender.key]
        concerns = _concerns(recipient, told, sender, theirs, situation)
        yield _find(recipient, key, entry, sender, theirs, situation.now, concerns=concerns, quiet=quiet)


def _find(
    recipient: Recipient,
    key: str,
    entry: Entry,
    sender: Sender,
    unknown: Sequence[Incident],
    now: datetime,
    *,
    concerns: bool,
    quiet: bool,
) -> Finding:
    def word(known: Entry) -> MessageKind | None:
        kind = SENDER_SAY.get((known.said, _how_it_is(sender, known)))
        if kind is None or quiet or not is_told(recipient, kind):
            return None
        return kind if concerns or kind is not MessageKind.SILENT else None

    def line(kind: MessageKind) -> Line:
        named = tuple(unknown) if kind is MessageKind.SILENT else ()
        return Line(kind=kind, subject=key, sender=sender, unknown=named)

    entry, kind = settle(entry, word, line, now)
    if kind is not None:
        return Finding(key=key, entry=waiting(entry, kind, now), line=line(kind))
    kept = resting(entry)
    return Finding(key=key, entry=kept if _worth_keeping(recipient, kept, _how_it_is(sender, kept)) else None)


def _how_it_is(sender: Sender, entry: Entry) -> Now:
    if sender.state is SenderState.SILENT:
        return Now.TROUBLE
    # Who is no longer silent because somebody set its hours or paused it has not spoken.
    spoke = sender.state in (SenderState.UP, SenderState.LATE) and sender.last_run_at != entry.since
    return Now.WELL if spoke else Now.NEITHER


def _concerns(
    recipient: Recipient, told: Told, sender: Sender, unknown: Sequence[Incident], situation: Situation
) -> bool:
    """Whether a silence is news: to the sender's owner, and to who was told of what is unknown now."""
    if recipient.after is None and sender.owner == recipient.owner.name:
        return True
    entries = (
        told.entries.get(incident_key(one.incident_id)) for one in unknown if not is_muted(one, situation.now)
    )
    return any(entry is not None and entry.said in (Said.BEGUN, Said.UNKNOWN) for entry in entries)


def _unknown_by_sender(recipient: Recipient, situation: Situation) -> Mapping[str, list[Incident]]:
    """The recipient's incidents whose sender is silent, the longest in breach first."""
    found = defaultdict(list)
    for one in situation.incidents.values():
        if one.live and one.reason is UnknownReason.SILENT and is_mine(recipient, one):
            found[one.sender].append(one)
    for theirs in found.values():
        theirs.sort(key=lambda one: (one.breached_since, one.incident_id))
    return found


def _worth_keeping(recipient: Recipient, entry: Entry, is_now: Now) -> bool:
    """Whether it matters still what was said: as long as the silence lasts, and until its end was told."""
    if entry.said is Said.BEGUN:
        return is_now is Now.TROUBLE or (is_now is Now.WELL and is_told(recipient, MessageKind.SPEAKS))
    return entry.said is Said.LOST and is_now is Now.TROUBLE
