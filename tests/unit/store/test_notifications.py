"""The state of a recipient that is too large for one item."""

import random

import pytest

from store import dynamodb
from store.notifications import (
    NotificationAttribute,
    RecipientState,
    RecipientTable,
    SubjectState,
    incident_key,
    list_recipients,
)
from tests.stands.memory_tables import make_memory_tables
from tests.stands.notifier import Notifier
from tests.stands.projection import Projection
from tests.stands.projection_tables import MESSAGES

_IDS = random.Random(1)
MANY = RecipientState(
    entries={
        incident_key(f"{_IDS.getrandbits(128):032x}"): SubjectState(sender=f"s{one}") for one in range(200)
    }
)


@pytest.fixture
def notifier() -> Notifier:
    return Notifier(Projection(make_memory_tables()))


@pytest.fixture
def store(notifier: Notifier, monkeypatch: pytest.MonkeyPatch) -> RecipientTable:
    monkeypatch.setattr(dynamodb, "MAX_CHUNK_BYTES", 1_000)
    return RecipientTable(notifier.client, MESSAGES)


def test_it_is_read_as_it_was_written_and_may_become_smaller(
    notifier: Notifier, store: RecipientTable
) -> None:
    recipient, other = list_recipients(notifier.owners)
    known = store.read([recipient]).stored[recipient.key]
    known = store.write(recipient, type(known)(key=known.key, state=MANY), leased_until=None)
    assert len(notifier.items()) > 3
    assert store.read([recipient, other]).stored[recipient.key].state == MANY
    store.write(
        recipient,
        type(known)(key=known.key, state=RecipientState(), revision=known.revision),
        leased_until=None,
    )
    assert store.read([recipient]).stored[recipient.key].state == RecipientState()


def test_parts_of_two_writes_are_no_state(notifier: Notifier, store: RecipientTable) -> None:
    [recipient, _] = list_recipients(notifier.owners)
    known = store.read([recipient]).stored[recipient.key]
    store.write(recipient, type(known)(key=known.key, state=MANY), leased_until=None)
    later = max(notifier.client.list_items(MESSAGES), key=lambda item: item[NotificationAttribute.PART]["S"])
    notifier.client.put_item(TableName=MESSAGES, Item={**later, NotificationAttribute.REVISION: {"N": "2"}})
    # Another sweep is at it: nothing is half read.
    reading = store.read([recipient])
    assert (reading.stored, reading.unreadable) == ({}, {})
    assert not notifier.sweep(1).faults
