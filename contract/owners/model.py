"""Owners, their channels and rules; recipients' keys and topics; the file that ships with a function."""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import time, timedelta
from enum import StrEnum, unique
from typing import Final
from zoneinfo import ZoneInfo

from pydantic import TypeAdapter

from contract.moments import Hours
from contract.names import ROOT

MAX_NAME_CHARACTERS: Final = 64
"""Of an owner or a webhook. A topic that is named after an owner may have 256, with all else in its name."""
MAX_MAIL_ADDRESSES: Final = 50
"""Recipients of one mail (Amazon SES quotas)."""
_NAME: Final = re.compile(rf"[A-Za-z0-9][A-Za-z0-9-]{{0,{MAX_NAME_CHARACTERS - 1}}}")
_MAIL: Final = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@([A-Za-z0-9-]{1,63}\.)+[A-Za-z0-9-]{2,63}")
_TOPIC: Final = re.compile(r"arn:aws:sns:[a-z]{2}(-[a-z]+)+-\d:\d{12}:[A-Za-z0-9_-]{1,256}")


def check_name(name: str) -> str | None:
    """What is wrong with the name of an owner or of a webhook; None where nothing is."""
    if _NAME.fullmatch(name):
        return None
    return f"may have up to {MAX_NAME_CHARACTERS} letters, digits and -, and begins with no -"


def check_mail(address: str) -> str | None:
    """What is wrong with a mail address; None where nothing is. It goes into a mail's head as it is."""
    if _MAIL.fullmatch(address):
        return None
    return "is no mail address such as orders@example.com, in ASCII and without a name"


def check_topic(arn: str) -> str | None:
    """What is wrong with the ARN of an SNS topic; None where nothing is."""
    if _TOPIC.fullmatch(arn):
        return None
    if arn.endswith(".fifo"):
        return "is a FIFO topic, which mails and most others cannot subscribe to: name a standard topic"
    return "is no ARN of an SNS topic such as arn:aws:sns:eu-central-1:123456789012:on-call"


MAX_CHANNEL_KEY_CHARACTERS: Final = 300
"""Enough for a topic's ARN; with an owner's name it fits the sort key of an item."""
_DIGEST_BYTES: Final = 16


@unique
class Topic(StrEnum):
    """What an owner may be notified of: the words of `NotificationKind` that can be chosen away."""

    NEW = "new"
    WORSE = "worse"
    STILL_OPEN = "still_open"
    ENDED = "ended"
    """Every end, also one that nobody saw, and that a stock script no longer reports something."""
    UNKNOWN = "unknown"
    SERVER = "server"
    """A server is silent, or cannot read a folder; and the end of that."""
    ACKNOWLEDGED = "acknowledged"
    """Who is on it, and until when."""


@unique
class ChannelKind(StrEnum):
    """How an owner is reached."""

    MAIL = "mail"
    SLACK = "slack"
    TEAMS = "teams"
    SNS = "sns"
    PAGERDUTY = "pagerduty"
    WEBHOOK = "webhook"


EVENT_CHANNELS: Final = (ChannelKind.PAGERDUTY, ChannelKind.WEBHOOK)
"""They get each event by itself, and group by themselves."""
NAMED_CHANNELS: Final = (ChannelKind.SLACK, ChannelKind.TEAMS, *EVENT_CHANNELS)
"""Their target is the name of an address in the configuration."""


@dataclass(frozen=True, kw_only=True)
class Channel:
    """One way to reach an owner."""

    kind: ChannelKind
    targets: tuple[str, ...]
    """Mail: addresses. SNS: a topic's ARN. Others: the one name of a webhook in the configuration."""
    line: int = field(default=0, compare=False)
    """Where it stands in the file."""

    @property
    def key(self) -> str:
        """Distinguishes it from the owner's other channels, and stays as long as it leads to the same people.

        At most `MAX_CHANNEL_KEY_CHARACTERS` of ASCII, for it is part of keys: more addresses are a digest.
        """
        targets = ",".join(sorted(self.targets))
        if len(self.kind) + 1 + len(targets) > MAX_CHANNEL_KEY_CHARACTERS:
            targets = hashlib.blake2b(targets.encode(), digest_size=_DIGEST_BYTES).hexdigest()
        return f"{self.kind}:{targets}"


@dataclass(frozen=True, kw_only=True)
class Escalation:
    """Whom to notify of an incident that nobody acknowledged in time."""

    after: timedelta
    """Since it was first due."""
    channels: tuple[Channel, ...]


