"""Reading a large table, and what a page takes in a dashboard that has just started."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final

from bench.figures import Figure, compared, counted, interleaved
from bench.service import Service, copy_table, run_child
from bench.workload import RECORDS, History, load
from contract.moments import format_moment
from contract.names import OUTPUTS_VARIABLE, Output

_YEAR: Final = 365
_TELLING_MEGABYTES: Final = 5
"""Less is lost in what an interpreter allocates anyway."""


@dataclass(frozen=True)
class _Query:
    """One thing an analyst may ask for."""

    name: str
    days: int
    folder: str | None = None
    with_files: bool = True


_BY_DATE: Final = (("24 h", 1), ("7 d", 7), ("30 d", 30))


def measure_reading(service: Service, size: int, rounds: int, say: Callable[[str], None]) -> list[Figure]:
    """Fills a table with so many records over a year, and measures queries of it."""
    history = History(datetime.fromisoformat("2026-11-23T20:30:00+00:00"), _YEAR)
    table = f"History{_YEAR}d"
    copy_table(service.aws, service.outputs["table_name"], table)
    client = service.aws.client("dynamodb")
    started = time.perf_counter()
    load(client, table, history.items(), size)
    say(f"{size:,} records over {_YEAR} days ({time.perf_counter() - started:.0f} s)")
    queries = [
        *(_Query(f"{name} without files", days, with_files=False) for name, days in _BY_DATE),
        *(_Query(name, days) for name, days in _BY_DATE),
        _Query("one folder, a year", _YEAR, history.folder),
    ]
    figures = [
        figure for query in queries for figure in _measure_query(service, table, history, size, query, rounds)
    ]
    client.delete_table(TableName=table)
    return figures


def _measure_query(
    service: Service, table: str, history: History, size: int, query: _Query, rounds: int
) -> list[Figure]:
    request = {
        "table": table,
        "endpoint": service.aws.endpoint_url,
        "start": format_moment(history.until - timedelta(days=query.days)),
        "end": format_moment(history.until),
        "folder": query.folder,
        "with_files": query.with_files,
    }

    def read(way: str) -> dict[str, float]:
        answer: dict[str, float] = run_child("reading", {**request, "way": way}, service.account_environment)
        return answer

    pairs = interleaved(partial(read, "ours"), partial(read, "bare"), rounds)
    ours, bare = pairs[0]
    if (ours["records"], ours["calls"]) != (bare["records"], bare["calls"]):
        raise RuntimeError(f"ours and the bare calls read different things: {ours}, {bare}")
    name = f"reading {query.name}, {size:,} records over {history.days} d"
    figures = [
        compared(
            f"{name}, vs bare Query", "s", [(mine["seconds"], theirs["seconds"]) for mine, theirs in pairs]
        ),
        counted(f"{name}, records found, vs bare Query", ours["records"], bare["records"], "records"),
        # The same pages cost the same, whichever of their attributes are asked for.
        counted(f"{name}, read units, vs least", bare["units"], bare["least_units"], "units"),
    ]
    memory = [(mine["megabytes"], theirs["megabytes"]) for mine, theirs in pairs]
    if min(theirs for _, theirs in memory) > _TELLING_MEGABYTES:
        figures.append(compared(f"{name}, memory held, vs bare Query", "MB", memory))
    return figures


PAGES: Final[tuple[tuple[str, int, Mapping[str, str]], ...]] = (
    ("overview", 7, {}),
    ("overview", 30, {}),
    ("by_date", 7, {"range": "7d"}),
    ("by_date", 30, {"range": "30d"}),
)
"""Page, days that the bare queries beside it read, and the parameters of its address."""


def name_page(page: str, days: int) -> str:
    """The figure of a page."""
    return f"{page} cold, {RECORDS:,} records, vs bare Query of {days} d"


def measure_pages(service: Service, outputs_file: str, rounds: int) -> list[Figure]:
    """Runs each page's script cold, on tables that are filled."""

    def seconds(way: str, page: str, days: int, parameters: Mapping[str, str]) -> float:
        request = {
            "way": way,
            "page": page,
            "parameters": parameters,
            "days": days,
            "user": service.outputs["users"]["analyst"],
            "table": service.outputs[Output.TABLE_NAME],
            "endpoint": service.aws.endpoint_url,
        }
        environment = {**service.account_environment, OUTPUTS_VARIABLE: outputs_file}
        taken: Mapping[str, float] = run_child("page", request, environment)
        if not taken["shown"]:
            raise RuntimeError(f"{page} showed nothing ({way})")
        return taken["seconds"]

    def compare(*page: Any) -> Figure:
        pairs = interleaved(partial(seconds, "ours", *page), partial(seconds, "bare", *page), rounds)
        return compared(name_page(*page[:2]), "s", pairs)

    return [compare(*page) for page in PAGES]
