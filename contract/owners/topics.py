"""Names of the SNS topics that stand in for an owner's mail where Amazon SES is not used."""

from collections.abc import Iterator
from datetime import timedelta

from contract.owners.model import Channel, ChannelKind, Owner
from contract.owners.recipients import list_channels


def name_mail_topic(owner: str, after: timedelta | None = None) -> str:
    """What follows the stack's prefix in the name, and so in the ARN, of a topic.

    Args:
        owner: its name, which has no underscore.
        after: of an escalation, whose mail goes to other people and so to another topic; None at once.

    >>> name_mail_topic("orders"), name_mail_topic("orders", timedelta(hours=1))
    ('orders', 'orders_after_60')
    """
    return owner if after is None else f"{owner}_after_{after // timedelta(minutes=1)}"


def list_mail_topics(owner: Owner) -> Iterator[tuple[str, Channel]]:
    """Each topic that an owner needs, and the channel whose addresses subscribe to it."""
    for after, channel in list_channels(owner):
        if channel.kind is ChannelKind.MAIL:
            yield name_mail_topic(owner.name, after), channel
