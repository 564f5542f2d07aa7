"""Figures in the pages: what stands between two markers comes from docs/figures.json.

The markers are comments, which no reader sees: `<!-- figure: KEY -->113<!-- /figure -->`. A key is that of a
table, of a counted or observed figure, or a measured figure's name and one of its numbers:
`make demo, vs the emulator alone, ours`.
"""

import re
from datetime import date
from pathlib import Path
from typing import Final

from bench.figures import format_number
from bench.published import Published, Run
from docs.generate.figure_ratios import format_ratio, format_spread
from docs.generate.figure_tables import TABLES

_MARKED: Final = re.compile(r"<!-- figure: (?P<key>[^\n]*?) -->(?P<text>.*?)<!-- /figure -->", re.DOTALL)
_MARKER: Final = re.compile(r"<!-- /?figure\b")
_NUMBERS: Final = {
    "ours": format_number,
    "baseline": format_number,
    "ratio": format_ratio,
    "spread": format_spread,
}


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
            return f"<!-- figure: {key} -->\n\n{_build(key, published)}\n<!-- /figure -->"
        if not text[: found.start()].rpartition("\n")[2].strip(" -*+>"):
            # Markdown takes a line that begins with a comment for HTML, and shows its markup as it is.
            raise FigureError(f"a line begins with the figure {key!r}: begin it with a word")
        return f"<!-- figure: {key} -->{_format(key, published)}<!-- /figure -->"

    return _MARKED.sub(fill, text)


def _build(key: str, published: Published) -> str:
    try:
        return TABLES[key](published)
    except KeyError as missing:
        raise FigureError(f"the {key} needs the figure {missing}, which docs/figures.json lacks") from missing


def _format(key: str, published: Published) -> str:
    if key == "runs":
        return "; ".join(_tell(run) for run in published.runs)
    if (number := {**published.observed, **published.counted}.get(key)) is not None:
        return format_number(number)
    name, _, field = key.rpartition(", ")
    measured = published.measured.get(name)
    value = getattr(measured, field) if field in _NUMBERS else None
    if value is None:
        raise FigureError(f"docs/figures.json has no figure {key!r}")
    return _NUMBERS[field](value)


def _tell(run: Run) -> str:
    day = date.fromisoformat(run.date)
    return f"{day:%-d %B %Y}: {run.machine}; {run.rounds} rounds ({run.starts} for cold starts)"
