"""A measured figure, how rounds become one, and how figures are shown."""

import json
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from statistics import median
from typing import Any, Final, Self, TypeVar

from rich.console import Console
from rich.table import Table

from contract.names import ROOT

T = TypeVar("T")


@dataclass(frozen=True)
class Figure:
    """One line of the results."""

    name: str
    ours: float
    baseline: float | None
    """The naive way, or the bare calls, measured in the same run; the name says which. Like ratio and spread,
    None where it was not kept of a published figure."""
    unit: str
    ratio: float | None
    """Ours over the baseline: the median of the rounds' own ratios."""
    spread: float | None
    """The range of the rounds' ratios over their median; 0 for what is counted."""
    date: str = ""
    """That of its run, once it is written to a file."""


def counted(name: str, ours: float, baseline: float, unit: str) -> Figure:
    """A figure that comes out the same each time."""
    return Figure(name, ours, baseline, unit, ours / baseline, 0.0)


def compared(name: str, unit: str, rounds: Sequence[tuple[float, float]]) -> Figure:
    """A figure from rounds of (ours, baseline), each pair measured one right after the other."""
    ratios = [ours / baseline for ours, baseline in rounds]
    middle = median(ratios)
    return Figure(
        name,
        median(ours for ours, _ in rounds),
        median(baseline for _, baseline in rounds),
        unit,
        middle,
        (max(ratios) - min(ratios)) / middle,
    )


def interleaved(ours: Callable[[], T], baseline: Callable[[], T], rounds: int) -> list[tuple[T, T]]:
    """Measures both in turn, so that what else the machine does falls on both alike."""
    return [(ours(), baseline()) for _ in range(rounds)]


def measure_seconds(act: Callable[[], object]) -> float:
    """How long it takes."""
    started = time.perf_counter()
    act()
    return time.perf_counter() - started


def show(figures: Sequence[Figure]) -> None:
    """Prints the figures as a table."""
    table = Table("figure", "unit")
    for number in ("ours", "baseline", "ratio", "spread"):
        table.add_column(number, justify="right", no_wrap=True)
    for figure in figures:
        table.add_row(
            figure.name,
            figure.unit,
            *(format_number(value or 0) for value in (figure.ours, figure.baseline, figure.ratio)),
            f"{figure.spread:.0%}" if figure.spread else "counted",
        )
    Console().print(table)


def format_number(value: float) -> str:
    """A number of three digits, or a whole one."""
    return f"{value:,.0f}" if value >= 1_000 or float(value).is_integer() else f"{value:,.3g}"


PAGES_FIGURES: Final = ROOT / "docs" / "figures.json"
_DIGITS: Final = 6
"""More of them would only make a change of the file hard to read."""


@dataclass(frozen=True)
class BenchRun:
    """One run of the benchmarks."""

    date: str
    machine: str
    rounds: int
    """How often each pair was measured."""
    starts: int
    """The same for cold starts."""


@dataclass(frozen=True)
class Published:
    """All figures of a file: those that the pages quote, or the results of one run."""

    runs: tuple[BenchRun, ...]
    measured: Mapping[str, Figure]
    """By name."""

    @classmethod
    def of(cls, run: BenchRun, figures: Iterable[Figure]) -> Self:
        """The results of a run."""
        return cls((run,), {figure.name: _shorten(figure, run.date) for figure in figures})

    def merge(self, newer: Self) -> Self:
        """The same with a newer run's figures in the place of older ones of their names."""
        measured = {**self.measured, **newer.measured}
        kept = {figure.date for name, figure in self.measured.items() if name not in newer.measured}
        runs = {*(older for older in self.runs if older.date in kept), *newer.runs}
        return replace(
            self, measured=measured, runs=tuple(sorted(runs, key=lambda each: (each.date, each.machine)))
        )


def read_published(path: Path) -> Published:
    """The figures of a file."""
    content: Mapping[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    measured = [Figure(**entry) for entry in content["measured"]]
    return Published(
        runs=tuple(BenchRun(**run) for run in content["runs"]),
        measured={figure.name: figure for figure in measured},
    )


def write_published(published: Published, path: Path) -> None:
    """Writes them a line each, so that a change shows which moved."""
    measured = sorted(published.measured.values(), key=lambda figure: figure.name)
    parts = {"runs": published.runs, "measured": measured}
    text = ",\n".join(f"  {json.dumps(name)}: {_dump(part)}" for name, part in parts.items())
    path.write_text(f"{{\n{text}\n}}\n", encoding="utf-8")


def _shorten(figure: Figure, date: str) -> Figure:
    numbers: dict[str, Any] = {}
    for name in ("ours", "baseline", "ratio", "spread"):
        number = float(f"{getattr(figure, name):.{_DIGITS}g}")
        numbers[name] = int(number) if number.is_integer() else number
    return replace(figure, date=date, **numbers)


def _dump(part: Iterable[Any]) -> str:
    """A list as JSON, one entry a line."""
    return "[\n" + ",\n".join(f"    {json.dumps(asdict(entry))}" for entry in part) + "\n  ]"
