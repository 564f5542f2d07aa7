"""Reads `owners.yaml`: owners, channels, hours and rules, with every problem by its line."""

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import time, timedelta
from difflib import get_close_matches
from itertools import chain
from pathlib import Path
from typing import Final

from yaml.nodes import Node, SequenceNode

from contract.moments import DAYS, Day, Hours, list_zones
from contract.owners.matching import MAX_PATTERN_CHARACTERS, list_unreachable
from contract.owners.model import (
    MAX_MAIL_ADDRESSES,
    NAMED_CHANNELS,
    Channel,
    ChannelKind,
    Escalation,
    Owner,
    Owners,
    Rule,
    Topic,
    check_mail,
    check_name,
    check_topic,
    list_channels,
)
from contract.owners.yaml_file import YamlFile, line_of, suggest

MAX_INSTRUCTIONS_CHARACTERS: Final = 500
"""A link and a sentence; more belongs behind the link."""
MAX_ESCALATION_MINUTES: Final = 7 * 24 * 60
_CHECKS: Final[Mapping[ChannelKind, Callable[[str], str | None]]] = {
    ChannelKind.MAIL: check_mail,
    ChannelKind.SLACK: check_name,
    ChannelKind.TEAMS: check_name,
    ChannelKind.SNS: check_topic,
    ChannelKind.PAGERDUTY: check_name,
    ChannelKind.WEBHOOK: check_name,
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
                item,
                f"{what}: the same as in line {first.line}, which is notified anyway: remove one of them.",
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


_CLOCK: Final = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)", re.ASCII)
_END_OF_DAY: Final = "24:00"


def read_zone(file: YamlFile, node: Node | None, what: str) -> str:
    """A time zone; UTC where none is given."""
    text = file.read_text(node, what) if node else None
    if node is None or text is None:
        return "UTC"
    zones = list_zones()
    if text not in zones:
        by_lower = {zone.lower(): zone for zone in zones}
        nearest = get_close_matches(text.lower(), by_lower, n=1)
        meant = (
            f"did you mean {by_lower[nearest[0]]}?" if nearest else "such are Europe/Berlin, America/Chicago."
        )
        file.add(node, f"{what}: {text!r} is no time zone of the tz database: {meant}")
    return text


def read_quiet_hours(file: YamlFile, node: Node | None, what: str, zone: str) -> Iterator[Hours]:
    """The quiet hours of a list, in the owner's zone."""
    for item in file.read_items(node, what):
        parts = file.read_mapping(item, what, ("days", "from", "to"), required=("from", "to"))
        days = _read_days(file, parts.get("days"), f"days in {what}")
        start = _read_clock(file, parts.get("from"), f"from in {what}")
        end = _read_clock(file, parts.get("to"), f"to in {what}", end=True)
        if start is not None and end is not None:
            yield Hours(days=days, start=start, end=end, zone=zone)


def _read_days(file: YamlFile, node: Node | None, what: str) -> frozenset[int]:
    if node is None:
        return frozenset(range(len(DAYS)))
    if isinstance(node, SequenceNode) and not node.value:
        file.add(node, f"{what}: it must name one at least; leave it out for every day.")
    return frozenset(DAYS.index(Day(day)) for day in file.read_words(node, what, DAYS))


def _read_clock(file: YamlFile, node: Node | None, what: str, *, end: bool = False) -> time | None:
    text = file.read_text(node, what) if node else None
    if node is None or text is None:
        return None
    if end and text == _END_OF_DAY:
        return time(0)
    found = _CLOCK.fullmatch(text)
    if found is None:
        file.add(node, f'{what}: {text!r} is no time of day such as "22:00".')
        return None
    return time(int(found[1]), int(found[2]))


def read_rules(file: YamlFile, node: Node | None, names: Collection[str]) -> tuple[Rule, ...]:
    """The rules of a list. One that nothing ever comes to is a problem: its author means something else."""
    rules = tuple(_read_each(file, node, names))
    for rule in rules[:-1]:
        if _is_for_everything(rule):
            file.add(
                rule.line,
                "this rule has neither a folder nor a sender, so it takes everything, and nothing ever comes "
                "to those after it. Say which folder or sender it is about, or put it last.",
            )
    for rule, before in list_unreachable(rules):
        if _is_for_everything(before):
            continue
        file.add(
            rule.line,
            f"this rule never applies: the one in line {before.line} takes all that fits it. "
            "Put this one before that, or remove it.",
        )
    return rules


def read_owner_name(file: YamlFile, node: Node | None, what: str, names: Collection[str]) -> str | None:
    """The name of an owner that is in the file."""
    name = file.read_text(node, what) if node else None
    if node is not None and name is not None and name not in names:
        meant = suggest(name, names, "add it below owners.")
        file.add(node, f"{what}: there is no owner {name!r}: {meant}")
    return name


