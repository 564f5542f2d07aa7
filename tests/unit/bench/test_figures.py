from bench.figures import compared, counted


def test_ratio_is_the_median_of_the_rounds_own() -> None:
    figure = compared("f", "ms", [(1, 1), (30, 10), (4, 2)])
    assert (figure.ours, figure.baseline, figure.ratio, figure.spread) == (4, 2, 2, 1)
    figure = counted("f", 1, 4, "calls")
    assert (figure.ratio, figure.spread) == (0.25, 0)
