from collections.abc import Callable
from typing import TYPE_CHECKING, Any, cast

import pytest
from botocore.exceptions import ClientError

from handlers.ingest.storing import RecordStore
from handlers.web.errors import NotStoredError
from store.dynamodb import MAX_BATCH

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

Request = list[dict[str, Any]]
Behaviour = Callable[[Request], Request]


class ScriptedTable:
    """Takes batches as DynamoDB does, and leaves unprocessed what its script says."""

    def __init__(self, *script: Behaviour | Exception) -> None:
        self.script = list(script)
        self.stored: list[str] = []
        self.batch_sizes: list[int] = []

    def batch_write_item(self, *, RequestItems: dict[str, Request]) -> dict[str, Any]:  # noqa: N803
        requests = RequestItems["T"]
        self.batch_sizes.append(len(requests))
        step = self.script.pop(0) if self.script else lambda _: []
        if isinstance(step, Exception):
            raise step
        unprocessed = step(requests)
        self.stored += [r["PutRequest"]["Item"]["ErrorId"]["S"] for r in requests if r not in unprocessed]
        return {"UnprocessedItems": {"T": unprocessed} if unprocessed else {}}


def _items(count: int) -> list[Any]:
    return [{"ErrorId": {"S": str(number)}} for number in range(count)]


def _put(table: ScriptedTable, count: int, seconds_left: float = 10) -> tuple[int, list[float]]:
    naps: list[float] = []
    store = RecordStore(cast("DynamoDBClient", table), "T", sleep=naps.append)
    return store.put_all(_items(count), seconds_left=lambda: seconds_left - sum(naps)), naps


def _client_error(code: str, status: int = 400) -> ClientError:
    return ClientError(
        {"Error": {"Code": code, "Message": "no"}, "ResponseMetadata": {"HTTPStatusCode": status}},  # type: ignore[typeddict-item]
        "BatchWriteItem",
    )


def test_a_refusal_is_not_tried_again() -> None:
    refusal = _client_error("AccessDeniedException")
    table = ScriptedTable(lambda _: [], refusal)
    with pytest.raises(NotStoredError) as failed:
        _put(table, MAX_BATCH + 1)
    assert failed.value.__cause__ is refusal
    assert len(table.batch_sizes) == 2


def test_waits_are_up_to_twice_as_long_each_time_from_none_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[float, float]] = []

    def longest(least: float, most: float) -> float:
        asked.append((least, most))
        return most

    monkeypatch.setattr("random.uniform", longest)
    table = ScriptedTable(*[_client_error("ThrottlingException")] * 8)
    _, naps = _put(table, 1)
    ceilings = [0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 2, 2]
    assert asked == [(0, ceiling) for ceiling in ceilings]
    assert naps == pytest.approx(ceilings)
