"""What is known of an incident, a folder or a sender, fact by fact."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from contract.moments import format_duration
from contract.words import IncidentStatus, MessageKind
from handlers.messages.message import Line
from handlers.messages.rendering.document import Fact, Phrase, name, say
from handlers.messages.rendering.leads import explain
from handlers.messages.rendering.times import format_time
from handlers.messages.situation import Incident, Sender

_ERROR_WIDTH = 300
"""Characters that are shown of why a folder could not be read."""


@dataclass(frozen=True, kw_only=True)
class FactWriter:
    """Writes facts as they are at a moment, for a reader in a zone."""

    now: datetime
    zone: ZoneInfo

    def write(self, line: Line) -> tuple[Fact, ...]:
        """What is known of what the line is about, and the zone that its times are in."""
        return (*self._list(line), _fact("Time zone", self.zone.key))

    def _list(self, line: Line) -> tuple[Fact, ...]:
        if line.incident is not None:
            return tuple(self._list_incident(line.incident))
        facts = self._list_sender(line.sender) if line.sender else iter(())
        if line.folder is not None:
            error = line.folder.error if line.kind is not MessageKind.READABLE else ""
            told = (Fact(label="Its server says", value=name(error, _ERROR_WIDTH)),) if error else ()
            return (*told, *facts)
        return tuple(facts)

    def _list_incident(self, incident: Incident) -> Iterator[Fact]:
        is_open = incident.status is IncidentStatus.OPEN
        yield Fact(label="Sender", value=name(incident.sender_name))
        yield _fact("SLA", format_duration(timedelta(minutes=incident.sla)))
        length = (incident.ended_at or self.now) - incident.breached_since
        since = self._time(incident.breached_since)
        yield _fact("In breach since", f"{since} ({format_duration(length)})" if is_open else since)
        if is_open:
            yield _fact("Oldest file", self._write_oldest(incident))
        else:
            seen = self._time(incident.last_seen_at)
            files = "1 file" if incident.files == 1 else f"{incident.files:,} files"
            yield _fact("Last seen stuck", f"{seen}, {files}")
        if incident.ended_at is not None:
            yield _fact("Ended", f"{self._time(incident.ended_at)} (after {format_duration(length)})")
        elif incident.unknown_since is not None and not is_open:
            yield _fact("Unknown since", self._time(incident.unknown_since))
        known = explain(incident)
        if known:
            yield _fact("How it is known", known)
        if incident.live or incident.acknowledged_by is not None:
            yield Fact(label="Acknowledged", value=self._write_acknowledged(incident))
        if incident.live and incident.snoozed_until is not None and incident.snoozed(self.now):
            yield _fact("Snoozed", f"until {self._time(incident.snoozed_until)}")
        if incident.reopened:
            yield _fact("Reopened", "once" if incident.reopened == 1 else f"{incident.reopened:,} times")

    def _list_sender(self, sender: Sender) -> Iterator[Fact]:
        yield Fact(label="Sender", value=name(sender.name))
        yield _fact("Last report", self._time(sender.last_run_at))
        yield _fact("Reports every", format_duration(sender.interval))

    def _write_oldest(self, incident: Incident) -> str:
        wait = incident.wait(self.now)
        if wait is None or incident.oldest is None:
            return "of unknown age: no creation date is plausible"
        return f"{format_duration(wait)} old, created {self._time(incident.oldest)}"

    def _write_acknowledged(self, incident: Incident) -> Phrase:
        if incident.acknowledged_by is None:
            return say("by nobody yet")
        who, until = name(incident.acknowledged_by), incident.acknowledged_until
        if until is None or not incident.live:
            return (*say("by "), *who)
        if incident.acknowledged(self.now):
            return (*say("by "), *who, *say(f", until {self._time(until)}"))
        return (*say("last by "), *who, *say(f"; that ended {self._time(until)}"))

    def _time(self, moment: datetime) -> str:
        return format_time(moment, self.zone, named=False)


def _fact(label: str, value: str) -> Fact:
    return Fact(label=label, value=say(value))
