"""The projection over tables in memory: quick ones, and those of moto, which parse every expression."""

from collections.abc import Iterator

import boto3
import pytest

from handlers import incident_projection, runtime
from tests.stands.memory_tables import make_memory_tables
from tests.stands.projection import Projection
from tests.stands.projection_tables import create_projection_tables
from tests.unit.conftest import REGION


@pytest.fixture(autouse=True)
def _metrics() -> Iterator[None]:
    runtime.metrics.clear_metrics()
    yield
    runtime.metrics.clear_metrics()
    incident_projection._parts.cache_clear()


@pytest.fixture
def projection() -> Projection:
    return Projection(make_memory_tables())


@pytest.fixture
def moto_projection(aws: None) -> Projection:
    client = boto3.client("dynamodb", region_name=REGION)
    create_projection_tables(client)
    return Projection(client)
