"""A month of records and the incidents that live, in a stack's own tables: what the pages are measured on."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from bench.workload.history import History, load
from bench.workload.senders import list_breaches, tell
from bench.workload.service import Service
from contract.names import Output
from handlers.projection.applying import apply_runs
from handlers.projection.sender_store import SenderStore

RECORDS: Final = 100_000
DAYS: Final = 30
_SENDERS: Final = 40
_FOLDERS: Final = 10
"""In breach, of each sender."""


def fill_tables(service: Service, say: Callable[[str], None]) -> History:
    """Loads them, and returns the history whose records they are."""
    history = History(datetime.now(UTC).replace(microsecond=0), DAYS)
    say(f"{RECORDS:,} records over {DAYS} days, {_SENDERS * _FOLDERS} open incidents")
    load(service.aws.client("dynamodb"), service.outputs[Output.TABLE_NAME], history.items(), RECORDS)
    _open_incidents(service)
    return history


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
