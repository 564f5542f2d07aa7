"""Names of webhooks: each leads to one address, which is Slack's or Teams's."""

from collections.abc import Mapping
from typing import Final

from contract.owners.model import Channel, ChannelKind, Owner
from contract.owners.reading.yaml_file import YamlFile

_KINDS: Final = (ChannelKind.SLACK, ChannelKind.TEAMS)


def check_webhooks(file: YamlFile, owners: Mapping[str, Owner]) -> None:
    """Notes each name that stands for a webhook of Slack in one place and of Teams in another.

    A workflow of Teams takes what it cannot show, and says nothing: nobody would notice.
    """
    first: dict[str, Channel] = {}
    for channel in (channel for owner in owners.values() for channel in _list_channels(owner)):
        if channel.kind not in _KINDS:
            continue
        name = channel.targets[0]
        before = first.setdefault(name, channel)
        if before.kind is not channel.kind:
            file.add(
                channel.line,
                f"the webhook {name!r} is of {channel.kind} here, and of {before.kind} in line {before.line}:"
                " a name leads to one address; give the other webhook another name.",
            )


def _list_channels(owner: Owner) -> tuple[Channel, ...]:
    later = (channel for escalation in owner.escalations for channel in escalation.channels)
    return tuple(one for one in (*owner.channels, *later) if one.targets)
