"""Owners, their channels and the rules that find them, as `owners.yaml` tells them."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time, timedelta
from enum import StrEnum, unique
from typing import Final
from zoneinfo import ZoneInfo

MAX_CHANNEL_KEY_CHARACTERS: Final = 300
"""Enough for a topic's ARN; with an owner's name it fits the sort key of an item."""
_DIGEST_BYTES: Final = 16


@unique
class Topic(StrEnum):
    """What an owner may be told, or not."""

    BEGIN = "begin"
    WORSE = "worse"
    REMINDER = "reminder"
    CLEARED = "cleared"
    """Every end, also one that nobody saw, and that a stock script no longer reports something."""
    SILENT_SENDER = "silent_sender"
    UNREADABLE_FOLDER = "unreadable_folder"


@unique
class ChannelKind(StrEnum):
    """How an owner is reached."""

    MAIL = "mail"
    SLACK = "slack"
    TEAMS = "teams"
    SNS = "sns"


@dataclass(frozen=True, kw_only=True)
class Channel:
    """One way to reach an owner."""

    kind: ChannelKind
    targets: tuple[str, ...]
    """Mail: addresses. Slack, Teams: the one name of a webhook in the configuration. SNS: a topic's ARN."""
    line: int = field(default=0, compare=False)
    """Where it stands in the file."""

    @property
    def key(self) -> str:
        """What tells it from the owner's other channels, and stays as long as it leads to the same people.

        At most `MAX_CHANNEL_KEY_CHARACTERS` of ASCII, for it is part of keys: more addresses are a digest.
        """
        targets = ",".join(sorted(self.targets))
        if len(self.kind) + 1 + len(targets) > MAX_CHANNEL_KEY_CHARACTERS:
            targets = hashlib.blake2b(targets.encode(), digest_size=_DIGEST_BYTES).hexdigest()
        return f"{self.kind}:{targets}"


@dataclass(frozen=True, kw_only=True)
class QuietHours:
    """Hours in which an owner is told of ends alone, in the owner's zone."""

    days: frozenset[int]
    """Monday is 0. Hours that pass midnight belong to the day they begin on."""
    start: time
    end: time
    """Not later than `start`: the next day. The same: a whole day."""


@dataclass(frozen=True, kw_only=True)
class Escalation:
    """Whom an incident is told to that nobody acknowledged in time."""

    after: timedelta
    """Since it was first there to be told."""
    channels: tuple[Channel, ...]


@dataclass(frozen=True, kw_only=True)
class Owner:
    """Somebody whom folders belong to."""

    name: str
    channels: tuple[Channel, ...]
    zone: str = "UTC"
    """Of times in messages and of quiet hours, as the tz database names it."""
    quiet_hours: tuple[QuietHours, ...] = ()
    told: frozenset[Topic] = frozenset(Topic)
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
