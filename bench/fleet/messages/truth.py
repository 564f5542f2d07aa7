"""What of it all was true: what one owner was told, beside what was really stuck."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bench.fleet.servers import minutes_of
from bench.fleet.world import Breach, within
from contract.folder_key import folder_key
from contract.messages import ENDS, MessageKind
from handlers.messages.message import Line, Message
from handlers.messages.situation import Incident

_BEGINNINGS = frozenset(
    {MessageKind.BEGIN, MessageKind.ESCALATED, MessageKind.REOPENED, MessageKind.STUCK_ALL_ALONG}
)
_MINUTE = timedelta(minutes=1)


@dataclass
class Heard:
    """All that the owners of a fleet were told, counted."""

    days: float
    """Of all owners together."""
    messages: int = 0
    lines: dict[MessageKind, int] = field(default_factory=dict)
    to_begin: list[float] = field(default_factory=list)
    """Minutes from the run that reported a breach to the message about it."""
    to_end: list[float] = field(default_factory=list)
    """Minutes from when an end was known to the message about it."""
    over_already: int = 0
    """Beginnings that were said when the breach was over in truth."""
    false_clearings: int = 0
    """"Cleared" of what was stuck when it was said to have cleared, and of what nobody could tell."""
    never_told: int = 0
    """Incidents that lasted for half an hour or more as reported, of which nothing was said."""
    never_ended: int = 0
    """Incidents that were told and ended, of whose end nothing was said within an hour."""
    ends_alone: int = 0
    """Ends of what had not been told."""

    @property
    def a_day(self) -> float:
        """Messages an owner and day."""
        return self.messages / self.days


class Reader:
    """One owner, who remembers what it was told."""

    def __init__(self, heard: Heard, truth: Mapping[tuple[str, str], Sequence[Breach]]) -> None:
        self._heard = heard
        self._truth = truth
        self._open: dict[str, datetime] = {}
        self._ends: dict[str, datetime] = {}
        self._told: set[str] = set()

    def read(self, messages: Sequence[Message], now: datetime) -> None:
        """Takes what came at a sweep."""
        self._heard.messages += len(messages)
        for message in messages:
            for line in message.lines:
                self._heard.lines[line.kind] = self._heard.lines.get(line.kind, 0) + 1
                if line.incident is not None:
                    self._line(line, line.incident, now)

    def know(self, incident: Incident, now: datetime) -> None:
        """Takes note of an incident as it is from now on."""
        key = incident.incident_id
        if incident.live and incident.reason is None:
            self._open.setdefault(key, now)
            self._ends.pop(key, None)
        elif key in self._open:
            lasted = now - self._open.pop(key)
            self._ends[key] = now
            self._heard.never_told += key not in self._told and lasted >= 30 * _MINUTE

    def close(self, now: datetime) -> None:
        """The end of the simulation."""
        self._heard.never_ended += sum(
            key in self._told and now - ended >= 60 * _MINUTE for key, ended in self._ends.items()
        )

    def _line(self, line: Line, incident: Incident, now: datetime) -> None:
        key = incident.incident_id
        if line.kind in _BEGINNINGS:
            self._told.add(key)
            if key in self._open:
                self._heard.to_begin.append((now - self._open[key]) / _MINUTE)
            self._heard.over_already += not self._stuck(incident, now)
        elif line.kind in ENDS:
            self._heard.ends_alone += key not in self._told
            if key in self._ends:
                self._heard.to_end.append((now - self._ends.pop(key)) / _MINUTE)
            if line.kind is MessageKind.CLEARED:
                self._heard.false_clearings += self._stuck(incident, incident.ended_at or now)

    def _stuck(self, incident: Incident, at: datetime) -> bool:
        breaches = self._truth[(incident.sender, folder_key(incident.folder))]
        return within(list(breaches), minutes_of(at)) is not None
