"""How long a page's script takes in a dashboard that has just started, beside bare queries."""

from collections.abc import Mapping
from typing import Final

from bench.figures import Figure, compared, interleaved
from bench.processes import fresh
from bench.workload.breaches import RECORDS
from bench.workload.service import Service
from contract.names import OUTPUTS_VARIABLE, Output

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


def measure(service: Service, outputs_file: str, rounds: int) -> list[Figure]:
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
        told: Mapping[str, float] = fresh.run("page", request, environment)
        if not told["shown"]:
            raise RuntimeError(f"{page} showed nothing ({way})")
        return told["seconds"]

    def compare(page: str, days: int, parameters: Mapping[str, str]) -> Figure:
        pairs = interleaved(
            lambda: seconds("ours", page, days, parameters),
            lambda: seconds("bare", page, days, parameters),
            rounds,
        )
        return compared(name_page(page, days), "s", pairs)

    return [compare(*page) for page in PAGES]
