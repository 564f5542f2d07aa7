"""The projection over tables in memory."""

from collections.abc import Iterator

import boto3
import pytest

from handlers import incident_projection, runtime
from tests.stands.projection import Projection
from tests.stands.projection_tables import create_projection_tables
from tests.unit.conftest import REGION


@pytest.fixture
def projection(aws: None) -> Iterator[Projection]:
    client = boto3.client("dynamodb", region_name=REGION)
    create_projection_tables(client)
    runtime.metrics.clear_metrics()
    yield Projection(client)
    runtime.metrics.clear_metrics()
    incident_projection._parts.cache_clear()
