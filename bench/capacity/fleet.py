"""How many servers report, how often, and how much comes of it."""

from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cached_property
from typing import Self

from bench.capacity.indexed import OVERHEAD_BYTES
from bench.capacity.items import INDEXES, READ_UNIT_BYTES, WRITE_UNIT_BYTES, item_bytes, units
from bench.capacity.story import Story, run_units, tell_story
from bench.workload.reports import Shape, body
from contract.moments import parse_moment
from contract.senders import SenderKind
from handlers.ingest.parsing import parse_report
from handlers.ingest.records import Detection, build_records

SECONDS_A_MONTH = 730 * 3600
"""As AWS counts a month."""


@dataclass(frozen=True, kw_only=True)
class Fleet:
    """Servers that run the script, each with an account of its own. It signs in at each run."""

    servers: int
    kind: SenderKind = SenderKind.STOCK
    """The stock script posts only if a folder is in breach; the others post at each run."""
    interval_seconds: float = 600
    start_window_seconds: float = 600
    """Over how long the servers' runs of one interval spread; servers that all start
    on the minute spread over a few seconds only."""
    folders: int = 10
    """Watched by each server."""
    in_breach: float = 0.01
    """The share of folders in breach, each independent of the others."""
    files: int = 25
    """Stuck in a folder that is in breach."""
    breach_hours: float = 4
    """How long a folder is in breach."""
    changes: float = 3
    """How often other files are stuck in it meanwhile."""
    retention_days: int = 90
    """Of records, and of incidents after their end."""
    run_retention_days: int = 35
    storm: bool = False
    """Whether every folder is in breach, and the peak is the run that finds it so."""

    def in_storm(self) -> Self:
        """The same servers, every folder in breach at once, and for a day."""
        return replace(self, in_breach=1.0, breach_hours=24, storm=True)

    def starting_within(self, seconds: float) -> Self:
        """The same servers, their runs spread over that long."""
        return replace(self, start_window_seconds=seconds)

    @property
    def runs(self) -> float:
        """A month: each is one sign-in."""
        return self.servers * SECONDS_A_MONTH / self.interval_seconds

    @property
    def reporting(self) -> float:
        """The share of runs that post a report."""
        if self.kind is not SenderKind.STOCK:
            return 1.0
        return self.in_breach_somewhere

    @property
    def in_breach_somewhere(self) -> float:
        """The share of runs that find a folder in breach."""
        return 1 - (1 - self.in_breach) ** self.folders

    @property
    def reports(self) -> float:
        """A month."""
        return self.runs * self.reporting

    @property
    def records(self) -> float:
        """A month: one for each folder in breach and run."""
        return self.runs * self.folders * self.in_breach

    @cached_property
    def record_bytes(self) -> int:
        """Of one folder's record, as our ingest makes it."""
        report = parse_report(body(Shape(1, self.files)))
        [record] = build_records(
            report,
            Detection(
                parse_moment("2026-11-23T20:15:04.5Z"),
                reported_by="reporter",
                subject="s",
                sender="s",
                run_id="r",
            ),
        )
        return item_bytes(record)

    @property
    def record_units(self) -> int:
        """Write units of one record in the table or in one index."""
        return units(self.record_bytes, WRITE_UNIT_BYTES)

    @property
    def record_write_units(self) -> float:
        """A month, in the table of records and its indexes."""
        return self.records * self.record_units * (1 + INDEXES)

    @cached_property
    def story(self) -> Story:
        """Of one of the servers."""
        interval = timedelta(seconds=self.interval_seconds)
        return tell_story(self.kind, interval, self.folders, self.files)

    @property
    def run_write_units(self) -> float:
        """A month: every report is stored as a run, in a table without indexes."""
        in_breach = self.runs * self.in_breach_somewhere
        empty = self.reports - in_breach
        return in_breach * run_units(self.story.run) + empty * run_units(self.story.empty_run)

    @property
    def incidents(self) -> float:
        """That open in a month."""
        return self.open_incidents * SECONDS_A_MONTH / 3600 / self.breach_hours

    @property
    def open_incidents(self) -> float:
        """At any time."""
        return self.servers * self.folders * self.in_breach

    @property
    def changing(self) -> float:
        """Reports a month that change something of an incident; at most all of them."""
        a_breach = 1 + self.changes + (self.kind is not SenderKind.STOCK)
        return min(self.reports, self.incidents * a_breach)

    @property
    def projection_write_units(self) -> float:
        """A month, in senders, incidents and their indexes.

        At most: a run that changes two folders counts twice.
        """
        story, incidents = self.story, self.incidents
        changed = story.opens.writes + self.changes * story.changes.writes + story.ends.writes
        return incidents * changed + (self.reports - self.changing) * story.repeated.writes

    @property
    def projection_read_units(self) -> float:
        """A month, for the runs that are applied."""
        story, incidents = self.story, self.incidents
        changed = story.opens.reads + self.changes * story.changes.reads + story.ends.reads
        return incidents * changed + (self.reports - self.changing) * story.repeated.reads

    @property
    def stored_bytes(self) -> float:
        """Once the first items expire, in all tables and indexes."""
        records = self._kept(self.records) * (self.record_bytes + OVERHEAD_BYTES) * (1 + INDEXES)
        return records + self._run_bytes + self._known_bytes(0)

    @property
    def backed_up_bytes(self) -> float:
        """Of these, what point-in-time recovery bills: no global index."""
        records = self._kept(self.records) * (self.record_bytes + OVERHEAD_BYTES)
        return records + self._run_bytes + self._known_bytes(1)

    @property
    def rebuild_read_units(self) -> float:
        """To fold every sender anew: all its runs and incidents, read consistently."""
        incidents = self._kept(self.incidents) * item_bytes(self.story.ended)
        return (self._run_bytes + incidents) / READ_UNIT_BYTES

    @property
    def _run_bytes(self) -> float:
        in_breach = self.runs * self.in_breach_somewhere
        empty = self.reports - in_breach
        size = in_breach * item_bytes(self.story.run) + empty * item_bytes(self.story.empty_run)
        days = self.run_retention_days * 86_400 / SECONDS_A_MONTH
        return days * (size + self.reports * OVERHEAD_BYTES)

    def _known_bytes(self, which: int) -> float:
        """Of senders and incidents: all of it (0), or what is backed up (1)."""
        incidents = self._kept(self.incidents) * self.story.incident_stored[which]
        return self.servers * self.story.sender_stored[which] + incidents

    def _kept(self, a_month: float) -> float:
        return a_month * self.retention_days * 86_400 / SECONDS_A_MONTH
