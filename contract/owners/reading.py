"""Reads `owners.yaml`: owners, channels, hours and rules, with every problem by its line."""

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import time, timedelta
from itertools import chain
from pathlib import Path
from typing import Final

from yaml.nodes import SequenceNode

from contract.moments import DAYS, Day, Hours, list_zones
from contract.owners import model
from contract.owners.matching import MAX_PATTERN_CHARACTERS, list_unreachable
from contract.owners.model import Channel, ChannelKind, Escalation, Owner, Owners, Rule, Topic
from contract.owners.yaml_file import Place, parse_yaml, suggest

MAX_INSTRUCTIONS_CHARACTERS: Final = 500
"""A link and a sentence; more belongs behind the link."""
MAX_ESCALATION_MINUTES: Final = 7 * 24 * 60
_CHECKS: Final[Mapping[ChannelKind, Callable[[str], str | None]]] = {
    ChannelKind.MAIL: model.check_mail,
    ChannelKind.SNS: model.check_topic,
}
"""What is wrong with a target; of all other kinds it is the name of a webhook."""
_KINDS: Final = [str(kind) for kind in ChannelKind]
_CLOCK: Final = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)", re.ASCII)
_END_OF_DAY: Final = "24:00"


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
    file = parse_yaml(_read_text(path))
    parts = file.read_mapping(("default", "owners", "rules"), "{}", required=2)
    owners = {}
    for key, value in parts["owners"].read_entries():
        if wrong := model.check_name(key.what):
            key.add(f"the owner {key.what!r}: a name {wrong}.")
        owners[key.what] = _read_owner(key.what, value)
    _check_webhooks(file, owners)
    default = _read_owner_name(parts["default"], owners)
    rules = _read_rules(parts["rules"], owners)
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


def _read_owner(name: str, place: Place) -> Owner:
    keys = ("channels", "zone", "quiet_hours", "notify", "escalate")
    owner = Place(place.problems, f"the owner {name}", place.node)
    parts = owner.read_mapping(keys, f"{{}} of {name}", required=1)
    seen: dict[str, Channel] = {}
    zone = _read_zone(parts["zone"])
    channels = _read_channels(parts["channels"], seen)
    escalations = _read_escalations(parts["escalate"], seen)
    topics = list(Topic) if parts["notify"].node is None else parts["notify"].read_words(list(Topic))
    return Owner(
        name=name,
        channels=channels,
        zone=zone,
        quiet_hours=tuple(_read_quiet_hours(parts["quiet_hours"], zone)),
        notify_on=frozenset(map(Topic, topics)),
        escalations=tuple(sorted(escalations, key=lambda one: one.after)),
    )


def _read_channels(place: Place, seen: dict[str, Channel]) -> tuple[Channel, ...]:
    """The channels of a list.

    `seen` has those of the owner so far by their keys, by which it is known what was said over a channel: no
    owner has one twice.
    """
    channels: list[Channel] = []
    for item in place.read_items():
        channel = _read_channel(item)
        if channel is None:
            continue
        if first := seen.get(channel.key):
            known = f"the same as in line {first.line}, which is notified anyway: remove one of them."
            item.add(f"{item.what}: {known}")
            continue
        if channel.kind is ChannelKind.MAIL and any(one.kind is ChannelKind.MAIL for one in channels):
            item.add(f"{item.what}: mail is there already: put all addresses into one list.")
        seen[channel.key] = channel
        channels.append(channel)
    return tuple(channels)


def _read_escalations(place: Place, seen: dict[str, Channel]) -> Iterator[Escalation]:
    known = set()
    for item in place.read_items():
        parts = item.read_mapping(("after_minutes", "channels"), f"{{}} in {item.what}", required=2)
        after = parts["after_minutes"].read_number(1, MAX_ESCALATION_MINUTES)
        channels = _read_channels(parts["channels"], seen)
        if after in known:
            item.add(f"{item.what}: {after} minutes are there already: put all channels into one list.")
        if after:
            known.add(after)
            yield Escalation(after=timedelta(minutes=after), channels=channels)


def _read_channel(place: Place) -> Channel | None:
    before = len(place.problems)
    channel = Place(place.problems, f"a channel in {place.what}", place.node)
    parts = channel.read_mapping(_KINDS, f"{{}} in {place.what}")
    given = [kind for kind, value in parts.items() if value.node is not None]
    if len(given) != 1:
        if len(place.problems) == before:
            place.add(f"{place.what}: each has one of {', '.join(_KINDS)}, and a value.")
        return None
    kind, value = ChannelKind(given[0]), parts[given[0]]
    several = kind is ChannelKind.MAIL and isinstance(value.node, SequenceNode)
    texts = [_read_target(one, kind) for one in (value.read_items() if several else [value])]
    targets = tuple(dict.fromkeys(text for text in texts if text is not None))
    if several and len(place.problems) == before and not 1 <= len(targets) <= model.MAX_MAIL_ADDRESSES:
        most = f"it must have 1 to {model.MAX_MAIL_ADDRESSES} addresses; for more, name a distribution list."
        value.add(f"{value.what}: {most}")
    if len(place.problems) > before:
        return None
    return Channel(kind=kind, targets=targets, line=place.line)


