"""A measured figure, how rounds become one, and how figures are shown."""

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median

from rich.console import Console
from rich.table import Table

Measure = Callable[[], float]


@dataclass(frozen=True)
class Figure:
    """One line of the results."""

    name: str
    ours: float
    baseline: float
    """The naive way, or the bare calls, measured in the same run; the name says which."""
    unit: str
    ratio: float
    """Ours over the baseline: the median of the rounds' own ratios."""
    spread: float
    """The range of the rounds' ratios over their median; 0 for what is counted."""


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


def interleaved(ours: Measure, baseline: Measure, rounds: int) -> list[tuple[float, float]]:
    """Measures both in turn, so that what else the machine does falls on both alike."""
    return [(ours(), baseline()) for _ in range(rounds)]


def write(figures: Sequence[Figure], path: Path) -> None:
    """Writes the figures as a JSON list of objects."""
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps([asdict(figure) for figure in figures], indent=2) + "\n")


def show(figures: Sequence[Figure]) -> None:
    """Prints the figures as a table."""
    table = Table("figure", "unit")
    for number in ("ours", "baseline", "ratio", "spread"):
        table.add_column(number, justify="right", no_wrap=True)
    for figure in figures:
        table.add_row(
            figure.name,
            figure.unit,
            format_number(figure.ours),
            format_number(figure.baseline),
            ratio_text(figure.ratio),
            f"{figure.spread:.0%}" if figure.spread else "counted",
        )
    Console().print(table)


def ratio_text(ratio: float) -> str:
    """A small ratio as a fraction of one, which is easier to grasp than 0.0099."""
    return f"1/{1 / ratio:,.0f}" if 0 < ratio < 1 / 5 else f"{ratio:.2f}"


def format_number(value: float) -> str:
    """A number of three digits, or a whole one."""
    return f"{value:,.0f}" if value >= 1_000 or float(value).is_integer() else f"{value:,.3g}"
