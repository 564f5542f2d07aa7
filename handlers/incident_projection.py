"""IncidentLambda: keeps senders and incidents as their runs and time make them.

Invoked by the stream of FileSlaRuns, with the runs that were just stored, and every minute by a
schedule, for what time alone changes.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, Final, Self

from botocore.config import Config
from botocore.session import Session

from contract.owners.model import read_shipped_owners
from handlers.projection.replay import SenderReplay
from handlers.projection.stream import FailedRuns, Limits, StreamReader
from handlers.projection.sweep import Gauges, SenderSweep
from handlers.runtime import Environment, count, logger, make_ahead, metrics
from store.dynamodb import Reader
from store.maintenance import MaintenanceTable
from store.runs import RunTable
from store.state import SenderStore

CONFIG: Final = Config(
    connect_timeout=2, read_timeout=10, retries={"mode": "standard", "total_max_attempts": 6}
)
RESERVE_SECONDS: Final = 30.0
"""Kept back from the function's time for the sender that is being replayed as time runs out."""


@dataclass(frozen=True, kw_only=True)
class ProjectionEnvironment(Environment):
    """What IncidentLambda needs to know."""

    runs_table_name: str
    senders_table_name: str
    incidents_table_name: str
    notifications_table_name: str
    retention: timedelta | None
    dead_letters_url: str
    """The queue for the keys of runs that could not be applied."""
    sender_incident_limit: int
    account_incident_limit: int
    new_sender_limit: int


@dataclass(frozen=True)
class _Parts:
    store: SenderStore
    stream: StreamReader
    sweep: SenderSweep
    gauges: Gauges

    @classmethod
    def connect(cls) -> Self:
        environment, session = ProjectionEnvironment.read(), Session()
        client: Any = session.create_client("dynamodb", config=CONFIG)
        reader = Reader(client)
        queues: Any = session.create_client("sqs", config=CONFIG)
        senders, incidents = environment.senders_table_name, environment.incidents_table_name
        owners = read_shipped_owners()
        store = SenderStore(client, senders, incidents, environment.retention, owners=owners)
        letters = FailedRuns(queues, environment.dead_letters_url)
        limits = Limits(
            sender_incidents=environment.sender_incident_limit,
            account_incidents=environment.account_incident_limit,
            new_senders=environment.new_sender_limit,
        )
        replays = SenderReplay(store, RunTable(reader, environment.runs_table_name), limits)
        return cls(
            store=store,
            stream=StreamReader(store=store, failed_runs=letters, limits=limits),
            sweep=SenderSweep(store=store, replays=replays),
            gauges=Gauges(
                store=store,
                maintenance=MaintenanceTable(reader, environment.notifications_table_name),
                owners=owners,
                most_live=limits.account_incidents,
            ),
        )


@cache
def _parts() -> _Parts:
    return _Parts.connect()


make_ahead(_parts)


def handler(event: dict[str, Any], context: Any) -> None:
    """Takes a batch of the stream; anything else is the sweep.

    Raises:
        botocore.exceptions.ClientError: a service refused or failed: Lambda invokes it again.
    """
    metrics.clear_metrics()
    try:
        if "Records" in event:
            _parts().stream.read(event["Records"])
        else:
            _sweep(context)
    finally:
        if metrics.metric_set:
            metrics.flush_metrics()


def _sweep(context: Any) -> None:
    now = datetime.now(UTC)
    seen = _parts().sweep.run(now, lambda: context.get_remaining_time_in_millis() / 1000 - RESERVE_SECONDS)
    for metric, value in _parts().gauges.read(now).items():
        count(metric, value)
    logger.info("swept", extra={"senders": seen})
