"""Telling owners over tables in memory: quick ones, and those of moto, which parse every expression."""

import boto3
import pytest

from tests.stands.memory_tables import make_memory_tables
from tests.stands.notifier import Notifier
from tests.stands.projection import Projection
from tests.stands.projection_tables import create_message_tables, create_projection_tables
from tests.unit.conftest import REGION


@pytest.fixture
def notifier() -> Notifier:
    return Notifier(Projection(make_memory_tables()))


@pytest.fixture
def moto_notifier(aws: None) -> Notifier:
    client = boto3.client("dynamodb", region_name=REGION)
    create_projection_tables(client)
    create_message_tables(client)
    return Notifier(Projection(client))
