"""Figures in the pages: what stands between two markers comes from docs/figures.json.

The markers are comments, which no reader sees: `<!-- figure: KEY -->113<!-- /figure -->`. A key is that of a
table, of a counted or observed figure, or a measured figure's name and one of its numbers:
`Overview, warm, 8 at once, vs 1, ours`.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import partial
from pathlib import Path
from typing import Final

from bench import analysts, reading
from bench.figures import BenchRun, Figure, Published, format_number
from bench.projection import CHANGED, UNCHANGED, name_changed, name_unchanged
from bench.workload import SHAPES, TYPICAL
from docs.generate.markdown import format_table

_MARKED: Final = re.compile(r"<!-- figure: (?P<key>[^\n]*?) -->(?P<text>.*?)<!-- /figure -->", re.DOTALL)
_MARKER: Final = re.compile(r"<!-- /?figure\b")
_TIMES: Final = "\N{MULTIPLICATION SIGN}"
_FUNCTIONS: Final = ("file-sla-error", "auth")
_CLIENTS: Final = ("1 client", "8 clients", "32 clients")
_WITHOUT: Final = "without files"
_WITH: Final = "with files"
_BY_DATE: Final = tuple((period, shown) for period in ("24 h", "7 d", "30 d") for shown in (_WITHOUT, _WITH))
_OF_A_YEAR: Final = (*_BY_DATE, ("one folder, a year", _WITH))


class FigureError(Exception):
    """A page asks for a figure in a way that cannot be met."""


def find_pages(root: Path) -> list[Path]:
    """The pages that quote figures, of all that are written by hand."""
    pages = [*root.glob("*.md"), *(root / "docs").rglob("*.md")]
    return sorted(page for page in pages if _MARKER.search(page.read_text(encoding="utf-8")))


def fill_figures(text: str, published: Published) -> str:
    """The text of a page with every figure as it is published.

    Raises:
        FigureError: no figure has the key, or a marker is alone or at the beginning of a line.
    """
    if len(_MARKER.findall(text)) != 2 * len(_MARKED.findall(text)):
        raise FigureError("a figure's marker has no partner")

    def fill(found: re.Match[str]) -> str:
        key = found["key"]
        if key in TABLES:
            return f"<!-- figure: {key} -->\n\n{_build_table(key, published)}\n<!-- /figure -->"
        if not text[: found.start()].rpartition("\n")[2].strip(" -*+>"):
            # Markdown takes a line that begins with a comment for HTML, and shows its markup as it is.
            raise FigureError(f"a line begins with the figure {key!r}: begin it with a word")
        return f"<!-- figure: {key} -->{_format(key, published)}<!-- /figure -->"

    return _MARKED.sub(fill, text)


def _build_table(key: str, published: Published) -> str:
    try:
        return TABLES[key](published)
    except KeyError as missing:
        raise FigureError(f"the {key} needs the figure {missing}, which docs/figures.json lacks") from missing


def _format(key: str, published: Published) -> str:
    if key == "runs":
        return "; ".join(_describe_run(run) for run in published.runs)
    if (number := {**published.observed, **published.counted}.get(key)) is not None:
        return format_number(number)
    name, _, field = key.rpartition(", ")
    measured = published.measured.get(name)
    value = getattr(measured, field) if field in _NUMBERS else None
    if value is None:
        raise FigureError(f"docs/figures.json has no figure {key!r}")
    return _NUMBERS[field](value)


def _describe_run(run: BenchRun) -> str:
    day = date.fromisoformat(run.date)
    return f"{day:%-d %B %Y}: {run.machine}; {run.rounds} rounds ({run.starts} for cold starts)"


def _build_calls(published: Published) -> str:
    def row(shape: str) -> list[str]:
        units = f"write units, {shape} files, vs"
        names = (f"AWS calls, {shape} files, vs naive", f"{units} naive", f"{units} least")
        calls, naive, least = (published.measured[name] for name in names)
        return [_spell(shape), *_both(calls), *_both(naive), _number(least.baseline)]

    headings = (
        f"report (folders {_TIMES} files)",
        "AWS calls", "naive", "write units", "naive", "least for its bytes",
    )  # fmt: skip
    return format_table(headings, map(row, map(str, SHAPES)))


def _build_ingest(published: Published) -> str:
    def row(clients: str) -> list[str]:
        name = f"ingest, {TYPICAL} files, {clients}"
        rate = published.measured[f"{name}, vs naive"]
        percentiles = [published.measured[f"{name}, p{percent}, vs naive"] for percent in (50, 95, 99)]
        cells = [cell for figure in percentiles for cell in _both(figure)]
        return [clients.split()[0], *_both(rate), _ratio_and_spread(rate), *cells]

    headings = (
        "clients", "reports/s", "naive", "ratio (spread)",
        "p50 ms", "naive", "p95 ms", "naive", "p99 ms", "naive",
    )  # fmt: skip
    return format_table(headings, map(row, _CLIENTS))


def _build_cpu(published: Published) -> str:
    def row(shape: str) -> list[str]:
        figure = published.measured[f"handler's CPU, {shape} files, vs json.loads and the write"]
        return [_spell(shape), *_both(figure), _ratio_and_spread(figure)]

    headings = ("report", "ours, ms", "`json.loads` and the write, ms", "ratio (spread)")
    return format_table(headings, map(row, map(str, SHAPES)))


def _build_cold_starts(published: Published) -> str:
    def row(function: str) -> list[str]:
        figure = published.measured[f"cold start of {function}, CPU, vs bare boto3"]
        return [function, *_both(figure), _ratio_and_spread(figure)]

    headings = ("function", "ours, CPU ms", "bare boto3, CPU ms", "ratio (spread)")
    return format_table(headings, map(row, _FUNCTIONS))


def _build_reading(published: Published, table: str, queries: Sequence[tuple[str, str]]) -> str:
    """What is known of each query, without columns that are empty."""

    def row(period: str, shown: str) -> list[str]:
        name = f"reading {period}{' without files' if shown == _WITHOUT else ''}, {table}"
        seconds = published.measured[f"{name}, vs bare Query"]
        found = published.measured[f"{name}, records found, vs bare Query"]
        units = published.measured.get(f"{name}, read units, vs least")
        memory = published.measured.get(f"{name}, memory held, vs bare Query")
        cells = [period, _number(found.ours), shown, *_both(seconds), _ratio_and_spread(seconds)]
        return [*cells, *_both(units), *_both(memory)]

    headings = (
        "period", "records", "shown", "ours, s", "bare, s", "ratio (spread)",
        "read units", "least", "ours holds, MB", "bare holds, MB",
    )  # fmt: skip
    columns = [headings, *(row(*query) for query in queries)]
    filled = [index for index in range(len(headings)) if any(line[index] for line in columns[1:])]
    first, *rows = [[line[index] for index in filled] for line in columns]
    return format_table(first, rows)


def _both(figure: Figure | None) -> tuple[str, str]:
    return (_number(figure.ours), _number(figure.baseline)) if figure else ("", "")


def _number(value: float | None) -> str:
    return "" if value is None else format_number(value)


def _spell(shape: str) -> str:
    return shape.replace("x", _TIMES)


def _build_runs(published: Published) -> str:
    """What a run costs that changes nothing, and one that clears what is open."""

    def unchanged(folders: int, sets: int) -> list[str]:
        what = name_unchanged(folders, sets)
        items = published.measured[f"{what}, items written, vs each incident"]
        seconds = published.measured[f"{what}, vs 1 folder"]
        return [what, _number(items.ours), "1", _number(seconds.ours)]

    def changed(folders: int) -> list[str]:
        what = name_changed(folders)
        calls = published.measured[f"{what}, calls, vs items written"]
        seconds = published.measured[f"{what}, vs a Lambda's 300 s"]
        return [what, _number(calls.baseline), _number(calls.ours), _number(seconds.ours * 1000)]

    rows = [*(unchanged(*one) for one in UNCHANGED), *map(changed, CHANGED)]
    return format_table(("run", "items written", "calls that write", "ms"), rows)


def _build_pages(published: Published) -> str:
    """A page's script in a dashboard that has just started."""

    def row(page: str, days: int) -> list[str]:
        figure = published.measured[reading.name_page(page, days)]
        spelt = page.replace("_", " ").capitalize()
        return [spelt, f"{days} d", *_both(figure), _ratio_and_spread(figure)]

    headings = ("page", "queries of", "its script, s", "bare queries, s", "ratio (spread)")
    return format_table(headings, [row(page, days) for page, days, _ in reading.PAGES])


