"""What is due to be said to a recipient now."""

from dataclasses import dataclass, replace
from datetime import datetime

from contract.owners.matching import is_quiet
from handlers.messages.message import Message, Recipient
from handlers.messages.rules.clock import set_right
from handlers.messages.rules.folders import find_folders
from handlers.messages.rules.grouping import group
from handlers.messages.rules.incidents import find_incidents
from handlers.messages.rules.senders import find_senders
from handlers.messages.rules.told import Entry, Told, entry_key
from handlers.messages.situation import Situation


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What is to be done."""

    told: Told
    """With what was noticed; the same as before where nothing was."""
    messages: tuple[Message, ...] = ()
    """What is due now, in order."""


def plan(recipient: Recipient, told: Told, situation: Situation) -> Plan:
    """What is due. Planning twice is planning once, as long as nothing was delivered in between.

    What it says is to be stored before its first message is sent: it holds that these are on their way, so
    that whoever comes after one that was stopped there knows that they may have arrived. Each is to be
    recorded (`recording`), also one that is not sent after all.

    Args:
        recipient: to whom.
        told: what was said to it, as the last plan or record left it.
        situation: what is so; it holds every incident that `told.list_told` asks for, if it exists.
    """
    if told.disabled is not None:
        return Plan(told=told)
    quiet = is_quiet(recipient.owner, situation.now)
    known = set_right(told, situation.now)
    findings = [
        *find_incidents(recipient, known, situation, quiet=quiet),
        *find_senders(recipient, known, situation, quiet=quiet),
        *find_folders(recipient, known, situation, quiet=quiet),
    ]
    entries = {one.key: one.entry for one in findings if one.entry is not None}
    messages = group(recipient, findings, known.last, situation.now)
    under_way = {entry_key(line) for message in messages for line in message.lines}
    entries |= {key: _under_way(entries[key], situation.now) for key in under_way}
    after = replace(known, entries=entries)
    return Plan(told=told if after == told else after, messages=messages)


def _under_way(entry: Entry, now: datetime) -> Entry:
    pending = entry.pending
    assert pending is not None  # noqa: S101 - it has a line
    # Of an earlier sweep's attempt nobody recorded what became of it.
    lost_sight = pending.sent_at is not None and pending.sent_at != now
    return replace(entry, pending=replace(pending, sent_at=now, in_doubt=pending.in_doubt or lost_sight))
