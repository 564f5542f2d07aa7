"""The tables of what the projection costs, and of what pages take that read it."""

from bench.figures import format_number
from bench.measures.pages import PAGES, name_page
from bench.measures.projection import (
    CHANGED,
    UNCHANGED,
    name_burst,
    name_changed,
    name_fold,
    name_unchanged,
)
from bench.published import Measured, Published
from docs.generate.figure_ratios import format_measured_ratio
from docs.generate.markdown import format_table


def build_runs(published: Published) -> str:
    """What a run costs that changes nothing, and one that clears what is open."""

    def unchanged(folders: int, sets: int) -> list[str]:
        what = name_unchanged(folders, sets)
        items = published.measured[f"{what}, items written, vs each incident"]
        seconds = published.measured[f"{what}, vs 1 folder"]
        return [what, _number(items), "1", _milliseconds(seconds.ours)]

    def changed(folders: int) -> list[str]:
        what = name_changed(folders)
        calls = published.measured[f"{what}, calls, vs items written"]
        seconds = published.measured[f"{what}, vs a Lambda's 300 s"]
        return [what, format_number(calls.baseline or 0), _number(calls), _milliseconds(seconds.ours * 1000)]

    rows = [*(unchanged(*one) for one in UNCHANGED), *map(changed, CHANGED)]
    return format_table(("run", "items written", "calls that write", "ms"), rows)


def build_bursts(published: Published) -> str:
    """How long until the projection is current."""
    burst, fold = published.measured[name_burst()], published.measured[name_fold()]
    rows = [
        [f"{burst.name.partition(', vs')[0]}", _number(burst), "-"],
        [f"{fold.name.partition(', vs')[0]}", _number(fold), format_measured_ratio(fold)],
    ]
    return format_table(("what", "s", "beside the rules alone (spread)"), rows)


def build_pages(published: Published) -> str:
    """A page's script in a dashboard that has just started."""

    def row(page: str, days: int) -> list[str]:
        figure = published.measured[name_page(page, days)]
        spelt = page.replace("_", " ").capitalize()
        return [spelt, f"{days} d", _number(figure), _baseline(figure), format_measured_ratio(figure)]

    headings = ("page", "queries of", "its script, s", "bare queries, s", "ratio (spread)")
    return format_table(headings, [row(page, days) for page, days, _ in PAGES])


def _number(figure: Measured) -> str:
    return format_number(figure.ours)


def _baseline(figure: Measured) -> str:
    return format_number(figure.baseline or 0)


def _milliseconds(value: float) -> str:
    return format_number(value)
