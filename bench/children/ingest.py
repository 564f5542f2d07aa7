"""Our handler or the naive one at a report: what it asks of AWS, or what CPU time it takes without I/O."""

import io
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import boto3
from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders
from botocore.handlers import BUILTIN_HANDLERS

from bench.children.process import OURS, FakeContext, item_bytes, load_handler, serve
from store.records import Attribute

_STORED = b'{"UnprocessedItems": {}}'


def answer(request: Mapping[str, Any]) -> dict[str, Any]:
    """Counts where the request says `count`, else measures CPU time."""
    return _count(request) if request.get("count") else _time(request)


@dataclass
class _Meter:
    """Counts what every client of this process does."""

    calls: int = 0
    write_units: float = 0
    items: list[Mapping[str, Any]] = field(default_factory=list)
    """The records that were written in batches."""
    run_bytes: list[int] = field(default_factory=list)
    """The sizes of the runs' items that were."""

    def attach(self) -> None:
        """Counts for every session that is made from now on."""
        BUILTIN_HANDLERS.append(("before-send", self._sent))
        for operation in ("PutItem", "BatchWriteItem"):
            BUILTIN_HANDLERS.append((f"provide-client-params.dynamodb.{operation}", self._asked))
            BUILTIN_HANDLERS.append((f"after-call.dynamodb.{operation}", self._answered))

    def _sent(self, **_: Any) -> None:
        self.calls += 1

    def _asked(self, params: dict[str, Any], **_: Any) -> dict[str, Any]:
        for requests in params.get("RequestItems", {}).values():
            items = [request["PutRequest"]["Item"] for request in requests]
            self.items += [item for item in items if Attribute.ERROR_ID in item]
            self.run_bytes += [item_bytes(item) for item in items if Attribute.ERROR_ID not in item]
        return {**params, "ReturnConsumedCapacity": "INDEXES"}

    def _answered(self, parsed: Mapping[str, Any], **_: Any) -> None:
        consumed = parsed["ConsumedCapacity"]
        for entry in consumed if isinstance(consumed, list) else [consumed]:
            self.write_units += entry["CapacityUnits"]


def _count(request: Mapping[str, Any]) -> dict[str, Any]:
    """Takes `module` and `event`; gives a meter's counts."""
    meter = _Meter()
    meter.attach()
    response = load_handler(request["module"])(request["event"], FakeContext)
    if response["statusCode"] != 200:
        raise RuntimeError(f"the report was refused: {response['body']}")
    return asdict(meter)


class _Raw(io.BytesIO):
    def stream(self, **_: Any) -> Any:
        yield self.read()


def _time(request: Mapping[str, Any]) -> dict[str, Any]:
    """Takes `event`, `rounds` and `calls`; gives CPU milliseconds by round."""
    written: dict[str, Any] = {}
    headers = HTTPHeaders()
    headers["Content-Type"] = "application/x-amz-json-1.0"

    def answered(request: Any, **_: Any) -> AWSResponse:
        """DynamoDB's answer, without going there: the request is serialised and signed all the same."""
        written.update(json.loads(request.body) if not written else {})
        return AWSResponse(request.url, 200, headers, _Raw(_STORED))

    # Like the emulators that work within a process do: for every session that is made from now on.
    BUILTIN_HANDLERS.append(("before-send.dynamodb.BatchWriteItem", answered))
    handler, event = load_handler(OURS), request["event"]
    if not (handler(event, FakeContext)["statusCode"] == 200 and written):
        raise RuntimeError("the report was refused")
    client = boto3.client("dynamodb")
    body = event["body"]

    def bare() -> None:
        json.loads(body)
        client.batch_write_item(**written)

    def ours() -> None:
        handler(event, FakeContext)

    for warm_up in (ours, bare):
        _cpu_milliseconds(warm_up, request["calls"])
    rounds = [
        (_cpu_milliseconds(ours, request["calls"]), _cpu_milliseconds(bare, request["calls"]))
        for _ in range(request["rounds"])
    ]
    return {"rounds": rounds}


def _cpu_milliseconds(call: Callable[[], None], times: int) -> float:
    started = time.process_time()
    for _ in range(times):
        call()
    return (time.process_time() - started) / times * 1000


if __name__ == "__main__":
    serve(answer)