def _read_each(file: YamlFile, node: Node | None, names: Collection[str]) -> Iterator[Rule]:
    for item in file.read_items(node, "rules"):
        before = len(file.problems)
        keys = ("folder", "sender", "owner", "instructions")
        parts = file.read_mapping(item, "a rule", keys, required=("owner",))
        folder = _read_pattern(file, parts.get("folder"), "folder of a rule")
        sender = _read_pattern(file, parts.get("sender"), "sender of a rule")
        told = parts.get("instructions")
        instructions = (file.read_text(told, "instructions of a rule") or "") if told else ""
        if told and len(instructions) > MAX_INSTRUCTIONS_CHARACTERS:
            file.add(told, f"instructions of a rule: at most {MAX_INSTRUCTIONS_CHARACTERS} characters.")
        right = len(file.problems) == before
        owner = read_owner_name(file, parts.get("owner"), "owner of a rule", names)
        # An owner that is not there is no reason to overlook what else the rule hides.
        if right and owner is not None:
            yield Rule(
                owner=owner, folder=folder, sender=sender, instructions=instructions, line=line_of(item)
            )


def _is_for_everything(rule: Rule) -> bool:
    return rule.folder is None and rule.sender is None


def _read_pattern(file: YamlFile, node: Node | None, what: str) -> str | None:
    text = file.read_text(node, what) if node else None
    if node is not None and text is not None and len(text) > MAX_PATTERN_CHARACTERS:
        file.add(node, f"{what}: it has {len(text):,} characters: at most {MAX_PATTERN_CHARACTERS:,}.")
    return text


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
    keys = ("channels", "zone", "quiet_hours", "notify", "escalate")
    parts = file.read_mapping(node, f"the owner {name}", keys, required=keys[:1])
    seen: dict[str, Channel] = {}
    topics, zone = parts.get("notify"), read_zone(file, parts.get("zone"), f"zone of {name}")
    channels = read_channels(file, parts.get("channels"), f"channels of {name}", seen)
    escalations = read_escalations(file, parts.get("escalate"), f"escalate of {name}", seen)
    return Owner(
        name=name,
        channels=channels,
        zone=zone,
        quiet_hours=tuple(read_quiet_hours(file, parts.get("quiet_hours"), f"quiet_hours of {name}", zone)),
        told=frozenset(map(Topic, file.read_words(topics, f"notify of {name}", list(Topic))))
        if topics
        else frozenset(Topic),
        escalations=tuple(sorted(escalations, key=lambda one: one.after)),
    )


def check_webhooks(file: YamlFile, owners: Mapping[str, Owner]) -> None:
    """Notes each name that stands for a webhook of one service in one place and of another elsewhere.

    A workflow of Teams takes what it cannot show, and says nothing: nobody would notice.
    """
    first: dict[str, Channel] = {}
    for _, channel in chain.from_iterable(map(list_channels, owners.values())):
        if channel.kind not in NAMED_CHANNELS:
            continue
        name = channel.targets[0]
        before = first.setdefault(name, channel)
        if before.kind is not channel.kind:
            file.add(
                channel.line,
                f"the webhook {name!r} is of {channel.kind} here, and of {before.kind} in line {before.line}:"
                " a name leads to one address; give the other webhook another name.",
            )


class OwnersFileError(Exception):
    """The file cannot be used.

    Attributes:
        problems: what is wrong, such as `owners.yaml:12: ...`, in the order of the lines.
    """

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)


def read_owners_file(path: Path) -> Owners:
    """What the file says.

    Raises:
        OwnersFileError: it cannot be read, or anything in it is wrong: all of that, each with its line.
    """
    file = YamlFile()
    node = file.parse(_read_text(path))
    keys = ("default", "owners", "rules")
    parts = file.read_mapping(node, "the file", keys, required=keys[:2]) if node else {}
    owners = read_owners(file, parts.get("owners"))
    default = read_owner_name(file, parts.get("default"), "default", owners)
    rules = read_rules(file, parts.get("rules"), owners)
    if default is None or file.problems:
        raise OwnersFileError([f"{path.name}:{one.line}: {one.text}" for one in sorted(file.problems)])
    return Owners(owners=owners, rules=rules, default=default)


def _read_text(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        raise OwnersFileError([f"{path.name}: there is no file {path}."]) from None
    except OSError as error:
        raise OwnersFileError([f"{path.name}: {path} cannot be read: {error.strerror}."]) from None
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise OwnersFileError([f"{path.name}:{line}: is not UTF-8: save the file as UTF-8."]) from None
