import json
from pathlib import Path

import pytest

from bench.figures import compared, counted, interleaved, ratio_text, write


def test_ratio_is_the_median_of_the_rounds_own() -> None:
    figure = compared("f", "ms", [(1, 1), (30, 10), (4, 2)])
    assert (figure.ours, figure.baseline, figure.ratio, figure.spread) == (4, 2, 2, 1)


def test_counts_have_no_spread() -> None:
    figure = counted("f", 1, 4, "calls")
    assert (figure.ratio, figure.spread) == (0.25, 0)


def test_both_sides_are_measured_in_turn() -> None:
    order: list[str] = []

    def measure(name: str, value: float) -> float:
        order.append(name)
        return value

    assert interleaved(lambda: measure("ours", 1), lambda: measure("baseline", 2), 2) == [(1, 2), (1, 2)]
    assert order == ["ours", "baseline", "ours", "baseline"]


@pytest.mark.parametrize(("ratio", "text"), [(1 / 101, "1/101"), (0.25, "0.25"), (1.3, "1.30"), (0, "0.00")])
def test_small_ratio_is_shown_as_a_fraction_of_one(ratio: float, text: str) -> None:
    assert ratio_text(ratio) == text


def test_results_are_a_list_of_objects(tmp_path: Path) -> None:
    write([counted("f", 1, 2, "calls")], tmp_path / "new" / "results.json")
    assert json.loads((tmp_path / "new" / "results.json").read_text()) == [
        {"name": "f", "ours": 1, "baseline": 2, "unit": "calls", "ratio": 0.5, "spread": 0.0}
    ]
