"""Owners, incidents and senders to play with."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from contract.owners.model import Channel, ChannelKind, Owner
from contract.words import IncidentStatus, NotificationKind, SenderKind, SenderState, UnknownReason
from handlers.notifications.plan import plan, record_delivery
from handlers.notifications.situation import Situation
from store.incidents import Incident
from store.notifications import Recipient, RecipientState
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


class Story:
    """One recipient, swept each minute, whose channel works."""

    def __init__(self, recipient: Recipient | None = None, at: datetime = START) -> None:
        self.recipient = recipient or a_recipient()
        self.now = at
        self.state = RecipientState()
        self.incidents: dict[str, Incident] = {}
        self.senders: dict[str, Sender] = {}
        self.heard: list[tuple[int, list[tuple[NotificationKind, str]]]] = []
        self.begin = at

    def so(self, *things: Incident | Sender) -> None:
        for thing in things:
            if isinstance(thing, Incident):
                self.incidents[thing.incident_id] = thing
            else:
                self.senders[thing.key] = thing

    def gone(self, incident: Incident) -> None:
        del self.incidents[incident.incident_id]

    @property
    def situation(self) -> Situation:
        return Situation(now=self.now, incidents=dict(self.incidents), senders=dict(self.senders))

    def until(self, minutes: float) -> list[tuple[int, list[tuple[NotificationKind, str]]]]:
        """Sweeps up to this minute after the beginning, inclusive. What was heard on the way, by minute."""
        heard = len(self.heard)
        while self.now <= self.begin + minutes * MINUTE:
            self.sweep()
            self.now += MINUTE
        return self.heard[heard:]

    def sweep(self) -> None:
        planned = plan(self.recipient, self.state, self.situation)
        self.state = planned.state
        for notification in planned.notifications:
            self.state = record_delivery(self.state, notification, self.now)
            notices = [
                (notice.kind, notice.incident.incident_id if notice.incident else notice.subject)
                for notice in notification.notices
            ]
            self.heard.append(((self.now - self.begin) // MINUTE, notices))
