"""The CPU time of our handler for one report, without I/O, beside the least it could be."""

import cProfile
import io
import json
import pstats
import time
from collections.abc import Callable, Mapping
from typing import Any

import boto3
import psutil
from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders
from botocore.handlers import BUILTIN_HANDLERS

from bench.processes.fresh import serve
from bench.workload.events import OURS, Context, load

_STORED = b'{"UnprocessedItems": {}}'


class _Raw(io.BytesIO):
    def stream(self, **_: Any) -> Any:
        yield self.read()


def answer(request: Mapping[str, Any]) -> dict[str, Any]:
    """Takes `event`, `rounds` and `calls`; gives CPU milliseconds by round, memory held and a profile."""
    written: dict[str, Any] = {}
    headers = HTTPHeaders()
    headers["Content-Type"] = "application/x-amz-json-1.0"

    def answered(request: Any, **_: Any) -> AWSResponse:
        """DynamoDB's answer, without going there: the request is serialised and signed all the same."""
        written.update(json.loads(request.body) if not written else {})
        return AWSResponse(request.url, 200, headers, _Raw(_STORED))

    # Like the emulators that work within a process do: for every session that is made from now on.
    BUILTIN_HANDLERS.append(("before-send.dynamodb.BatchWriteItem", answered))
    handler, event = load(OURS), request["event"]
    if not (handler(event, Context)["statusCode"] == 200 and written):
        raise RuntimeError("the report was refused")
    client = boto3.client("dynamodb")
    body = event["body"]

    def bare() -> None:
        json.loads(body)
        client.batch_write_item(**written)

    def ours() -> None:
        handler(event, Context)

    for warm_up in (ours, bare):
        _cpu_milliseconds(warm_up, request["calls"])
    rounds = [
        (_cpu_milliseconds(ours, request["calls"]), _cpu_milliseconds(bare, request["calls"]))
        for _ in range(request["rounds"])
    ]
    held = psutil.Process().memory_info().rss / 1e6
    return {"rounds": rounds, "megabytes": held, "profile": _profile(ours, request["calls"])}


def _cpu_milliseconds(call: Callable[[], None], times: int) -> float:
    started = time.process_time()
    for _ in range(times):
        call()
    return (time.process_time() - started) / times * 1000


def _profile(call: Callable[[], None], times: int) -> str:
    profile = cProfile.Profile()
    profile.enable()
    for _ in range(times):
        call()
    profile.disable()
    text = io.StringIO()
    pstats.Stats(profile, stream=text).sort_stats("cumulative").print_stats(60)
    return text.getvalue()


if __name__ == "__main__":
    serve(answer)
