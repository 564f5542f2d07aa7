"""What a report costs: calls and units counted, the handler's CPU, and load through the whole stack."""

import io
import json
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from statistics import quantiles
from typing import Any, Final

import boto3
import httpx
from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders
from botocore.handlers import BUILTIN_HANDLERS

from bench.figures import Figure, compared, counted, interleaved
from bench.rivals import naive
from bench.service import NAIVE, run_fresh
from bench.units import Item, item_bytes, write_units
from bench.workload import SHAPES, TYPICAL, Bench, body, build_records, naive_event, our_event
from contract.routes import FILE_SLA_ERROR
from store.records import Attribute

_OURS: Final = "handlers.file_sla_error"
_CLIENTS: Final = (1, 8, 32)
_LOAD_SECONDS: Final = 5
_TIMEOUT_SECONDS: Final = 120
_FIXED: Final = (
    Attribute.ERROR_ID, Attribute.FOLDER, Attribute.AFFECTED_DATE, Attribute.SLA, Attribute.FILES
)  # fmt: skip
"""What the table's contract asks of a record; all else is our choice."""


class _Context:
    """The part of Lambda's context that a handler looks at."""

    @staticmethod
    def get_remaining_time_in_millis() -> int:
        return 600_000


def measure_calls(bench: Bench) -> list[Figure]:
    """Runs both handlers against the emulated account, once for each shape."""
    service, figures = bench.service, list[Figure]()
    for shape in SHAPES:
        calls, units = run_fresh(
            service.environment(FILE_SLA_ERROR.key), _count, _OURS, our_event(shape, service)
        )
        naive_calls, naive_units = run_fresh(
            service.environment(NAIVE), _count, naive.__name__, naive_event(shape, service)
        )
        least = write_units(_list_least_bytes(build_records(shape)))
        figures += [
            counted(f"AWS calls, {shape} files, vs naive", calls, naive_calls, "calls"),
            counted(f"write units, {shape} files, vs naive", units, naive_units, "units"),
            counted(f"write units, {shape} files, vs least", units, least, "units"),
        ]
    return figures


def _list_least_bytes(records: Sequence[Item]) -> list[int]:
    """The bytes of the fixed attributes, were each folder one record of any size."""
    folders: dict[str, int] = {}
    for record in records:
        folder = record[Attribute.FOLDER]["S"]
        # A further part adds nothing but its files.
        names = (Attribute.FILES,) if folder in folders else _FIXED
        folders[folder] = folders.get(folder, 0) + item_bytes({name: record[name] for name in names})
    return list(folders.values())


def _count(module: str, event: Mapping[str, Any]) -> tuple[int, float]:
    """The calls that a module's handler makes at one event, and the units of what it writes."""
    calls: list[object] = []
    units: list[float] = []

    def ask(params: dict[str, Any], **_: Any) -> dict[str, Any]:
        return {**params, "ReturnConsumedCapacity": "INDEXES"}

    def note(parsed: Mapping[str, Any], **_: Any) -> None:
        consumed = parsed["ConsumedCapacity"]
        units.extend(one["CapacityUnits"] for one in (consumed if isinstance(consumed, list) else [consumed]))

    # Of every session that is made from now on.
    BUILTIN_HANDLERS.append(("before-send", lambda request, **_: calls.append(request)))
    for operation in ("PutItem", "BatchWriteItem"):
        BUILTIN_HANDLERS.append((f"provide-client-params.dynamodb.{operation}", ask))
        BUILTIN_HANDLERS.append((f"after-call.dynamodb.{operation}", note))
    response = import_module(module).handler(event, _Context)
    if response["statusCode"] != 200:
        raise RuntimeError(f"the report was refused: {response['body']}")
    return len(calls), sum(units)


