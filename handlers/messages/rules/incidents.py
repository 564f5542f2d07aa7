"""What there is to say of each incident: the truth table, and what stands against saying it."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from contract.words import ENDS, IncidentStatus, MessageKind
from handlers.messages.message import Line, Recipient
from handlers.messages.rules.finding import Finding, resting, waiting
from handlers.messages.rules.hearing import settle
from handlers.messages.rules.limits import (
    FIRST_REMINDER,
    MUCH_WORSE_TIMES,
    NEXT_REMINDER,
    OVER_KEPT,
    WORSE_GAP,
    WORSE_TIMES,
)
from handlers.messages.rules.told import Entry, Said, Told, incident_key, list_entries
from handlers.messages.rules.topics import is_told
from handlers.messages.rules.truth import BEGINNINGS, OVER, SAY, Now, how_it_is
from handlers.messages.situation import Incident, Situation
from store.notifications import INCIDENT_PREFIX


def find_incidents(
    recipient: Recipient, told: Told, situation: Situation, *, quiet: bool
) -> Iterator[Finding]:
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
            yield Finding(key=key, entry=resting(entry))
    for incident_id, incident in situation.incidents.items():
        key = incident_key(incident_id)
        entry = entries.get(key, Entry(sender=incident.sender))
        if is_mine(recipient, incident) or key in entries:
            yield _find(recipient, key, entry, incident, now, quiet=quiet)


def is_mine(recipient: Recipient, incident: Incident) -> bool:
    """Whether an incident belongs to the recipient's owner, now."""
    return incident.owner == recipient.owner.name


def is_muted(incident: Incident, now: datetime) -> bool:
    """Whether somebody is on it, or nobody wants to hear of it."""
    return incident.acknowledged(now) or incident.snoozed(now)


def _find(
    recipient: Recipient, key: str, entry: Entry, incident: Incident, now: datetime, *, quiet: bool
) -> Finding:
    entry, kind = settle(
        entry,
        lambda known: _word(recipient, known, incident, now, quiet=quiet),
        lambda kind: Line(kind=kind, subject=key, incident=incident),
        now,
    )
    if kind is not None:
        line = Line(kind=kind, subject=key, incident=incident, since=_since(kind, entry, incident))
        return Finding(key=key, entry=waiting(entry, kind, now), line=line)
    if _waits_on(recipient, entry, incident, now, quiet=quiet):
        return Finding(key=key, entry=entry)
    kept = resting(_unsaid(entry, incident, now))
    foreign = not is_mine(recipient, incident) and kept.said not in (Said.BEGUN, Said.UNKNOWN)
    return Finding(key=key, entry=kept if _worth_keeping(kept, incident, now) and not foreign else None)


def _waits_on(recipient: Recipient, entry: Entry, incident: Incident, now: datetime, *, quiet: bool) -> bool:
    """Whether an escalation goes on to wait though there is nothing to say: its incident is unknown.

    Nobody has acknowledged it meanwhile, so the next channels are told as soon as it is seen to be open.
    """
    waits = recipient.after is not None and entry.pending is not None and entry.pending.kind in BEGINNINGS
    heard = is_mine(recipient, incident) and not is_muted(incident, now) and not quiet
    return waits and heard and incident.status is IncidentStatus.UNKNOWN


def _word(
    recipient: Recipient, entry: Entry, incident: Incident, now: datetime, *, quiet: bool
) -> MessageKind | None:
    """What there is to say now, and may be said."""
    kind = _wanted_word(recipient, entry, incident, now)
    ends_alone = quiet or is_muted(incident, now) or not is_mine(recipient, incident)
    return kind if kind in ENDS or not ends_alone else None


def _wanted_word(recipient: Recipient, entry: Entry, incident: Incident, now: datetime) -> MessageKind | None:
    """What there is to say to a recipient who is told such things, muted or not."""
    is_now = how_it_is(
        incident,
        unreadable_noticed=recipient.after is None and is_told(recipient, MessageKind.UNREADABLE),
    )
    if is_now is Now.OPEN and entry.said in (Said.BEGUN, Said.LOST):
        words = _words_of_what_goes_on(entry, incident, now)
        return next((kind for kind in words if is_told(recipient, kind)), None)
    kind = SAY.get((entry.said, is_now))
    if recipient.after is not None:
        kind = _escalated(kind, entry)
    return kind if kind is not None and is_told(recipient, kind) else None


def _words_of_what_goes_on(entry: Entry, incident: Incident, now: datetime) -> Iterator[MessageKind]:
    if entry.said is Said.BEGUN and _is_worse(entry, incident, now):
        yield MessageKind.WORSE
    if entry.at is None or now - entry.at >= (NEXT_REMINDER if entry.reminded else FIRST_REMINDER):
        yield MessageKind.REMINDER


def _is_worse(entry: Entry, incident: Incident, now: datetime) -> bool:
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


def _escalated(kind: MessageKind | None, entry: Entry) -> MessageKind | None:
    """What is said to the next channels: they are told of nothing that nobody let open for so long."""
    if kind is MessageKind.BEGIN:
        return MessageKind.ESCALATED
    if kind is MessageKind.UNKNOWN and entry.said is not Said.BEGUN:
        return None
    return kind


def _since(kind: MessageKind, entry: Entry, incident: Incident) -> datetime | None:
    if kind is MessageKind.QUIET:
        return incident.last_seen_at
    again = kind in BEGINNINGS and kind not in (MessageKind.BEGIN, MessageKind.ESCALATED)
    return entry.since if again else None


def _unsaid(entry: Entry, incident: Incident, now: datetime) -> Entry:
    """An entry of which nothing is said: what is quiet ends without a further word."""
    if entry.said is Said.QUIET and not incident.live:
        return replace(entry, said=Said.ENDED, at=now)
    return entry


def _worth_keeping(entry: Entry, incident: Incident | None, now: datetime) -> bool:
    live = incident is not None and incident.live
    if entry.said in OVER:
        return live or entry.at is None or now - entry.at <= OVER_KEPT
    return live and entry.said is not Said.NOTHING
