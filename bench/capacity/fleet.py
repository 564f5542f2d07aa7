"""How many servers report, how often, and how much."""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Self

from bench.capacity.items import INDEXES, WRITE_UNIT_BYTES, item_bytes, units
from bench.workload.reports import Shape, body
from contract.moments import parse_moment
from handlers.ingest.parsing import parse_report
from handlers.ingest.records import Detection, build_records

SECONDS_A_MONTH = 730 * 3600
"""As AWS counts a month."""


@dataclass(frozen=True, kw_only=True)
class Fleet:
    """Servers that run the script. It signs in at each run, and posts only if a folder is in breach."""

    servers: int
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
    accounts: int = 10
    """That the servers share."""
    retention_days: int = 90

    def in_storm(self) -> Self:
        """The same servers, every folder in breach at once."""
        return replace(self, in_breach=1.0)

    def starting_within(self, seconds: float) -> Self:
        """The same servers, their runs spread over that long."""
        return replace(self, start_window_seconds=seconds)

    @property
    def runs(self) -> float:
        """A month: each is one sign-in."""
        return self.servers * SECONDS_A_MONTH / self.interval_seconds

    @property
    def reporting(self) -> float:
        """The share of runs that find something to report."""
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
    def write_units(self) -> float:
        """A month, in the table and its indexes."""
        return self.records * self.record_units * (1 + INDEXES)

    @property
    def stored_bytes(self) -> float:
        """Once the first records expire, in the table and its indexes."""
        # DynamoDB adds 100 bytes of its own to each item that it bills the storage of.
        kept = self.records * self.retention_days * 86_400 / SECONDS_A_MONTH
        return kept * (self.record_bytes + 100) * (1 + INDEXES)
