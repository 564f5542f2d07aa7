"""How ratios and their spreads are written."""

from bench.published import Measured


def format_ratio(ratio: float) -> str:
    """Two decimals near 1, and whole numbers far above it."""
    if ratio >= 10:
        return f"{ratio:,.0f}"
    return f"{ratio:.2f}" if ratio < 2 else f"{ratio:.2g}"


def format_spread(spread: float) -> str:
    """As a percentage."""
    return f"{spread * 100:.0f} %"


def format_measured_ratio(figure: Measured) -> str:
    """A figure's ratio with its spread; nothing where these were not kept."""
    if figure.ratio is None or figure.spread is None:
        return ""
    return f"{format_ratio(figure.ratio)} ({format_spread(figure.spread)})"
