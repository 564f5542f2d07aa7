"""Writes the history of servers into the tables, as the API would have written it at the time."""

import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from contract.names import Group
from handlers.ingest.origin import Origin
from handlers.ingest.record_store import RecordStore
from handlers.ingest.records import Detection, build_records
from handlers.ingest.told_runs import tell_run
from handlers.runs.run_items import build_run_items
from handlers.web.caller import Caller
from local.demo.history import Story
from local.people import Account
from local.provider import Aws

RUN_RETENTION: Final = timedelta(days=35)
_LOADING_SECONDS: Final = 60.0


@dataclass(frozen=True)
class Loaded:
    """How much was written."""

    records: int
    runs: int


def load_history(
    aws: Aws, table_name: str, runs_table_name: str, stories: Iterable[tuple[Story, Account]]
) -> Loaded:
    """Writes records and runs of each story, one server after the other and each in order of time.

    In this order the stream brings many runs of one sender at once, which are one write of the projection.
    """
    store = RecordStore(aws.client("dynamodb"), table_name, runs_table_name)
    deadline = time.monotonic() + _LOADING_SECONDS
    records, runs = [], []
    for story, account in stories:
        for moment, report in story.reports():
            origin = _origin(story, account, moment)
            run_id = origin.run_id(report)
            told = tell_run(report, origin, run_id, lost_letters=0)
            records += build_records(report, _detection(origin, told.run.sender, run_id))
            runs += build_run_items(told, RUN_RETENTION)
    store.put_all(records, seconds_left=lambda: deadline - time.monotonic(), runs=runs)
    return Loaded(len(records), len(runs))


def _origin(story: Story, account: Account, moment: datetime) -> Origin:
    return Origin(
        caller=Caller(account.subject, account.user["username"], frozenset({Group.REPORTERS})),
        arrival=moment,
        address=story.server.address or "127.0.0.1",
        idempotency_key=None,
    )


def _detection(origin: Origin, sender: str, run_id: str) -> Detection:
    return Detection(
        detected_at=origin.arrival,
        reported_by=origin.caller.username,
        subject=origin.caller.subject,
        sender=sender,
        run_id=run_id,
    )
