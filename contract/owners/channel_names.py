"""What people are shown of a channel."""

from collections.abc import Mapping
from typing import Final

from contract.owners.model import Channel, ChannelKind

_NAMES: Final[Mapping[ChannelKind, str]] = {
    ChannelKind.MAIL: "Mail to",
    ChannelKind.SLACK: "Slack",
    ChannelKind.TEAMS: "Teams",
    ChannelKind.SNS: "SNS topic",
}


def name_channel(channel: Channel) -> str:
    """Such as `Slack orders`, or `Mail to ana@example.com`: no text for a log, for it may hold addresses."""
    targets = channel.targets
    if channel.kind is ChannelKind.SNS:
        # Of an ARN, what people call the topic.
        targets = tuple(target.rpartition(":")[2] for target in targets)
    return f"{_NAMES[channel.kind]} {', '.join(targets)}"
