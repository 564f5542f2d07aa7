"""The figures that the pages quote: put where they belong, and each of them known."""

import pytest

from bench.figures import BenchRun, Figure, Published
from docs.generate.figures import FigureError, fill_figures

RUN = BenchRun("2026-11-01", "a machine", rounds=3, starts=11)
LOAD = Figure("load, vs naive", 1130.4, None, "reports/s", 19.2, 0.257, RUN.date)
PUBLISHED = Published(runs=(RUN,), measured={LOAD.name: LOAD})


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("load, vs naive, ours", "1,130"),
        ("load, vs naive, ratio", "19"),
        ("runs", "1 November 2026: a machine; 3 rounds (11 for cold starts)"),
    ],
)
def test_a_figure_stands_between_its_markers(key: str, text: str) -> None:
    page = f"We try <!-- figure: {key} -->some<!-- /figure --> of *them*.\n"
    assert fill_figures(page, PUBLISHED) == page.replace("some", text)


@pytest.mark.parametrize(
    ("page", "problem"),
    [
        ("a <!-- figure: nothing -->1<!-- /figure -->", "no figure 'nothing'"),
        ("a <!-- figure: load, vs naive -->1<!-- /figure -->", "no figure 'load, vs naive'"),
        ("a <!-- figure: load, vs naive, baseline -->1<!-- /figure -->", "no figure"),
        ("a <!-- figure: runs -->1", "no partner"),
        ("a 1<!-- /figure -->", "no partner"),
        ("<!-- figure: table of ingest -->\n<!-- /figure -->", "'ingest, 4 x 25 files, 1 client, vs naive'"),
    ],
)
def test_a_figure_that_cannot_be_found_is_named(page: str, problem: str) -> None:
    with pytest.raises(FigureError, match=problem):
        fill_figures(page, PUBLISHED)
