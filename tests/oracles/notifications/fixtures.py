"""Owners, incidents and senders to play with."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from contract.owners.model import Channel, ChannelKind, Owner
from contract.words import IncidentStatus, SenderKind, SenderState, UnknownReason
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
