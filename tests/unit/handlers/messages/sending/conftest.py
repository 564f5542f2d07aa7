"""Telling owners over tables in memory: quick ones, and those of moto, which parse every expression."""

import boto3
import pytest

from bench.capacity.metered import MeteredTables
from bench.capacity.stack import ERRORS, INCIDENTS, MESSAGES, RUNS, SENDERS
from tests.messenger import Messenger
from tests.projection import Projection
from tests.projection_tables import create_message_tables, create_projection_tables
from tests.unit.conftest import REGION


@pytest.fixture
def messenger() -> Messenger:
    specs = (ERRORS, RUNS, SENDERS, INCIDENTS, MESSAGES)
    return Messenger(Projection(MeteredTables({spec.table_name: spec for spec in specs})))


@pytest.fixture
def moto_messenger(aws: None) -> Messenger:
    client = boto3.client("dynamodb", region_name=REGION)
    create_projection_tables(client)
    create_message_tables(client)
    return Messenger(Projection(client))
