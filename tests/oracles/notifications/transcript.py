"""What happened to one recipient: what was so at each sweep, and what became of each attempt."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from contract.words import NotificationKind
from handlers.notifications.situation import Notice, Notification
from store.incidents import Incident
from store.senders import Sender

Thing = tuple[str, ...]
"""An incident, a sender, or a folder of a sender."""


class Outcome(StrEnum):
    RECORDED = "it arrived, and that was recorded"
    CUT_OFF_AFTER = "it arrived, and whoever sent it was stopped before that was recorded"
    CUT_OFF_BEFORE = "whoever was about to send it was stopped"
    REFUSED = "it failed for now"
    TIMED_OUT = "it arrived, but no answer came"
    UNSENT = "there was no time left for it"


UNRECORDED = (Outcome.CUT_OFF_AFTER, Outcome.CUT_OFF_BEFORE)
FAILED = (Outcome.REFUSED, Outcome.TIMED_OUT)
ARRIVED = (Outcome.RECORDED, Outcome.CUT_OFF_AFTER, Outcome.TIMED_OUT)


@dataclass(frozen=True)
class Word:
    """A line, as its reader sees it."""

    kind: NotificationKind
    thing: Thing


@dataclass(frozen=True)
class Attempt:
    words: tuple[Word, ...]
    outcome: Outcome


@dataclass
class Sweep:
    now: datetime
    incidents: Mapping[str, Incident]
    """All of them, also those that have ended."""
    senders: Mapping[str, Sender]
    enabled: bool = True
    planned: list[int] = field(default_factory=list)
    """How many lines the messages of its first plan had."""
    attempts: list[Attempt] = field(default_factory=list)

    def words(self) -> list[tuple[Word, Outcome]]:
        return [(word, attempt.outcome) for attempt in self.attempts for word in attempt.words]


def words_of(notification: Notification) -> tuple[Word, ...]:
    return tuple(Word(notice.kind, thing_of(notice)) for notice in notification.notices)


def thing_of(notice: Notice) -> Thing:
    if notice.incident is not None:
        return ("incident", notice.incident.incident_id)
    assert notice.sender is not None
    if notice.folder is not None:
        return ("folder", notice.sender.key, notice.folder.folder.lower())
    return ("sender", notice.sender.key)
