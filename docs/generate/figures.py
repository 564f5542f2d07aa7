"""Figures in the pages: what stands between two markers comes from docs/figures.json.

The markers are comments, which no reader sees: `<!-- figure: KEY -->113<!-- /figure -->`. A key is that of a
table, or a measured figure's name and one of its numbers: `Overview, warm, 8 at once, vs 1, ours`.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Final

from bench import analysts
from bench.figures import Figure, Published, format_number
from bench.workload import SHAPES, TYPICAL
from docs.generate.markdown import format_table

_MARKED: Final = re.compile(r"<!-- figure: (?P<key>[^\n]*?) -->(?P<text>.*?)<!-- /figure -->", re.DOTALL)
_MARKER: Final = re.compile(r"<!-- /?figure\b")
_TIMES: Final = "\N{MULTIPLICATION SIGN}"


class FigureError(Exception):
    """A page asks for a figure in a way that cannot be met."""


def find_pages(root: Path) -> list[Path]:
    """The pages that quote figures, of all that are written by hand."""
    pages = [*root.glob("*.md"), *(root / "docs").rglob("*.md")]
    return sorted(page for page in pages if _MARKER.search(page.read_text(encoding="utf-8")))


def fill_figures(text: str, published: Published) -> str:
    """The text of a page with every figure as it is published.

    Raises:
        FigureError: no figure has the key, or a marker is alone.
    """
    if len(_MARKER.findall(text)) != 2 * len(_MARKED.findall(text)):
        raise FigureError("a figure's marker has no partner")

    def fill(found: re.Match[str]) -> str:
        key = found["key"]
        if key in TABLES:
            return f"<!-- figure: {key} -->\n\n{_build_table(key, published)}\n<!-- /figure -->"
        return f"<!-- figure: {key} -->{_format(key, published)}<!-- /figure -->"

    return _MARKED.sub(fill, text)


def _build_table(key: str, published: Published) -> str:
    headings, rows = TABLES[key]
    # A row whose figures were never published is left out until they are. Each row ends with a figure.
    known = [row for row in rows if row[-1][0] in published.measured] or rows

    def fill(row: "Row") -> Iterator[str]:
        for cell in row:
            if isinstance(cell, str):
                yield cell
                continue
            name, *numbers = cell
            yield from (_NUMBERS[number](published.measured[name]) for number in numbers)

    try:
        return format_table(headings.split(" | "), [list(fill(row)) for row in known])
    except KeyError as missing:
        raise FigureError(f"the {key} needs the figure {missing}, which docs/figures.json lacks") from missing


def _format(key: str, published: Published) -> str:
    if key == "runs":
        return "; ".join(
            f"{date.fromisoformat(run.date):%-d %B %Y}: {run.machine}; "
            f"{run.rounds} rounds ({run.starts} for cold starts)"
            for run in published.runs
        )
    name, _, field = key.rpartition(", ")
    measured = published.measured.get(name)
    if measured is None or field not in _NUMBERS or getattr(measured, field, None) is None:
        raise FigureError(f"docs/figures.json has no figure {key!r}")
    return _NUMBERS[field](measured)


def _format_ratio(figure: Figure) -> str:
    """Two decimals near 1, and whole numbers far above it."""
    ratio = figure.ratio or 0
    return f"{ratio:,.0f}" if ratio >= 10 else f"{ratio:.2f}" if ratio < 2 else f"{ratio:.2g}"


_NUMBERS: Final[dict[str, Callable[[Figure], str]]] = {
    "ours": lambda figure: format_number(figure.ours),
    "baseline": lambda figure: format_number(figure.baseline or 0),
    "ratio": _format_ratio,
    "ratio (spread)": lambda figure: f"{_format_ratio(figure)} ({(figure.spread or 0) * 100:.0f} %)",
    "ours (ratio)": lambda figure: f"{format_number(figure.ours)} ({_format_ratio(figure)})",
}
"""How each number of a measured figure, or two of them, is written."""
_BOTH: Final = ("ours", "baseline")
_ALL: Final = (*_BOTH, "ratio (spread)")

Row = Sequence[str | Sequence[str]]
"""Of texts, and of figures: the name of one, and which numbers of it make a cell each."""


_SHAPES: Final = [(str(shape), str(shape).replace("x", _TIMES)) for shape in SHAPES]
_INGEST: Final = f"ingest, {TYPICAL} files"
TABLES: Final[dict[str, tuple[str, Sequence[Row]]]] = {
    "table of calls and units": (
        f"report (folders {_TIMES} files) | AWS calls | naive | write units | naive | least for its bytes",
        [
            (
                text, (f"AWS calls, {shape} files, vs naive", *_BOTH),
                (f"write units, {shape} files, vs naive", *_BOTH),
                (f"write units, {shape} files, vs least", "baseline"),
            )
            for shape, text in _SHAPES
        ],
    ),
    "table of ingest": (
        "clients | reports/s | naive | ratio (spread) | p50 ms | naive | p95 ms | naive | p99 ms | naive",
        [
            (
                clients.split()[0], (f"{_INGEST}, {clients}, vs naive", *_ALL),
                *((f"{_INGEST}, {clients}, p{percent}, vs naive", *_BOTH) for percent in (50, 95, 99)),
            )
            for clients in ("1 client", "8 clients", "32 clients")
        ],
    ),
    "table of the handler's CPU": (
        "report | ours, ms | `json.loads` and the write, ms | ratio (spread)",
        [(how, (f"handler's CPU, {one} files, vs json.loads and the write", *_ALL)) for one, how in _SHAPES],
    ),
    "table of cold starts": (
        "function | ours, CPU ms | bare boto3, CPU ms | ratio (spread)",
        [(one, (f"cold start of {one}, CPU, vs bare boto3", *_ALL)) for one in ("file-sla-error", "auth")],
    ),
    "table of pages": (
        "page | queries of | its script, s | bare queries, s | ratio (spread)",
        [
            (page.replace("_", " ").capitalize(), f"{days} d", (analysts.name_cold(page, days), *_ALL))
            for page, days in analysts.COLD
        ],
    ),
    "table of a team, warm": (
        " | ".join(["page", "alone, s", *(f"{level} at once, s (ratio)" for level in analysts.LEVELS[1:])]),
        [
            (
                page, (analysts.name_warm(page, analysts.LEVELS[1]), "baseline"),
                *((analysts.name_warm(page, level), "ours (ratio)") for level in analysts.LEVELS[1:]),
            )
            for page in analysts.PAGES
        ],
    ),
}  # fmt: skip
"""By key: the headings, and the rows."""
