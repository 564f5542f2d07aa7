"""Owners, incidents and senders to play with; and what happened to one recipient, sweep by sweep."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from contract.owners.model import Channel, ChannelKind, Owner
from contract.words import IncidentStatus, NotificationKind, SenderKind, SenderState, UnknownReason
from handlers.notifications.plan import Notification
from handlers.notifications.rules import Notice
from store.incidents import Incident
from store.notifications import Recipient
from store.runs import Stamp
from store.senders import Sender

START = datetime(2026, 3, 2, 8, tzinfo=UTC)
"""A Monday."""
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
SEEN = Stamp(START, "r1", START)


def an_owner(name: str = "orders", **changes: Any) -> Owner:
    channel = Channel(kind=ChannelKind.SLACK, targets=(name,))
    return replace(Owner(name=name, channels=(channel,)), **changes)


def a_recipient(owner: Owner | None = None, after: timedelta | None = None) -> Recipient:
    of = owner or an_owner()
    return Recipient(owner=of, channel=of.channels[0], after=after)


def an_incident(name: str = "a", **changes: Any) -> Incident:
    incident = Incident(
        incident_id=name,
        sender="files-01",
        sender_name="files-01",
        folder=f"D:\\In\\{name}",
        owner="orders",
        status=IncidentStatus.OPEN,
        sla=60,
        file_count=3,
        oldest_creation=START - 2 * HOUR,
        peak_file_count=3,
        opened=Stamp(changes.pop("opened_at", START), "r1", START),
        breached_since=START - HOUR,
        seen=SEEN,
    )
    return replace(incident, **changes)


def ended(incident: Incident, status: IncidentStatus, at: datetime) -> Incident:
    return replace(incident, status=status, ended_at=at)


def unknown(incident: Incident, reason: UnknownReason, at: datetime) -> Incident:
    return replace(incident, status=IncidentStatus.UNKNOWN, reason=reason, unknown_since=at)


def a_sender(key: str = "files-01", **changes: Any) -> Sender:
    sender = Sender(
        key=key,
        name=key,
        owner="orders",
        state=SenderState.UP,
        state_since=START,
        kind=SenderKind.LISTING,
        last_run_at=START,
        last_arrival_at=START,
        interval_minutes=60,
        interval_from="declared",
    )
    return replace(sender, **changes)


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