def measure_cpu(bench: Bench) -> list[Figure]:
    """Compares CPU time without I/O."""
    environment, figures = bench.service.environment(FILE_SLA_ERROR.key), list[Figure]()
    for shape in SHAPES:
        calls = max(2, 20_000 // (shape.folders * shape.files))
        event = our_event(shape, bench.service)
        pairs = run_fresh(environment, _time, event, bench.rounds, calls)
        figures.append(compared(f"handler's CPU, {shape} files, vs json.loads and the write", "ms", pairs))
    return figures


class _Raw(io.BytesIO):
    def stream(self, **_: Any) -> Any:
        yield self.read()


def _time(event: Mapping[str, Any], rounds: int, calls: int) -> list[tuple[float, float]]:
    """CPU milliseconds a call, of our handler and of what it cannot do without, by round."""
    written: dict[str, Any] = {}
    headers = HTTPHeaders()
    headers["Content-Type"] = "application/x-amz-json-1.0"

    def answered(request: Any, **_: Any) -> AWSResponse:
        """DynamoDB's answer, without going there: the request is serialised and signed all the same."""
        written.update(json.loads(request.body) if not written else {})
        return AWSResponse(request.url, 200, headers, _Raw(b'{"UnprocessedItems": {}}'))

    # Like the emulators that work within a process do: for every session that is made from now on.
    BUILTIN_HANDLERS.append(("before-send.dynamodb.BatchWriteItem", answered))
    handler = import_module(_OURS).handler
    if not (handler(event, _Context)["statusCode"] == 200 and written):
        raise RuntimeError("the report was refused")
    client = boto3.client("dynamodb")

    def bare() -> None:
        json.loads(event["body"])
        client.batch_write_item(**written)

    def milliseconds(call: Callable[[], object]) -> float:
        started = time.process_time()
        for _ in range(calls):
            call()
        return (time.process_time() - started) / calls * 1000

    ours = partial(handler, event, _Context)
    # The first round warms up.
    return interleaved(partial(milliseconds, ours), partial(milliseconds, bare), 1 + rounds)[1:]


@dataclass(frozen=True)
class _Block:
    """What clients that send without a pause saw; latencies in seconds."""

    reports_a_second: float
    latencies: Sequence[float]

    def percentile(self, percent: int) -> float:
        """In milliseconds."""
        return quantiles(self.latencies, n=100, method="inclusive")[percent - 1] * 1000


def measure_load(bench: Bench) -> list[Figure]:
    """Loads ours and the naive handler in turn, for some seconds each."""
    figures: list[Figure] = []
    token = bench.service.token()
    load_ours, load_naive = (
        partial(_load, bench.service.url(route), token) for route in (FILE_SLA_ERROR.path, NAIVE)
    )
    for load in (load_ours, load_naive):
        # Lambda starts one environment for each request under way: start them all first.
        load(max(_CLIENTS))
    for clients in _CLIENTS:
        blocks = interleaved(partial(load_ours, clients), partial(load_naive, clients), bench.rounds)
        name = f"ingest, {TYPICAL} files, {clients} client{'s' if clients > 1 else ''}"
        rates = [(ours.reports_a_second, theirs.reports_a_second) for ours, theirs in blocks]
        figures.append(compared(f"{name}, vs naive", "reports/s", rates))
        for percent in (50, 95, 99):
            pairs = [(ours.percentile(percent), theirs.percentile(percent)) for ours, theirs in blocks]
            figures.append(compared(f"{name}, p{percent}, vs naive", "ms", pairs))
    return figures


def _load(url: str, token: str, clients: int) -> _Block:
    """Each client keeps one connection, and sends its next report as soon as the last is answered."""
    report = body(TYPICAL)
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    started = time.perf_counter()

    def send_until_the_end(_: int) -> list[float]:
        latencies: list[float] = []
        with httpx.Client(headers=headers, timeout=_TIMEOUT_SECONDS, trust_env=False) as client:
            while (sent := time.perf_counter()) < started + _LOAD_SECONDS or len(latencies) < 2:
                client.post(url, content=report).raise_for_status()
                latencies.append(time.perf_counter() - sent)
        return latencies

    with ThreadPoolExecutor(clients) as pool:
        latencies = [one for each in pool.map(send_until_the_end, range(clients)) for one in each]
    return _Block(len(latencies) / (time.perf_counter() - started), latencies)
