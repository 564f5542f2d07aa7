"""Telling owners over tables in memory: quick ones, and those of moto, which parse every expression."""

import pytest

from tests.stands.memory_tables import make_memory_tables
from tests.stands.notifier import Notifier
from tests.stands.projection import Projection
from tests.stands.projection_tables import create_message_tables


@pytest.fixture
def notifier() -> Notifier:
    return Notifier(Projection(make_memory_tables()))


@pytest.fixture
def moto_notifier(projection: Projection) -> Notifier:
    create_message_tables(projection.client)
    return Notifier(projection)
