"""Whose report it is: what a report and its request tell of its sender and its run."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID, uuid4, uuid5

from contract.report import Report, ReportedRun
from contract.words import SENDER_SEPARATOR
from handlers.ingest.digest import digest_report
from handlers.web.caller import Caller

_RUN_IDS: Final = UUID("0d9c4a1e-3b0e-4f0a-9d1b-8a2f6f5f7c11")


@dataclass(frozen=True, kw_only=True)
class Origin:
    """Where a report comes from, and when it came."""

    caller: Caller
    arrival: datetime
    """In UTC."""
    address: str | None
    """The caller's IP address."""
    idempotency_key: str | None

    def sender_key(self, name: str | None) -> str:
        """The sender's key: the account, and what the script calls itself, whatever its case."""
        subject = self.caller.subject
        return subject if name is None else f"{subject}{SENDER_SEPARATOR}{name.lower()}"

    def sender_name(self, name: str | None) -> str:
        """What screens call it."""
        username = self.caller.username
        return username if name is None else f"{username}{SENDER_SEPARATOR}{name}"

    def run_id(self, report: Report) -> str:
        """The id of a run: the same for all its parts, and for a retry; else a new one."""
        subject = self.caller.subject
        if report.run is not None and report.run.id is not None:
            return _derive_id(subject, str(report.run.id))
        if self.idempotency_key is not None:
            return _derive_id(subject, self.idempotency_key, digest_report(report))
        return uuid4().hex

    def moment(self, run: ReportedRun | None) -> datetime:
        """When the run was: its arrival less the time that it took, by the sender's own clock, to be sent."""
        if run is None or run.started_at is None or run.sent_at is None:
            return self.arrival
        return self.arrival - (run.sent_at - run.started_at)

    def skew(self, run: ReportedRun | None) -> timedelta:
        """What the sender's clock is behind; nothing where it does not tell."""
        return self.arrival - run.sent_at if run is not None and run.sent_at is not None else timedelta(0)


def _derive_id(*parts: str) -> str:
    # JSON keeps ("a", "b:c") apart from ("a:b", "c").
    return uuid5(_RUN_IDS, json.dumps(parts)).hex
