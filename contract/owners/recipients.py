"""Every channel of an owner is a recipient: what was said is known of each by itself."""

from collections.abc import Iterator
from datetime import timedelta

from contract.owners.model import Channel, Owner


def recipient_key(owner: str, channel: Channel) -> str:
    """What tells a recipient from all others: the owner's name, a slash and the channel's key."""
    return f"{owner}/{channel.key}"


def list_channels(owner: Owner) -> Iterator[tuple[timedelta | None, Channel]]:
    """The channels of an owner, each after how long it is told: None for those that are told at once."""
    for channel in owner.channels:
        yield None, channel
    for escalation in owner.escalations:
        for channel in escalation.channels:
            yield escalation.after, channel
