"""Owners."""

from collections.abc import Mapping

from yaml.nodes import Node

from contract.owners.model import Channel, Owner, Topic
from contract.owners.reading.channels import read_channels, read_escalations
from contract.owners.reading.hours import read_quiet_hours, read_zone
from contract.owners.reading.webhooks import check_webhooks
from contract.owners.reading.yaml_file import YamlFile
from contract.owners.targets import check_name

_TOPICS = [str(topic) for topic in Topic]


def read_owners(file: YamlFile, node: Node | None) -> Mapping[str, Owner]:
    """The owners, by name."""
    entries = file.read_entries(node, "owners") if node else []
    owners = {}
    for key, name, value in entries:
        if wrong := check_name(name):
            file.add(key, f"the owner {name!r}: a name {wrong}.")
        owners[name] = _read_owner(file, name, value)
    check_webhooks(file, owners)
    return owners


def _read_owner(file: YamlFile, name: str, node: Node) -> Owner:
    keys = ("channels", "zone", "quiet_hours", "tell", "escalate")
    parts = file.read_mapping(node, f"the owner {name}", keys, required=keys[:1])
    seen: dict[str, Channel] = {}
    channels = read_channels(file, parts.get("channels"), f"channels of {name}", seen)
    escalations = read_escalations(file, parts.get("escalate"), f"escalate of {name}", seen)
    return Owner(
        name=name,
        channels=channels,
        zone=read_zone(file, parts.get("zone"), f"zone of {name}"),
        quiet_hours=tuple(read_quiet_hours(file, parts.get("quiet_hours"), f"quiet_hours of {name}")),
        told=_read_topics(file, parts.get("tell"), f"tell of {name}"),
        escalations=tuple(sorted(escalations, key=lambda one: one.after)),
    )


def _read_topics(file: YamlFile, node: Node | None, what: str) -> frozenset[Topic]:
    if node is None:
        return frozenset(Topic)
    return frozenset(map(Topic, file.read_words(node, what, _TOPICS)))
