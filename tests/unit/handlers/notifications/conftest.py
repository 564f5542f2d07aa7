"""Telling owners over tables in memory: quick ones, and those of moto, which parse every expression."""

import pytest

from tests.stands.notifier import Notifier
from tests.stands.projection import Projection
from tests.stands.projection_tables import create_message_tables


@pytest.fixture
def notifier(projection: Projection) -> Notifier:
    return Notifier(projection)


@pytest.fixture
def moto_notifier(moto_projection: Projection) -> Notifier:
    create_message_tables(moto_projection.client)
    return Notifier(moto_projection)
