"""The tables and charts of measured figures, each put together from the published ones."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Final

from bench.figures import format_number
from bench.published import Measured, Published
from bench.workload.reports import SHAPES, TYPICAL
from docs.generate.analysts_tables import build_cold, build_cpu, build_memory, build_warm
from docs.generate.figure_ratios import format_measured_ratio
from docs.generate.markdown import format_table
from docs.generate.projection_tables import build_bursts, build_pages, build_runs

_TIMES: Final = "\N{MULTIPLICATION SIGN}"
_FUNCTIONS: Final = ("file-sla-error", "auth")
_CLIENTS: Final = ("1 client", "8 clients", "32 clients")
_WITHOUT: Final = "without files"
_WITH: Final = "with files"
_BY_DATE: Final = tuple((period, shown) for period in ("24 h", "7 d", "30 d") for shown in (_WITHOUT, _WITH))
_OF_A_YEAR: Final = (*_BY_DATE, ("one folder, a year", _WITH))


def _build_calls(published: Published) -> str:
    def row(shape: str) -> list[str]:
        calls, naive, least = (
            published.measured[name]
            for name in (
                f"AWS calls, {shape} files, vs naive",
                f"write units, {shape} files, vs naive",
                f"write units, {shape} files, vs least",
            )
        )
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
        return [clients.split()[0], *_both(rate), format_measured_ratio(rate), *cells]

    headings = (
        "clients", "reports/s", "naive", "ratio (spread)",
        "p50 ms", "naive", "p95 ms", "naive", "p99 ms", "naive",
    )  # fmt: skip
    return format_table(headings, map(row, _CLIENTS))


def _build_cpu(published: Published) -> str:
    def row(shape: str) -> list[str]:
        figure = published.measured[f"handler's CPU, {shape} files, vs json.loads and the write"]
        return [_spell(shape), *_both(figure), format_measured_ratio(figure)]

    headings = ("report", "ours, ms", "`json.loads` and the write, ms", "ratio (spread)")
    return format_table(headings, map(row, map(str, SHAPES)))


def _build_cold_starts(published: Published) -> str:
    def row(function: str) -> list[str]:
        figure = published.measured[f"cold start of {function}, CPU, vs bare boto3"]
        return [function, *_both(figure), format_measured_ratio(figure)]

    headings = ("function", "ours, CPU ms", "bare boto3, CPU ms", "ratio (spread)")
    return format_table(headings, map(row, _FUNCTIONS))


def _build_packages(published: Published) -> str:
    def row(function: str) -> list[str]:
        zipped, unzipped = (
            published.measured[f"package of {function}, {how}, vs unpruned"] for how in ("zipped", "unzipped")
        )
        return [function, _number(zipped.ours), _number(unzipped.ours)]

    return format_table(("package for arm64", "zipped kB", "unzipped kB"), map(row, _FUNCTIONS))


def _build_reading(published: Published, table: str, queries: Sequence[tuple[str, str]]) -> str:
    """What was told of each query; no column of which nothing was told."""

    def row(period: str, shown: str) -> list[str]:
        name = f"reading {period}{' without files' if shown == _WITHOUT else ''}, {table}"
        seconds = published.measured[f"{name}, vs bare Query"]
        found = published.measured[f"{name}, records found, vs bare Query"]
        units = published.measured.get(f"{name}, read units, vs least")
        memory = published.measured.get(f"{name}, memory held, vs bare Query")
        cells = [period, _number(found.ours), shown, *_both(seconds), format_measured_ratio(seconds)]
        return [*cells, *_both(units), *_both(memory)]

    headings = (
        "period", "records", "shown", "ours, s", "bare, s", "ratio (spread)",
        "read units", "least", "ours holds, MB", "bare holds, MB",
    )  # fmt: skip
    columns = [headings, *(row(*query) for query in queries)]
    told = [index for index in range(len(headings)) if any(line[index] for line in columns[1:])]
    first, *rows = [[line[index] for index in told] for line in columns]
    return format_table(first, rows)


def _both(figure: Measured | None) -> tuple[str, str]:
    return (_number(figure.ours), _number(figure.baseline)) if figure else ("", "")


def _number(value: float | None) -> str:
    return "" if value is None else format_number(value)


def _spell(shape: str) -> str:
    return shape.replace("x", _TIMES)


TABLES: Final[Mapping[str, Callable[[Published], str]]] = {
    "table of calls and units": _build_calls,
    "table of ingest": _build_ingest,
    "table of the handler's CPU": _build_cpu,
    "table of cold starts": _build_cold_starts,
    "table of packages": _build_packages,
    "table of a run in the projection": build_runs,
    "table of bursts": build_bursts,
    "table of pages": build_pages,
    "table of a team, warm": build_warm,
    "table of a team, cold": build_cold,
    "table of a team's CPU": build_cpu,
    "chart of a team's memory": build_memory,
    "table of reading from a month": partial(
        _build_reading, table="100,000 records over 30 d", queries=_BY_DATE
    ),
    "table of reading from a year": partial(
        _build_reading, table="100,000 records over 365 d", queries=_OF_A_YEAR
    ),
    "table of reading from a large year": partial(
        _build_reading, table="1,000,000 records over 365 d", queries=_OF_A_YEAR
    ),
}
"""By key."""
