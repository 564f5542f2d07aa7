"""The report function over a table that fails on schedule, with time under the test's control."""

import json
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import boto3
import pytest

from components.functions.routes import TIMEOUT_SECONDS
from contract.routes import IDEMPOTENCY_KEY
from handlers import file_sla_error
from handlers.ingest.storing import RecordStore
from tests.faults.faults import Clock, Mishap
from tests.stands.events import report_event
from tests.stands.projection_tables import RUNS
from tests.stands.table_on_the_wire import TableOnTheWire, answering
from tests.unit.conftest import TABLE, _environment  # noqa: F401 - a fixture for every test here


@dataclass(frozen=True)
class Answer:
    """What the function answered, and when in its life."""

    status: int
    body: dict[str, Any]
    seconds: float


@dataclass
class Service:
    table: TableOnTheWire = field(default_factory=TableOnTheWire)
    clock: Clock = field(default_factory=lambda: Clock(TIMEOUT_SECONDS))

    def post(
        self,
        report: dict[str, Any] | str,
        key: str | None = None,
        mishaps: Iterable[Mishap] = (),
        *,
        subject: str = "subject-1",
        already_used: float = 0.0,
    ) -> Answer:
        """Posts a report while the mishaps happen, one to each call."""
        self.clock.now = already_used
        self.table.faults = (mishap.on(self.clock) for mishap in mishaps)
        headers = {} if key is None else {IDEMPOTENCY_KEY.name: key}
        event = report_event(report, headers=headers, subject=subject)
        answer = file_sla_error.handler(event, self.clock)
        self.table.faults = iter(())
        return Answer(answer["statusCode"], json.loads(answer["body"]), self.clock.now)


@pytest.fixture
def service(_environment: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Service]:  # noqa: F811
    service = Service()
    with answering(
        {"dynamodb.BatchWriteItem": service.table.answer, "dynamodb.PutItem": service.table.answer_put}
    ):
        client = boto3.client("dynamodb", config=file_sla_error.CONFIG)
        store = RecordStore(client, TABLE, RUNS, sleep=lambda seconds: service.clock.sleep(seconds))
        monkeypatch.setattr(file_sla_error, "_store", cache(lambda: store))
        yield service


def new_key() -> str:
    return str(uuid.uuid4())
