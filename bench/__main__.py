"""Command line of the benchmarks: `python -m bench [GROUP …]`."""

import argparse
import os
import platform
import re
import sys
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import psutil
from rich.console import Console

from bench import analysts, cold_start, ingest, projection, reading
from bench.figures import (
    PAGES_FIGURES,
    BenchRun,
    Figure,
    Published,
    read_published,
    show,
    write_published,
)
from bench.service import running_service
from bench.workload import fill_tables

RESULTS = Path(".bench/results.json")
_FOLDER = Path(".bench/stack")
_ON_A_STACK = ("calls", "load", "cpu", "cold-start", "reading", "projection", "pages", "analysts")
_GROUPS = (*_ON_A_STACK, "package")
_CPUINFO = Path("/proc/cpuinfo")
_console = Console(stderr=True, highlight=False)


def main() -> int:
    """Measures what was asked for, prints the table, and writes the results; or publishes the last ones."""
    options = _parser().parse_args()
    if options.publish:
        return _publish()
    RESULTS.parent.mkdir(exist_ok=True)
    groups = options.groups or _GROUPS
    figures: list[Figure] = []
    if "package" in groups:
        figures += cold_start.measure_packages()
    if set(_ON_A_STACK) & set(groups):
        with running_service(_FOLDER, _say) as service:
            if "cpu" in groups:
                figures += ingest.measure_cpu(service, options.rounds)
            if "cold-start" in groups:
                figures += cold_start.measure_cold_starts(service, options.starts)
            if "load" in groups:
                figures += ingest.measure_load(service, options.rounds, options.seconds)
            if "calls" in groups:
                figures += ingest.measure_calls(service)
            if "projection" in groups:
                figures += projection.measure_projection(service, options.rounds)
            if {"pages", "analysts"} & set(groups):
                history, folder = fill_tables(service, _say), _FOLDER.resolve()
                if "pages" in groups:
                    figures += reading.measure_pages(service, str(folder / "outputs.json"), options.rounds)
                if "analysts" in groups:
                    figures += analysts.measure_analysts(service, folder, history, options.rounds, _say)
            if "reading" in groups:
                figures += reading.measure_reading(service, options.records, options.rounds, _say)
    show(figures)
    run = BenchRun(f"{datetime.now(UTC):%Y-%m-%d}", _describe_machine(), options.rounds, options.starts)
    write_published(Published.of(run, figures), RESULTS)
    return 0


def _publish() -> int:
    if not RESULTS.exists():
        _say("There are no results yet: python -m bench")
        return 1
    results = read_published(RESULTS)
    write_published(read_published(PAGES_FIGURES).merge(results), PAGES_FIGURES)
    _say(f"{len(results.measured)} figures are in docs/{PAGES_FIGURES.name}. Into the pages: make docs")
    return 0


def _describe_machine() -> str:
    """Processors, memory, and the versions of what the measured code stands on."""
    cores, gigabytes = os.cpu_count(), psutil.virtual_memory().total / 2**30
    release = ".".join(platform.release().split(".")[:2])
    return (
        f"{cores} cores of {_name_processor()}, {gigabytes:.0f} GB, {platform.system()} {release}, "
        f"Python {platform.python_version()}, ministack {version('ministack')}"
    )


def _name_processor() -> str:
    info = _CPUINFO.read_text() if _CPUINFO.exists() else ""
    name = re.search(r"^model name\s*:\s*(.+)$", info, re.MULTILINE)
    return re.sub(r"\((R|TM)\)", "", name[1]) if name else platform.machine()


def _say(line: str) -> None:
    _console.print(line, markup=False)


def _group(text: str) -> str:
    # argparse's own choices refuse an empty list of them.
    if text not in _GROUPS:
        raise argparse.ArgumentTypeError(f"{text} is none of {', '.join(_GROUPS)}")
    return text


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument(
        "groups", nargs="*", type=_group, metavar="GROUP",
        help=f"what to measure, of {', '.join(_GROUPS)} (default: all)",
    )  # fmt: skip
    parser.add_argument("--rounds", type=int, default=5, help="how often each pair is measured")
    parser.add_argument("--starts", type=int, default=15, help="the same for cold starts")
    parser.add_argument("--seconds", type=float, default=5, help="how long each load lasts")
    parser.add_argument(
        "--records", type=int, default=1_000_000, metavar="N",
        help="records over a year to read from; a million takes some 20 minutes to load",
    )  # fmt: skip
    parser.add_argument(
        "--publish", action="store_true",
        help="measure nothing; put the last run's results into the figures that the documentation quotes",
    )  # fmt: skip
    return parser


if __name__ == "__main__":
    sys.exit(main())
