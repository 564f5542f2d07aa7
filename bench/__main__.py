"""Command line of the benchmarks: `python -m bench [GROUP …]`."""

import argparse
import os
import platform
import re
import sys
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Final

import psutil
from rich.console import Console

from bench import analysts, cold_start, ingest, projection
from bench.figures import PAGES_FIGURES, BenchRun, Figure, Published, read_published, show, write_published
from bench.service import running_service
from bench.workload import Bench

_GROUPS: Final[Mapping[str, Callable[[Bench], list[Figure]]]] = {
    "cpu": ingest.measure_cpu,
    "cold-start": cold_start.measure_cold_starts,
    "load": ingest.measure_load,
    "calls": ingest.measure_calls,
    "projection": projection.measure_projection,
    "reading": analysts.measure_reading,
    "analysts": analysts.measure_analysts,
}
_ALL: Final = "all"
_FOLDER: Final = Path(".bench/stack")
_RESULTS: Final = Path(".bench/results.json")
_CPUINFO: Final = Path("/proc/cpuinfo")
_console = Console(stderr=True, highlight=False)


def main() -> int:
    """Measures what was asked for, prints the table, and writes the results; or publishes the last ones."""
    options = _parser().parse_args()
    if options.publish:
        return _publish()
    _RESULTS.parent.mkdir(exist_ok=True)
    figures: list[Figure] = []
    for name, measure in _GROUPS.items():
        if name not in options.groups and _ALL not in options.groups:
            continue
        # Each on a stack of its own: what one stores, the next would have to read.
        with running_service(_FOLDER, _say) as service:
            bench = Bench(service, options.rounds, _say)
            figures += measure(bench)
        run = BenchRun(f"{datetime.now(UTC):%Y-%m-%d}", _describe_machine(), bench.rounds, bench.starts)
        # After each group: should a later one fail, its figures are there.
        write_published(Published.of(run, figures), _RESULTS)
    show(figures)
    return 0


def _publish() -> int:
    if not _RESULTS.exists():
        _say("There are no results yet: python -m bench")
        return 1
    results = read_published(_RESULTS)
    write_published(read_published(PAGES_FIGURES).merge(results), PAGES_FIGURES)
    _say(f"{len(results.measured)} figures are in docs/{PAGES_FIGURES.name}. Into the pages: make docs")
    return 0


def _describe_machine() -> str:
    """Processors, memory, and the versions of what the measured code stands on."""
    info = _CPUINFO.read_text() if _CPUINFO.exists() else ""
    model = re.search(r"^model name\s*:\s*(.+)$", info, re.MULTILINE)
    processor = re.sub(r"\((R|TM)\)", "", model[1]) if model else platform.machine()
    release = ".".join(platform.release().split(".")[:2])
    return (
        f"{os.cpu_count()} cores of {processor}, {psutil.virtual_memory().total / 2**30:.0f} GB, "
        f"{platform.system()} {release}, Python {platform.python_version()}, ministack {version('ministack')}"
    )


def _say(line: str) -> None:
    _console.print(line, markup=False)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument(
        "groups", nargs="*", choices=(*_GROUPS, _ALL), default=_ALL, metavar="GROUP",
        help=f"what to measure, of {', '.join(_GROUPS)} (default: all)",
    )  # fmt: skip
    parser.add_argument("--rounds", type=int, default=5, help="how often each pair is measured")
    parser.add_argument(
        "--publish", action="store_true",
        help="measure nothing; put the last run's results into the figures that the documentation quotes",
    )  # fmt: skip
    return parser


if __name__ == "__main__":
    sys.exit(main())
