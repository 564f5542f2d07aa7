from bench.figures import compared, counted, interleaved


def test_ratio_is_the_median_of_the_rounds_own() -> None:
    figure = compared("f", "ms", [(1, 1), (30, 10), (4, 2)])
    assert (figure.ours, figure.baseline, figure.ratio, figure.spread) == (4, 2, 2, 1)
    figure = counted("f", 1, 4, "calls")
    assert (figure.ratio, figure.spread) == (0.25, 0)


def test_both_sides_are_measured_in_turn() -> None:
    order: list[str] = []
    interleaved(lambda: order.append("ours"), lambda: order.append("baseline"), 2)
    assert order == ["ours", "baseline", "ours", "baseline"]
