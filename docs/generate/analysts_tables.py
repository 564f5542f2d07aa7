"""The tables of how a team fares at the dashboard, and the chart of what it holds in memory."""

from bench.figures import format_number
from bench.measures.analysts import LEVELS, LOOKS, PAGES, REFRESHES, RELOADS, name_cpu, name_memory, name_page
from bench.published import Measured, Published
from docs.generate.figure_ratios import format_ratio
from docs.generate.markdown import format_table


def build_warm(published: Published) -> str:
    """Seconds until the last of so many has a page that somebody looked at before."""
    return _build(published, "warm")


def build_cold(published: Published) -> str:
    """The same in a dashboard that has just started."""
    return _build(published, "cold")


def build_cpu(published: Published) -> str:
    """What a page costs the server for each analyst, warm."""

    def row(page: str) -> list[str]:
        told = [published.measured[name_cpu(page, level)] for level in LEVELS[1:]]
        return [page, _seconds(told[0].baseline), *(_beside(figure) for figure in told)]

    headings = ("page", "alone, s of CPU", *(f"each of {level}, s (ratio)" for level in LEVELS[1:]))
    return format_table(headings, [row(page) for page in PAGES])


def build_memory(published: Published) -> str:
    """The memory that the server holds over many reloads and refreshes, as a chart in Mermaid."""
    held = [round(published.measured[name_memory(looks)].ours) for looks in LOOKS]
    lines = (
        "```mermaid",
        # Mermaid's own first colour cannot be seen on white.
        '%%{init: {"themeVariables": {"xyChart": {"plotColorPalette": "#0072b2"}}}}%%',
        "xychart-beta",
        f'    x-axis "{RELOADS} reloads, then {REFRESHES} refreshes" {LOOKS[0]} --> {LOOKS[-1]}',
        f'    y-axis "MB held" 0 --> {_round_up(max(held))}',
        f"    line {held}",
        "```",
    )
    return "\n".join(lines) + "\n"


def _round_up(megabytes: int) -> int:
    return -(-megabytes // 100) * 100


def _build(published: Published, how: str) -> str:
    def row(page: str) -> list[str]:
        told = [published.measured[name_page(page, how, level)] for level in LEVELS[1:]]
        return [page, _seconds(told[0].baseline), *(_beside(figure) for figure in told)]

    headings = ("page", "alone, s", *(f"{level} at once, s (ratio)" for level in LEVELS[1:]))
    return format_table(headings, [row(page) for page in PAGES])


def _beside(figure: Measured) -> str:
    return f"{_seconds(figure.ours)} ({format_ratio(figure.ratio or 0)})"


def _seconds(value: float | None) -> str:
    return format_number(value or 0)
