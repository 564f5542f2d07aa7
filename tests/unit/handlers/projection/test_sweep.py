"""What time alone changes, and what the sweep makes anew."""

import json
from typing import Any

import pytest

from handlers import incident_projection
from handlers.projection import replay
from store.senders import OWN_PART, SenderAttribute
from tests.stands.events import LambdaContext
from tests.stands.playing import at, listing, run, stuck
from tests.stands.projection import Projection
from tests.stands.projection_tables import RUNS, SENDERS

STUCK = stuck("D:\\Inbound", "x", created=-2)


def test_a_sweep_ends_with_its_time_and_the_next_takes_the_rest(projection: Projection) -> None:
    projection.report(*(run(0, sender=f"s{number}", has_run=True) for number in range(9)))
    projection.now = at(1.2)
    left = iter([60.0] * 4 + [0.0])
    assert projection.sweeper.run(projection.now, lambda: next(left)) == 4
    assert projection.sweep() == 5


def test_a_sender_without_runs_is_left_as_it_is(projection: Projection) -> None:
    projection.report(listing(0, ["D:\\Inbound"], STUCK))
    for item in projection.client.scan(TableName=RUNS)["Items"]:
        projection.client.delete_item(TableName=RUNS, Key={key: item[key] for key in ("Sender", "RunKey")})
    projection.mark()
    projection.sweep(0.1)
    assert "ReplaySince" not in projection.own()
    assert projection.statuses() == {"d:\\inbound": "open"}
    # Time goes on for it.
    projection.sweep(30)
    assert projection.statuses() == {"d:\\inbound": "unknown"}


def test_a_sender_that_cannot_be_replayed_is_tried_again_later(
    projection: Projection, monkeypatch: pytest.MonkeyPatch
) -> None:
    projection.report(run(0, STUCK, sender="good", has_run=True), run(0, STUCK, has_run=True))
    projection.mark()

    def broken(*_: Any, **__: Any) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(replay, "keep_known", broken)
    projection.sweep(0.1)
    assert projection.own()["ReplaySince"]
    assert projection.sweep(0.2) == 0
    monkeypatch.undo()
    assert projection.sweep(0.4) == 1
    assert "ReplaySince" not in projection.own()


def test_the_handler_sweeps_and_publishes_what_it_found(
    moto_projection: Projection, capsys: pytest.CaptureFixture[str]
) -> None:
    denied = [listing(hour, ["D:\\Inbound"], STUCK, errors=["E:\\Out", "F:\\"]) for hour in range(4)]
    incident_projection.handler({"Records": moto_projection.put(*denied)}, LambdaContext())
    capsys.readouterr()
    incident_projection.handler({"sweep": True}, LambdaContext(remaining_ms=300_000))
    # Those runs are months old.
    assert _published(capsys) == {
        "SendersSetAside": 0, "SendersSilent": 1, "FoldersUnreadable": 2,
        "IncidentsOpen": 0, "IncidentsUnknown": 0, "AccountsOverLimit": 0,
    }  # fmt: skip
    moto_projection.now = at(3)
    [incident] = moto_projection.incidents()
    assert incident["Status"] == "expired"


def _published(capsys: pytest.CaptureFixture[str]) -> dict[str, int]:
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines() if '"_aws"' in line]
    return {name: int(value[0]) for line in lines for name, value in line.items() if isinstance(value, list)}


def test_a_sender_that_cannot_be_read_keeps_the_sweep_from_no_other(projection: Projection) -> None:
    # Two of one shard, of which the index tells the older mark first.
    projection.client.put_item(
        TableName=SENDERS,
        Item={
            SenderAttribute.SENDER: {"S": "broken"},
            SenderAttribute.PART: {"S": OWN_PART},
            SenderAttribute.RULE_STATE: {"S": "{}"},
            SenderAttribute.NEXT_CHECK_SHARD: {"S": "0"},
            SenderAttribute.NEXT_CHECK_AT: {"S": "2026-03-01T20:00:00Z"},
        },
    )
    senders = [f"key-{number}" for number in range(8)]
    for sender in senders:
        projection.put(run(0, sender=sender))
        projection.mark(sender)
    projection.sweep(0.1)
    assert all(projection.store.read(sender).sender for sender in senders)
