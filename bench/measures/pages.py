"""How long a page's script takes in a dashboard that has just started, beside bare queries."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from bench.figures import Figure, compared, interleaved
from bench.processes import fresh
from bench.workload.history import History, load
from bench.workload.senders import list_breaches, tell
from bench.workload.service import Service
from contract.outputs import OUTPUTS_VARIABLE, Output
from handlers.projection.applying import apply_runs
from handlers.projection.sender_store import SenderStore

Step = Callable[[str], None]
RECORDS: Final = 100_000
_DAYS: Final = 30
_SENDERS: Final = 40
_FOLDERS: Final = 10
"""In breach, of each sender."""


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


def measure(service: Service, outputs_file: str, rounds: int, say: Step) -> list[Figure]:
    """Fills the stack's own tables, and runs each page's script cold."""
    client = service.aws.client("dynamodb")
    history = History(datetime.now(UTC).replace(microsecond=0), _DAYS)
    say(f"{RECORDS:,} records over {_DAYS} days, {_SENDERS * _FOLDERS} open incidents")
    load(client, service.outputs[Output.TABLE_NAME], history.items(), RECORDS)
    _open_incidents(service)

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


def _open_incidents(service: Service) -> None:
    tables: Mapping[str, Any] = service.outputs
    store = SenderStore(
        service.aws.client("dynamodb"),
        tables[Output.SENDERS_TABLE_NAME],
        tables[Output.INCIDENTS_TABLE_NAME],
        None,
    )
    late = datetime.now(UTC) - timedelta(minutes=5)
    for number in range(_SENDERS):
        apply_runs(store, f"page {number}", [tell(f"page {number}", 0, list_breaches(_FOLDERS), at=late)])
