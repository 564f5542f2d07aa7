"""The handler's own work for a report, and where it goes."""

from collections.abc import Callable
from pathlib import Path

from bench.figures import Figure, compared
from bench.processes import fresh
from bench.workload.events import our_event
from bench.workload.reports import SHAPES, TYPICAL
from bench.workload.service import Service

PROFILE = Path(".bench/profile.txt")


def measure(service: Service, rounds: int, say: Callable[[str], None]) -> list[Figure]:
    """Compares CPU time without I/O, and writes a profile of the typical report."""
    figures = []
    for shape in SHAPES:
        calls = max(2, 20_000 // (shape.folders * shape.files))
        result = fresh.run(
            "handler_cpu",
            {"event": our_event(shape, service.client_id), "rounds": rounds, "calls": calls},
            service.ours_environment,
        )
        figures.append(
            compared(f"handler's CPU, {shape} files, vs json.loads and the write", "ms", result["rounds"])
        )
        say(f"{shape} files: the process holds {result['megabytes']:.0f} MB")
        if shape == TYPICAL:
            PROFILE.write_text(result["profile"])
    return figures
