"""The functions and tables of a stack, as those who watch them see them."""

from collections.abc import Sequence
from dataclasses import dataclass

from components.functions import incident_messages, incident_projection, route_functions
from components.settings import Settings
from contract.names import MESSAGES, PROJECTION
from contract.routes import ROUTES
from store.incidents import IncidentIndex
from store.records import Index
from store.senders import SenderIndex


@dataclass(frozen=True, kw_only=True)
class WatchedFunction:
    """A function."""

    key: str
    name: str
    """What Lambda calls it."""
    timeout_seconds: int


@dataclass(frozen=True, kw_only=True)
class WatchedTable:
    """A table. Each global index has throughput of its own; a local one shares the table's."""

    key: str
    name: str
    """What DynamoDB calls it."""
    holds: str
    when_held_back: str
    """What becomes of writes that DynamoDB turns away."""
    indexes: Sequence[str] = ()
    queried: Sequence[str | None] = ()
    """Where the dashboard reads: indexes, and None for the table itself."""
    written_by_reports: bool = False


_SENT_AGAIN = "reports are answered 429 and must be sent again"
_WAIT = "owners are told later"
_BEHIND = "what the dashboard shows of senders and incidents falls behind"


def list_watched_functions(settings: Settings) -> Sequence[WatchedFunction]:
    """Those of the routes, the projection's, and the one that tells owners, where there are any."""
    timeouts = {route.key: route_functions.TIMEOUT_SECONDS for route in ROUTES}
    timeouts[PROJECTION] = incident_projection.TIMEOUT_SECONDS
    if settings.owners is not None:
        timeouts[MESSAGES] = incident_messages.TIMEOUT_SECONDS
    return [
        WatchedFunction(key=key, name=settings.function_name(key), timeout_seconds=timeout)
        for key, timeout in timeouts.items()
    ]


def list_watched_tables(settings: Settings) -> Sequence[WatchedTable]:
    """All tables of the stack."""
    return [
        WatchedTable(
            key="table",
            name=settings.table_name,
            holds="records",
            when_held_back=_SENT_AGAIN,
            indexes=list(Index),
            queried=list(Index),
            written_by_reports=True,
        ),
        WatchedTable(
            key="runs",
            name=settings.runs_table_name,
            holds="runs",
            when_held_back=_SENT_AGAIN,
            written_by_reports=True,
        ),
        WatchedTable(
            key="senders",
            name=settings.senders_table_name,
            holds="senders",
            when_held_back=_BEHIND,
            indexes=list(SenderIndex),
            queried=[None, SenderIndex.STATE],
        ),
        WatchedTable(
            key="incidents",
            name=settings.incidents_table_name,
            holds="incidents",
            when_held_back=_BEHIND,
            indexes=[IncidentIndex.LIVE, IncidentIndex.ENDED, IncidentIndex.ID],
            queried=[None, IncidentIndex.LIVE, IncidentIndex.ENDED, IncidentIndex.ID],
        ),
        WatchedTable(
            key="messages",
            name=settings.messages_table_name,
            holds="messages",
            when_held_back=_WAIT,
            queried=[None],
        ),
    ]