def _read_target(place: Place, kind: ChannelKind) -> str | None:
    text = place.read_text()
    if text is not None and "://" in text:
        # Not repeated: an address of a webhook is a secret.
        place.add(
            f"{place.what}: an address of a webhook is a secret, and has no place in this file. Name the "
            "webhook, and set its address with: pulumi config set --secret --path 'webhooks.NAME'"
        )
    elif text is not None and (wrong := _CHECKS.get(kind, model.check_name)(text)):
        place.add(f"{place.what}: {text!r} {wrong}.")
    return text


def _read_zone(place: Place) -> str:
    text, zones = place.read_text(), list_zones()
    if text is not None and text not in zones:
        meant = suggest(text, zones, "such are Europe/Berlin, America/Chicago.")
        place.add(f"{place.what}: {text!r} is no time zone of the tz database: {meant}")
    return text or "UTC"


def _read_quiet_hours(place: Place, zone: str) -> Iterator[Hours]:
    for item in place.read_items():
        parts = item.read_mapping(("from", "to", "days"), f"{{}} in {item.what}", required=2)
        start, end = _read_clock(parts["from"]), _read_clock(parts["to"], end=True)
        days = parts["days"]
        if isinstance(days.node, SequenceNode) and not days.node.value:
            days.add(f"{days.what}: it must name one at least; leave it out for every day.")
        named = DAYS if days.node is None else days.read_words(DAYS)
        numbers = frozenset(DAYS.index(Day(day)) for day in named)
        if start is not None and end is not None:
            yield Hours(days=numbers, start=start, end=end, zone=zone)


def _read_clock(place: Place, *, end: bool = False) -> time | None:
    text = place.read_text()
    if text is None:
        return None
    if end and text == _END_OF_DAY:
        return time(0)
    found = _CLOCK.fullmatch(text)
    if found is None:
        place.add(f'{place.what}: {text!r} is no time of day such as "22:00".')
        return None
    return time(int(found[1]), int(found[2]))


def _read_rules(place: Place, names: Collection[str]) -> tuple[Rule, ...]:
    """The rules of a list. One that nothing ever comes to is a problem: its author means something else."""
    rules = tuple(_list_rules(place, names))
    for_everything = [rule for rule in rules if rule.folder is None and rule.sender is None]
    for rule in for_everything:
        if rule is not rules[-1]:
            place.add(
                "this rule has neither a folder nor a sender, so it takes everything, and nothing ever comes "
                "to those after it. Say which folder or sender it is about, or put it last.",
                rule.line,
            )
    for rule, before in list_unreachable(rules):
        if before not in for_everything:
            place.add(
                f"this rule never applies: the one in line {before.line} takes all that fits it. "
                "Put this one before that, or remove it.",
                rule.line,
            )
    return rules


def _list_rules(place: Place, names: Collection[str]) -> Iterator[Rule]:
    for item in place.read_items():
        before = len(item.problems)
        rule = Place(item.problems, "a rule", item.node)
        parts = rule.read_mapping(("owner", "folder", "sender", "instructions"), "{} of a rule", required=1)
        folder, sender = _read_pattern(parts["folder"]), _read_pattern(parts["sender"])
        instructions = parts["instructions"].read_text() or ""
        if len(instructions) > MAX_INSTRUCTIONS_CHARACTERS:
            parts["instructions"].add(
                f"instructions of a rule: at most {MAX_INSTRUCTIONS_CHARACTERS} characters."
            )
        right = len(item.problems) == before
        owner = _read_owner_name(parts["owner"], names)
        # An owner that is not there is no reason to overlook what else the rule hides.
        if right and owner is not None:
            yield Rule(owner=owner, folder=folder, sender=sender, instructions=instructions, line=item.line)


def _read_owner_name(place: Place, names: Collection[str]) -> str | None:
    name = place.read_text()
    if name is not None and name not in names:
        place.add(f"{place.what}: there is no owner {name!r}: {suggest(name, names, 'add it below owners.')}")
    return name


def _read_pattern(place: Place) -> str | None:
    text = place.read_text()
    if text is not None and len(text) > MAX_PATTERN_CHARACTERS:
        place.add(f"{place.what}: it has {len(text):,} characters: at most {MAX_PATTERN_CHARACTERS:,}.")
    return text


def _check_webhooks(file: Place, owners: Mapping[str, Owner]) -> None:
    """Notes each name that stands for a webhook of one service in one place and of another elsewhere.

    A workflow of Teams takes what it cannot show, and says nothing: nobody would notice.
    """
    first: dict[str, Channel] = {}
    for _, channel in chain.from_iterable(map(model.list_channels, owners.values())):
        name = channel.targets[0]
        if channel.kind not in model.NAMED_CHANNELS:
            continue
        before = first.setdefault(name, channel)
        if before.kind is not channel.kind:
            file.add(
                f"the webhook {name!r} is of {channel.kind} here, and of {before.kind} in line {before.line}:"
                " a name leads to one address; give the other webhook another name.",
                channel.line,
            )
