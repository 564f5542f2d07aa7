"""What is known of a recipient, where it is too large for one item."""

import random

import pytest

from handlers.notifications.plan import list_recipients
from handlers.notifications.recipients import RecipientStore
from handlers.projection import store_dynamodb
from store.notifications import MessageAttribute, RecipientState, SubjectState, incident_key
from tests.projection import Projection
from tests.projection_tables import MESSAGES
from tests.stands.memory_tables import make_memory_tables
from tests.stands.notifier import Messenger

_IDS = random.Random(1)
MANY = RecipientState(
    entries={
        incident_key(f"{_IDS.getrandbits(128):032x}"): SubjectState(sender=f"s{one}") for one in range(200)
    }
)


@pytest.fixture
def messenger() -> Messenger:
    return Messenger(Projection(make_memory_tables()))


@pytest.fixture
def store(messenger: Messenger, monkeypatch: pytest.MonkeyPatch) -> RecipientStore:
    monkeypatch.setattr(store_dynamodb, "MAX_CHUNK_BYTES", 1_000)
    return RecipientStore(messenger.client, MESSAGES)


def test_it_is_read_as_it_was_written_and_may_become_smaller(
    messenger: Messenger, store: RecipientStore
) -> None:
    recipient, other = list_recipients(messenger.owners)
    known = store.read([recipient]).known[recipient.key]
    known = store.write(recipient, type(known)(key=known.key, told=MANY), leased_until=None)
    assert len(messenger.items()) > 3
    assert store.read([recipient, other]).known[recipient.key].told == MANY
    store.write(
        recipient,
        type(known)(key=known.key, told=RecipientState(), revision=known.revision),
        leased_until=None,
    )
    assert store.read([recipient]).known[recipient.key].told == RecipientState()


def test_parts_of_two_writes_are_no_state(messenger: Messenger, store: RecipientStore) -> None:
    [recipient, _] = list_recipients(messenger.owners)
    known = store.read([recipient]).known[recipient.key]
    store.write(recipient, type(known)(key=known.key, told=MANY), leased_until=None)
    later = max(messenger.client.list_items(MESSAGES), key=lambda item: item[MessageAttribute.PART]["S"])
    messenger.client.put_item(TableName=MESSAGES, Item={**later, MessageAttribute.REVISION: {"N": "2"}})
    # Another sweep is at it: nothing is told by halves.
    reading = store.read([recipient])
    assert (reading.known, reading.unreadable) == ({}, 0)
    assert not messenger.sweep(1).faults
