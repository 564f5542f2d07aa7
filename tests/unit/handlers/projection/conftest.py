"""The projection over tables in memory."""

from collections.abc import Iterator

import boto3
import pytest

from contract.names import Variable
from handlers import incident_projection, runtime
from tests.stands.projection import Projection
from tests.stands.projection_tables import INCIDENTS, RUNS, SENDERS, create_projection_tables
from tests.unit.conftest import REGION


@pytest.fixture
def projection(aws: None) -> Iterator[Projection]:
    client = boto3.client("dynamodb", region_name=REGION)
    create_projection_tables(client)
    runtime.metrics.clear_metrics()
    yield Projection(client)
    runtime.metrics.clear_metrics()
    incident_projection._parts.cache_clear()


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the function is told."""
    for variable, value in {
        Variable.RUNS_TABLE_NAME: RUNS,
        Variable.SENDERS_TABLE_NAME: SENDERS,
        Variable.INCIDENTS_TABLE_NAME: INCIDENTS,
        Variable.RETENTION_DAYS: "0",
        Variable.DEAD_LETTERS_URL: "https://sqs.us-east-1.amazonaws.com/1/letters",
    }.items():
        monkeypatch.setenv(variable, value)
