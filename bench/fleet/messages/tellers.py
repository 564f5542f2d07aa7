"""Ways to tell an owner: the rules of `handlers/messages`, the same without one of them, and a plain one."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final, Protocol
from unittest.mock import patch

from contract.incidents import IncidentStatus, UnknownReason
from contract.messages import MessageKind
from contract.owners.model import Channel, ChannelKind, Owner
from handlers.messages.message import Line, Message, Recipient
from handlers.messages.rules import incidents
from handlers.messages.rules.limits import SETTLED
from handlers.messages.rules.planning import plan
from handlers.messages.rules.recording import delivered
from handlers.messages.rules.told import Entry, Said, Told, incident_key, list_told
from handlers.messages.situation import Incident, Situation

_CHANNEL: Final = Channel(kind=ChannelKind.SLACK, targets=("owner",))


def recipient_of(owner: str) -> Recipient:
    """The one channel of an owner."""
    return Recipient(owner=Owner(name=owner, channels=(_CHANNEL,)), channel=_CHANNEL)


class Teller(Protocol):
    """Tells one owner."""

    def tell(self, situation: Situation) -> Sequence[Message]:
        """What is said at a sweep."""
        ...

    @property
    def waits(self) -> bool:
        """Whether a sweep a minute later may say more, though nothing changes."""
        ...

    def asks_for(self) -> set[str]:
        """The ended incidents that the next situation has to hold."""
        ...


@dataclass
class Rules:
    """As they are."""

    recipient: Recipient
    told: Told = field(default_factory=Told)

    def tell(self, situation: Situation) -> Sequence[Message]:
        """What is due now, delivered."""
        seen = self._seen(situation)
        planned = plan(self.recipient, self._kept(self.told), seen)
        told = self._hurried(planned.told)
        if told is not planned.told:
            planned = plan(self.recipient, told, seen)
        self.told = planned.told
        for message in planned.messages:
            self.told = delivered(self.told, message, situation.now)
        return planned.messages

    @property
    def waits(self) -> bool:
        """Whether anything is noticed and not said."""
        return any(entry.pending is not None for entry in self.told.entries.values())

    def asks_for(self) -> set[str]:
        """The ended incidents that the next situation has to hold."""
        return {incident_id for _, incident_id in list_told(self.told)}

    def _seen(self, situation: Situation) -> Situation:
        return situation

    def _kept(self, told: Told) -> Told:
        return told

    def _hurried(self, told: Told) -> Told:
        return told


class WithoutWaiting(Rules):
    """Says what begins at the sweep that finds it."""

    def _hurried(self, told: Told) -> Told:
        entries = {key: _sooner(entry) for key, entry in told.entries.items()}
        return told if entries == told.entries else replace(told, entries=entries)


class WorseEachTime(Rules):
    """Says at once that the files or the wait of the oldest have doubled."""

    def tell(self, situation: Situation) -> Sequence[Message]:
        """With the one limit gone that holds it back."""
        with patch.object(incidents, "WORSE_GAP", timedelta(0)):
            return super().tell(situation)


class Acknowledged(Rules):
    """To somebody who acknowledges what is told twenty minutes after, until it ends."""

    def _seen(self, situation: Situation) -> Situation:
        known = {key: self._held(key, one, situation.now) for key, one in situation.incidents.items()}
        return replace(situation, incidents=known)

    def _held(self, key: str, incident: Incident, now: datetime) -> Incident:
        entry = self.told.entries.get(incident_key(key))
        if entry is None or entry.said is not Said.BEGUN or entry.at is None:
            return incident
        until = now + timedelta(hours=8) if now - entry.at >= timedelta(minutes=20) else None
        return replace(incident, acknowledged_until=until)


class RemindingEvery4Hours(Rules):
    """Reminds every four hours, for as long as it takes."""

    def _kept(self, told: Told) -> Told:
        return replace(
            told, entries={key: replace(entry, reminded=False) for key, entry in told.entries.items()}
        )


class WithoutQuiet(Rules):
    """Takes what is not reported any more for cleared."""

    def _seen(self, situation: Situation) -> Situation:
        return replace(situation, incidents={key: _cleared(one) for key, one in situation.incidents.items()})


@dataclass
class AtOnce:
    """A message for each beginning and for each end, as an alarm of CloudWatch would."""

    recipient: Recipient
    open: set[str] = field(default_factory=set)
    waits: bool = False

    def tell(self, situation: Situation) -> Sequence[Message]:
        """A message for each incident that is open now and was not, or the other way."""
        said = []
        for key, incident in situation.incidents.items():
            is_open = incident.status is IncidentStatus.OPEN
            if is_open != (key in self.open):
                kind = MessageKind.BEGIN if is_open else MessageKind.CLEARED
                said.append(Line(kind=kind, subject=key, incident=incident))
                self.open ^= {key}
        return [Message(recipient=self.recipient, lines=(line,)) for line in said]

    def asks_for(self) -> set[str]:
        """What it said is open."""
        return self.open


def _sooner(entry: Entry) -> Entry:
    pending = entry.pending
    if pending is None or pending.attempts == _HURRIED:
        return entry
    return replace(entry, pending=replace(pending, noticed=pending.noticed - SETTLED, attempts=_HURRIED))


def _cleared(incident: Incident) -> Incident:
    if incident.reason is not UnknownReason.QUIET or incident.status is not IncidentStatus.UNKNOWN:
        return incident
    return replace(incident, status=IncidentStatus.CLEARED, ended_at=incident.unknown_since)


_HURRIED: Final = -1
"""Marks what was noticed sooner already: no attempt counts so."""
