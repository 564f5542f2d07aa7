"""What one item or one sender that cannot be read keeps from the others: nothing."""

from typing import Any

from store.runs import RunAttribute, RunItem
from store.senders import OWN_PART, SenderAttribute
from tests.oracles.incidents.playing import run
from tests.projection import Projection
from tests.projection_tables import SENDERS


def test_a_refused_report_that_cannot_be_read_holds_nothing_up(projection: Projection) -> None:
    item: dict[str, Any] = {
        RunAttribute.SENDER: {"S": "key-1"},
        RunAttribute.RUN_KEY: {"S": "0"},
        RunAttribute.ITEM: {"S": RunItem.REFUSED},
    }
    projection.stream.read([{"eventName": "INSERT", "dynamodb": {"NewImage": item}}])
    assert [run_key for _, run_key, _ in projection.letters.put_in] == ["0"]


def test_a_sender_that_cannot_be_read_keeps_the_sweep_from_no_other(projection: Projection) -> None:
    # Two of one shard, of which the index tells the older mark first.
    projection.client.put_item(
        TableName=SENDERS,
        Item={
            SenderAttribute.SENDER: {"S": "broken"},
            SenderAttribute.PART: {"S": OWN_PART},
            SenderAttribute.BODY: {"S": "{}"},
            SenderAttribute.WAKES_IN: {"S": "0"},
            SenderAttribute.WAKES_AT: {"S": "2026-03-01T20:00:00Z"},
        },
    )
    senders = [f"key-{number}" for number in range(8)]
    for sender in senders:
        projection.put(run(0, sender=sender))
        projection.store.mark(sender)
    projection.sweep(0.1)
    assert all(projection.store.read(sender).sender for sender in senders)