def _build_team(published: Published) -> str:
    """Seconds until the last of so many has a page that somebody looked at before."""

    def row(page: str) -> list[str]:
        at_once = [published.measured[analysts.name_page(page, level)] for level in analysts.LEVELS[1:]]
        cells = [f"{_number(figure.ours)} ({_format_ratio(figure.ratio or 0)})" for figure in at_once]
        return [page, _number(at_once[0].baseline), *cells]

    headings = ("page", "alone, s", *(f"{level} at once, s (ratio)" for level in analysts.LEVELS[1:]))
    return format_table(headings, [row(page) for page in analysts.PAGES])


def _format_ratio(ratio: float) -> str:
    """Two decimals near 1, and whole numbers far above it."""
    if ratio >= 10:
        return f"{ratio:,.0f}"
    return f"{ratio:.2f}" if ratio < 2 else f"{ratio:.2g}"


def _format_spread(spread: float) -> str:
    """As a percentage."""
    return f"{spread * 100:.0f} %"


def _ratio_and_spread(figure: Figure) -> str:
    """A figure's ratio with its spread; nothing where these were not kept."""
    if figure.ratio is None or figure.spread is None:
        return ""
    return f"{_format_ratio(figure.ratio)} ({_format_spread(figure.spread)})"


TABLES: Final[Mapping[str, Callable[[Published], str]]] = {
    "table of calls and units": _build_calls,
    "table of ingest": _build_ingest,
    "table of the handler's CPU": _build_cpu,
    "table of cold starts": _build_cold_starts,
    "table of a run in the projection": _build_runs,
    "table of pages": _build_pages,
    "table of a team, warm": _build_team,
    "table of reading from a large year": partial(
        _build_reading, table="1,000,000 records over 365 d", queries=_OF_A_YEAR
    ),
}
"""By key."""

_NUMBERS: Final[Mapping[str, Callable[[float], str]]] = {
    "ours": format_number,
    "baseline": format_number,
    "ratio": _format_ratio,
    "spread": _format_spread,
}
"""How each number of a measured figure is written."""
