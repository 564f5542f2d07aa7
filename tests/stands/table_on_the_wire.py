"""DynamoDB below botocore: tables in memory that answer, or fail, at the level of HTTP.

Serialising, signing, parsing and the client's time-outs are botocore's own, so that a fault
reaches the function in the form in which it would come from the network.
"""

import io
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import boto3
import botocore.handlers
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.compat import HTTPHeaders

from store.records import Attribute
from store.runs import RunAttribute

Item = dict[str, Any]
Put = Callable[[list[Item]], None]
Fault = Callable[[list[Item], Put], tuple[int, object]]
"""Sees the items of a batch and a way to store some, and gives status and body, or raises."""


@dataclass
class TableOnTheWire:
    """The tables of records and of runs; each call meets the next of `faults`, and none after the last."""

    items: dict[str, Item] = field(default_factory=dict)
    """Records by their id."""
    runs: dict[str, Item] = field(default_factory=dict)
    """Runs by their key."""
    faults: Iterator[Fault] = field(default_factory=lambda: iter(()))
    calls: int = 0

    def put(self, items: list[Item]) -> None:
        """Stores as DynamoDB does: an id that is known is overwritten."""
        for item in items:
            if Attribute.ERROR_ID in item:
                self.items[item[Attribute.ERROR_ID]["S"]] = item
            else:
                self.runs[item[RunAttribute.RUN_KEY]["S"]] = item

    def answer(self, request: AWSPreparedRequest, **_: object) -> AWSResponse:
        self.calls += 1
        assert isinstance(request.body, bytes)
        by_table = json.loads(request.body)["RequestItems"]
        tables = {_kind(put["PutRequest"]["Item"]): table for table, puts in by_table.items() for put in puts}
        batch = [put["PutRequest"]["Item"] for puts in by_table.values() for put in puts]
        fault = next(self.faults, None)
        if fault is None:
            self.put(batch)
            return http_response(request, 200, _unprocessed(tables, []))
        status, body = fault(batch, self.put)
        return http_response(request, status, _unprocessed(tables, body) if isinstance(body, list) else body)

    def answer_put(self, request: AWSPreparedRequest, **_: object) -> AWSResponse:
        """Answers a PutItem: the fact that a report was refused."""
        assert isinstance(request.body, bytes)
        self.put([json.loads(request.body)["Item"]])
        return http_response(request, 200, {})


@contextmanager
def answering(answers: Mapping[str, Callable[..., AWSResponse]]) -> Iterator[None]:
    """Answers for AWS in place of the network, to every client made in the meantime.

    Args:
        answers: by service, or service and operation, such as `dynamodb.BatchWriteItem`.
    """
    # What every new session of botocore listens to, whoever makes it.
    handlers: list[Any] = botocore.handlers.BUILTIN_HANDLERS
    added = [(f"before-send.{operation}", answer) for operation, answer in answers.items()]
    handlers += added
    boto3.DEFAULT_SESSION = None
    try:
        yield
    finally:
        for one in added:
            handlers.remove(one)
        boto3.DEFAULT_SESSION = None


def _unprocessed(tables: Mapping[bool, str], items: list[Item]) -> dict[str, Any]:
    """DynamoDB's answer when it did not take these items."""
    left: dict[str, list[Item]] = {}
    for item in items:
        left.setdefault(tables[_kind(item)], []).append({"PutRequest": {"Item": item}})
    return {"UnprocessedItems": left}


def _kind(item: Item) -> bool:
    return Attribute.ERROR_ID in item


def http_response(request: AWSPreparedRequest, status: int, body: object) -> AWSResponse:
    """What botocore would have read from the network; bytes go as they are, all else as JSON."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return AWSResponse(request.url, status, HTTPHeaders(), _Raw(content))


class _Raw(io.BytesIO):
    def stream(self, **_: object) -> Iterator[bytes]:
        yield self.read()
