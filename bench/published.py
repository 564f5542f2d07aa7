"""docs/figures.json: the figures that the documentation quotes, each as the run that measured it left it."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Final, Self

from bench.figures import Figure
from contract.names import ROOT

PAGES_FIGURES: Final = ROOT / "docs" / "figures.json"
_DIGITS: Final = 6
"""More of them would only make a change of the file hard to read."""


@dataclass(frozen=True)
class Run:
    """One run of the benchmarks."""

    date: str
    machine: str
    rounds: int
    """How often each pair was measured."""
    starts: int
    """The same for cold starts."""


@dataclass(frozen=True)
class Measured:
    """A figure of a run. What was not kept of it is None."""

    name: str
    ours: float
    baseline: float | None
    unit: str
    ratio: float | None
    spread: float | None
    date: str
    """That of its run."""


@dataclass(frozen=True)
class Published:
    """All figures."""

    runs: tuple[Run, ...]
    measured: Mapping[str, Measured]
    """By name."""
    counted: Mapping[str, float]
    """What the tests try, by what is counted; a test holds them to the tests."""
    observed: Mapping[str, float]
    """What a test saw when it last ran and nobody can count ahead."""

    def merge(self, figures: Iterable[Figure], run: Run) -> Self:
        """The same with a run's figures in the place of older ones of their names."""
        measured = {**self.measured, **{figure.name: _measured(figure, run.date) for figure in figures}}
        quoted = {figure.date for figure in measured.values()}
        runs = [*(older for older in self.runs if older.date != run.date and older.date in quoted), run]
        return replace(
            self, measured=measured, runs=tuple(sorted(runs, key=lambda each: (each.date, each.machine)))
        )


def read_published(path: Path) -> Published:
    """The figures of a file."""
    content: Mapping[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    measured = [Measured(**entry) for entry in content["measured"]]
    return Published(
        runs=tuple(Run(**run) for run in content["runs"]),
        measured={figure.name: figure for figure in measured},
        counted=content["counted"],
        observed=content["observed"],
    )


def write_published(published: Published, path: Path) -> None:
    """Writes them a line each, so that a change shows which moved."""
    measured = sorted(published.measured.values(), key=lambda figure: figure.name)
    parts: dict[str, list[Any] | dict[str, Any]] = {
        "runs": [asdict(run) for run in published.runs],
        "measured": [asdict(figure) for figure in measured],
        "counted": dict(published.counted),
        "observed": dict(published.observed),
    }
    text = ",\n".join(f"  {json.dumps(name)}: {_dump(part)}" for name, part in parts.items())
    path.write_text(f"{{\n{text}\n}}\n", encoding="utf-8")


def _measured(figure: Figure, date: str) -> Measured:
    return Measured(
        figure.name,
        _short(figure.ours),
        _short(figure.baseline),
        figure.unit,
        _short(figure.ratio),
        _short(figure.spread),
        date,
    )


def _short(value: float) -> float:
    short = float(f"{value:.{_DIGITS}g}")
    return int(short) if short.is_integer() else short


def _dump(part: list[Any] | dict[str, Any]) -> str:
    """JSON with one entry a line."""
    if isinstance(part, dict):
        lines = [f"{json.dumps(key)}: {json.dumps(value)}" for key, value in part.items()]
    else:
        lines = [json.dumps(entry) for entry in part]
    opening, closing = "{}" if isinstance(part, dict) else "[]"
    return "\n".join([opening, ",\n".join(f"    {line}" for line in lines), f"  {closing}"])
