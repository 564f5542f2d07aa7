"""Channels, and escalations to further ones."""

from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from typing import Final

from yaml.nodes import Node, SequenceNode

from contract.owners.model import Channel, ChannelKind, Escalation
from contract.owners.reading.yaml_file import YamlFile, line_of
from contract.owners.targets import MAX_MAIL_ADDRESSES, check_mail, check_name, check_topic

MAX_ESCALATION_MINUTES: Final = 7 * 24 * 60
_CHECKS: Final[Mapping[ChannelKind, Callable[[str], str | None]]] = {
    ChannelKind.MAIL: check_mail,
    ChannelKind.SLACK: check_name,
    ChannelKind.TEAMS: check_name,
    ChannelKind.SNS: check_topic,
}
_KINDS: Final = [str(kind) for kind in ChannelKind]


def read_channels(
    file: YamlFile, node: Node | None, what: str, seen: dict[str, Channel]
) -> tuple[Channel, ...]:
    """The channels of a list.

    Args:
        file: where they stand.
        node: the list.
        what: what it is.
        seen: those that the owner has already, by their keys; they are added to it. What was said is known
            by these keys, so that no owner has one twice.
    """
    channels: list[Channel] = []
    for item in file.read_items(node, what):
        channel = _read_channel(file, item, what)
        if channel is None:
            continue
        if first := seen.get(channel.key):
            file.add(
                item, f"{what}: the same as in line {first.line}, which is told anyway: remove one of them."
            )
            continue
        if channel.kind is ChannelKind.MAIL and any(one.kind is ChannelKind.MAIL for one in channels):
            file.add(item, f"{what}: mail is there already: put all addresses into one list.")
        seen[channel.key] = channel
        channels.append(channel)
    return tuple(channels)


def read_escalations(
    file: YamlFile, node: Node | None, what: str, seen: dict[str, Channel]
) -> Iterator[Escalation]:
    """The escalations of a list."""
    keys = ("after_minutes", "channels")
    known = set()
    for item in file.read_items(node, what):
        parts = file.read_mapping(item, what, keys, required=keys)
        minutes = parts.get("after_minutes")
        after = minutes and file.read_number(minutes, f"after_minutes in {what}", 1, MAX_ESCALATION_MINUTES)
        channels = read_channels(file, parts.get("channels"), f"channels in {what}", seen)
        if after in known:
            file.add(item, f"{what}: {after} minutes are there already: put all channels into one list.")
        if after:
            known.add(after)
            yield Escalation(after=timedelta(minutes=after), channels=channels)


def _read_channel(file: YamlFile, node: Node, what: str) -> Channel | None:
    before = len(file.problems)
    parts = file.read_mapping(node, f"a channel in {what}", _KINDS)
    if len(parts) != 1:
        if len(file.problems) == before:
            file.add(node, f"{what}: each has one of {', '.join(_KINDS)}, and a value.")
        return None
    name, value = next(iter(parts.items()))
    kind, what = ChannelKind(name), f"{name} in {what}"
    several = kind is ChannelKind.MAIL and isinstance(value, SequenceNode)
    targets = dict.fromkeys(
        text
        for one in (file.read_items(value, what) if several else [value])
        if (text := _read_target(file, one, what, kind)) is not None
    )
    if several and len(file.problems) == before and not 1 <= len(targets) <= MAX_MAIL_ADDRESSES:
        file.add(
            value,
            f"{what}: it must have 1 to {MAX_MAIL_ADDRESSES} addresses; for more, name a distribution list.",
        )
    if len(file.problems) > before:
        return None
    return Channel(kind=kind, targets=tuple(targets), line=line_of(node))


def _read_target(file: YamlFile, node: Node, what: str, kind: ChannelKind) -> str | None:
    text = file.read_text(node, what)
    if text is None:
        return None
    if "://" in text:
        # Not repeated: an address of a webhook is a secret.
        file.add(
            node,
            f"{what}: an address of a webhook is a secret, and has no place in this file. Name the webhook, "
            "and set its address with: pulumi config set --secret --path 'webhooks.NAME'",
        )
        return None
    if wrong := _CHECKS[kind](text):
        file.add(node, f"{what}: {text!r} {wrong}.")
        return None
    return text