@dataclass(frozen=True, kw_only=True)
class Owner:
    """Somebody whom folders belong to."""

    name: str
    channels: tuple[Channel, ...]
    zone: str = "UTC"
    """Of times in messages and of quiet hours, as the tz database names it."""
    quiet_hours: tuple[Hours, ...] = ()
    """In which the owner is notified of ends alone."""
    notify_on: frozenset[Topic] = frozenset(Topic)
    """Kinds of notifications that the owner wants."""
    escalations: tuple[Escalation, ...] = ()
    """The sooner first."""

    @property
    def zone_info(self) -> ZoneInfo:
        """The zone."""
        return ZoneInfo(self.zone)


@dataclass(frozen=True, kw_only=True)
class Rule:
    """Which folders of which senders belong to an owner."""

    owner: str
    folder: str | None = None
    """A pattern; None for every folder, and for the sender itself."""
    sender: str | None = None
    """A pattern; None for every sender."""
    instructions: str = ""
    """What whoever is notified should do: a text or a link."""
    line: int
    """Where it stands in the file."""


@dataclass(frozen=True, kw_only=True)
class Match:
    """Who owns something, and by which rule; None where no rule matches, and the default owner has it."""

    owner: Owner
    rule: Rule | None


@dataclass(frozen=True, kw_only=True)
class Owners:
    """What a file says."""

    owners: Mapping[str, Owner]
    """By name."""
    rules: tuple[Rule, ...] = field(default=())
    """The first match wins."""
    default: str
    """Name of the owner of what no rule matches."""


_NAMES: Final[Mapping[ChannelKind, str]] = {
    ChannelKind.MAIL: "Mail to",
    ChannelKind.SLACK: "Slack",
    ChannelKind.TEAMS: "Teams",
    ChannelKind.SNS: "SNS topic",
    ChannelKind.PAGERDUTY: "PagerDuty",
    ChannelKind.WEBHOOK: "Webhook",
}


def name_channel(channel: Channel) -> str:
    """Such as `Slack orders`, or `Mail to ana@example.com`: no text for a log, for it may hold addresses."""
    targets = channel.targets
    if channel.kind is ChannelKind.SNS:
        # Of an ARN, what people call the topic.
        targets = tuple(target.rpartition(":")[2] for target in targets)
    return f"{_NAMES[channel.kind]} {', '.join(targets)}"


def recipient_key(owner: str, channel: Channel) -> str:
    """Identifies a recipient: the owner's name, a slash and the channel's key."""
    return f"{owner}/{channel.key}"


def list_channels(owner: Owner) -> Iterator[tuple[timedelta | None, Channel]]:
    """The channels of an owner, each with its delay: None for those that are notified at once."""
    for channel in owner.channels:
        yield None, channel
    for escalation in owner.escalations:
        for channel in escalation.channels:
            yield escalation.after, channel


def name_mail_topic(owner: str, after: timedelta | None = None) -> str:
    """What follows the stack's prefix in the name, and so in the ARN, of the topic for an owner's mail.

    That of an escalation goes to other people and so to another topic. No owner's name has an underscore.

    >>> name_mail_topic("orders"), name_mail_topic("orders", timedelta(hours=1))
    ('orders', 'orders_after_60')
    """
    return owner if after is None else f"{owner}_after_{after // timedelta(minutes=1)}"


def list_mail_topics(owner: Owner) -> Iterator[tuple[str, Channel]]:
    """Each topic that an owner needs, and the channel whose addresses subscribe to it."""
    for after, channel in list_channels(owner):
        if channel.kind is ChannelKind.MAIL:
            yield name_mail_topic(owner.name, after), channel


SHIPPED_NAME: Final = "owners.json"
"""At the root of the package."""
_SHIPPED: Final = ROOT / SHIPPED_NAME
_OWNERS: Final = TypeAdapter(Owners)


def dump_owners(owners: Owners) -> str:
    """JSON that `load_owners` reads; the same for the same owners."""
    return json.dumps(asdict(owners), default=_to_json, ensure_ascii=False, indent=1) + "\n"


def load_owners(text: str) -> Owners:
    """What `dump_owners` wrote."""
    return _OWNERS.validate_json(text)


def read_shipped_owners() -> Owners | None:
    """The owners in this function's package; None where the stack has none."""
    try:
        return load_owners(_SHIPPED.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None


def _to_json(value: object) -> object:
    if isinstance(value, frozenset):
        return sorted(value)  # the order of a set is another in each process
    if isinstance(value, time):
        return value.isoformat(timespec="minutes")
    if isinstance(value, timedelta):
        return value.total_seconds()
    raise TypeError(type(value))
