"""Every channel that may be told something."""

from contract.owners.model import Owners
from handlers.messages.message import Recipient


def list_recipients(owners: Owners) -> list[Recipient]:
    """The channels of every owner, each once: told at once, or else by the soonest escalation."""
    found: dict[str, Recipient] = {}
    for owner in owners.owners.values():
        at_once = [Recipient(owner=owner, channel=channel) for channel in owner.channels]
        later = [
            Recipient(owner=owner, channel=channel, after=escalation.after)
            for escalation in sorted(owner.escalations, key=lambda one: one.after)
            for channel in escalation.channels
        ]
        for one in (*at_once, *later):
            found.setdefault(one.key, one)
    return list(found.values())
