"""What is due to be said to a recipient now."""

from dataclasses import dataclass, replace

from contract.owners.quiet import is_quiet
from handlers.messages.message import Message, Recipient
from handlers.messages.rules.clock import set_right
from handlers.messages.rules.folders import find_folders
from handlers.messages.rules.grouping import group
from handlers.messages.rules.incidents import find_incidents
from handlers.messages.rules.senders import find_senders
from handlers.messages.rules.told import Told
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
    after = replace(known, entries=entries)
    messages = group(recipient, findings, after.last, situation.now)
    return Plan(told=told if after == told else after, messages=messages)
