"""Senders and incidents in their tables, written as the Lambda writes them, from runs in a few words."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from contract.moments import format_moment
from contract.words import IncidentStatus
from handlers import runtime
from handlers.incidents.sender import show_sender
from handlers.projection.replay import SenderReplay
from handlers.projection.stream import apply_runs
from handlers.projection.sweep import SenderSweep
from store.dynamodb import Reader
from store.incidents import IN_FULL, Incident, describe_incident, incident_key, parse_incident
from store.runs import Run, RunAttribute, RunTable
from store.senders import Sender, describe_last_run, describe_sender, parse_sender, sender_key
from store.state import SenderStore, State
from tests.stands.playing import START
from tests.stands.projection_tables import INCIDENTS, RUNS, SENDERS

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

KEYS = {SENDERS: ("Sender", "Part"), INCIDENTS: ("Sender", "IncidentId")}


def hours_ago(hours: float) -> float:
    """That long before now, as `tests.stands.playing` counts."""
    return (datetime.now(UTC) - START) / timedelta(hours=1) - hours


class Projected:
    """What becomes of runs and of time in the tables."""

    def __init__(self, client: "DynamoDBClient") -> None:
        self._client = client
        self._store = SenderStore(client, SENDERS, INCIDENTS, None)
        runtime.metrics.provider.namespace = "test"

    def tell(self, run: Run, name: str = "", **told: Any) -> None:
        """Applies a run of a sender; its screen name is its key unless it is given."""
        told = {"sender_name": name or run.sender, "reported_by": (name or run.sender).split("/")[0], **told}
        apply_runs(self._store, run.sender, [replace(run, **told)])

    def refuse(self, sender: str, at: datetime, *problems: tuple[str, str, str]) -> None:
        """Keeps a refused report."""
        keys = ("Field", "Problem", "Hint")
        listed = [{"M": {key: {"S": text} for key, text in zip(keys, one, strict=True)}} for one in problems]
        item: dict[str, Any] = {
            RunAttribute.SENDER: {"S": sender},
            RunAttribute.SENDER_NAME: {"S": sender},
            RunAttribute.REPORTED_BY: {"S": sender},
            RunAttribute.SOURCE_ADDRESS: {"S": "10.0.0.9"},
            RunAttribute.ARRIVED_AT: {"S": format_moment(at)},
            RunAttribute.PROBLEMS: {"L": listed},
            RunAttribute.REQUEST_ID: {"S": "request-1"},
        }
        self._store.senders.put_refused(item)

    def set_aside(self, sender: str) -> None:
        """Gives its replay up."""
        self._store.set_aside(self._store.read(sender))

    def sweep(self, now: datetime | None = None) -> None:
        """Lets time pass until now."""
        replays = SenderReplay(self._store, RunTable(Reader(self._client), RUNS))
        sweep = SenderSweep(store=self._store, replays=replays)
        sweep.run(now or datetime.now(UTC), lambda: 60)

    def list_ids(self) -> list[str]:
        """Every incident's, those of the open ones first."""
        items = self._client.scan(TableName=INCIDENTS)["Items"]
        items.sort(key=lambda item: item["Status"]["S"] != IncidentStatus.OPEN)
        return [item["IncidentId"]["S"] for item in items]

    def empty(self) -> None:
        """Takes everything out again."""
        for table, keys in KEYS.items():
            for item in self._client.scan(TableName=table)["Items"]:
                self._client.delete_item(TableName=table, Key={key: item[key] for key in keys})


@contextmanager
def projecting(client: "DynamoDBClient") -> Iterator[Projected]:
    """The tables, emptied afterwards."""
    projected = Projected(client)
    try:
        yield projected
    finally:
        projected.empty()


def read_incidents(state: State, sender: str = "account") -> list[Incident]:
    """The incidents of a state, as the dashboard reads what the Lambda writes of them."""
    found = []
    for one in state.incidents.values():
        written = describe_incident(one, sender, latest=True, retention=None)
        values = {**incident_key(sender, one.incident_id), **written}
        # Less what is for the rules alone.
        found.append(parse_incident({name: values[name] for name in IN_FULL if values.get(name) is not None}))
    return found


def read_sender(state: State, run: Run, **told: Any) -> Sender:
    """The sender of a state whose last run this was, as the dashboard reads it."""
    assert state.sender is not None
    last = replace(run, sender_name=run.sender, reported_by=run.sender, **told)
    values = {**sender_key(run.sender), **describe_sender(show_sender(state)), **describe_last_run(last)}
    return parse_sender({name: value for name, value in values.items() if value is not None})
