"""What a report costs: calls and units counted, the handler's CPU, and load through the whole stack."""

import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from statistics import quantiles
from typing import Any

import httpx

from bench.children.process import INDEXES, NAIVE, OURS, WRITE_UNIT_BYTES, item_bytes, units, write_units
from bench.figures import Figure, compared, counted, interleaved
from bench.service import Service, run_child
from bench.workload import SHAPES, TYPICAL, body, naive_event, our_event
from store.records import Attribute

CLIENTS = (1, 8, 32)
_TIMEOUT_SECONDS = 120
# What the table's contract asks of a record; all else is our choice.
_FIXED = (Attribute.ERROR_ID, Attribute.FOLDER, Attribute.AFFECTED_DATE, Attribute.SLA, Attribute.FILES)


def measure_calls(service: Service) -> list[Figure]:
    """Runs both handlers against the emulated account, once for each shape."""
    figures: list[Figure] = []
    for shape in SHAPES:
        ours, naive = (
            run_child("ingest", {"count": True, "module": module, "event": event}, environment)
            for module, event, environment in (
                (OURS, our_event(shape, service.client_id), service.ours_environment),
                (NAIVE, naive_event(shape, service), service.naive_environment),
            )
        )
        runs = sum(units(size, WRITE_UNIT_BYTES) for size in ours["run_bytes"])
        if ours["write_units"] != write_units(ours["items"]) + runs:
            raise RuntimeError("the emulator counts other write units than the items are large")
        least = _least_units(ours["items"])
        figures += [
            counted(f"AWS calls, {shape} files, vs naive", ours["calls"], naive["calls"], "calls"),
            counted(
                f"write units, {shape} files, vs naive", ours["write_units"], naive["write_units"], "units"
            ),
            counted(f"write units, {shape} files, vs least", ours["write_units"], least, "units"),
        ]
    return figures


def _least_units(items: Sequence[Mapping[str, Any]]) -> int:
    """The units for the fixed attributes' bytes, were each folder one record of any size."""
    folders: dict[str, int] = {}
    for item in items:
        folder = item[Attribute.FOLDER]["S"]
        # A further part adds nothing but its files.
        names = (Attribute.FILES,) if folder in folders else _FIXED
        size = item_bytes({name: item[name] for name in names})
        folders[folder] = folders.get(folder, 0) + size
    return (1 + INDEXES) * sum(units(size, WRITE_UNIT_BYTES) for size in folders.values())


def measure_cpu(service: Service, rounds: int) -> list[Figure]:
    """Compares CPU time without I/O."""
    figures = []
    for shape in SHAPES:
        calls = max(2, 20_000 // (shape.folders * shape.files))
        request = {"event": our_event(shape, service.client_id), "rounds": rounds, "calls": calls}
        result = run_child("ingest", request, service.ours_environment)
        figures.append(
            compared(f"handler's CPU, {shape} files, vs json.loads and the write", "ms", result["rounds"])
        )
    return figures


@dataclass(frozen=True)
class _Block:
    """What clients that send without a pause saw; latencies in seconds."""

    reports_a_second: float
    latencies: Sequence[float]

    def percentile(self, percent: int) -> float:
        """In milliseconds."""
        return quantiles(self.latencies, n=100, method="inclusive")[percent - 1] * 1000


def measure_load(service: Service, rounds: int, seconds: float) -> list[Figure]:
    """Loads ours and the naive handler in turn, for some seconds each."""
    figures: list[Figure] = []
    token = service.token()
    for url in (service.ours_url, service.naive_url):
        # Lambda starts one environment for each request under way: start them all first.
        _load(url, token, max(CLIENTS), seconds=1)
    for clients in CLIENTS:
        blocks = interleaved(
            partial(_load, service.ours_url, token, clients, seconds),
            partial(_load, service.naive_url, token, clients, seconds),
            rounds,
        )
        name = f"ingest, {TYPICAL} files, {clients} client{'s' if clients > 1 else ''}"
        figures.append(
            compared(
                f"{name}, vs naive",
                "reports/s",
                [(ours.reports_a_second, naive.reports_a_second) for ours, naive in blocks],
            )
        )
        figures += [
            compared(
                f"{name}, p{percent}, vs naive",
                "ms",
                [(ours.percentile(percent), naive.percentile(percent)) for ours, naive in blocks],
            )
            for percent in (50, 95, 99)
        ]
    return figures


def _load(url: str, token: str, clients: int, seconds: float) -> _Block:
    """Each client keeps one connection, and sends its next report as soon as the last is answered."""
    report = body(TYPICAL)
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    started = time.perf_counter()

    def send_until_the_end(_: int) -> list[float]:
        latencies: list[float] = []
        with httpx.Client(headers=headers, timeout=_TIMEOUT_SECONDS, trust_env=False) as client:
            while (sent := time.perf_counter()) < started + seconds or len(latencies) < 2:
                client.post(url, content=report).raise_for_status()
                latencies.append(time.perf_counter() - sent)
        return latencies

    with ThreadPoolExecutor(clients) as pool:
        latencies = [one for each in pool.map(send_until_the_end, range(clients)) for one in each]
    return _Block(len(latencies) / (time.perf_counter() - started), latencies)
