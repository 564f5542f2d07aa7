"""Reports through the whole local stack, at rising numbers of clients."""

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from statistics import quantiles

import httpx

from bench.figures import Figure, compared
from bench.workload.reports import TYPICAL, body
from bench.workload.service import Service

CLIENTS = (1, 8, 32)
_TIMEOUT_SECONDS = 120


@dataclass(frozen=True)
class _Block:
    """What clients that send without a pause saw; latencies in seconds."""

    reports_a_second: float
    latencies: Sequence[float]

    def percentile(self, percent: int) -> float:
        """In milliseconds."""
        return quantiles(self.latencies, n=100, method="inclusive")[percent - 1] * 1000


def measure(service: Service, rounds: int, seconds: float) -> list[Figure]:
    """Loads ours and the naive handler in turn, for some seconds each."""
    figures: list[Figure] = []
    token = service.token()
    for url in (service.ours_url, service.naive.url):
        # Lambda starts one environment for each request under way: start them all first.
        _load(url, token, max(CLIENTS), seconds=1)
    for clients in CLIENTS:
        blocks = [
            (
                _load(service.ours_url, token, clients, seconds),
                _load(service.naive.url, token, clients, seconds),
            )
            for _ in range(rounds)
        ]
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
