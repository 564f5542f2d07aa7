"""The metrics of one stack: those that AWS publishes of its resources, and those of its functions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from components import notifications
from components.functions import projection, routes
from components.settings import Settings
from contract.metrics import (
    AwsDimension,
    FunctionMetric,
    GatewayMetric,
    Metric,
    Namespace,
    QueueMetric,
    TableMetric,
    build_gateway_dimensions,
)
from contract.names import NOTIFICATIONS, PROJECTION, STAGE
from contract.routes import ROUTES, RouteSpec
from store.incidents import IncidentIndex
from store.records import Index
from store.senders import SenderIndex


@dataclass(frozen=True)
class WatchedFunction:
    """A function."""

    key: str
    name: str
    """What Lambda calls it."""
    timeout_seconds: int


@dataclass(frozen=True)
class WatchedTable:
    """A table. Each global index has its own throughput; a local one shares the table's."""

    key: str
    name: str
    """What DynamoDB calls it."""
    holds: str
    when_held_back: str
    """What happens to writes that DynamoDB throttles."""
    indexes: Sequence[str] = ()
    queried: Sequence[str | None] = ()
    """What the dashboard reads: indexes, and None for the table itself."""
    written_by_reports: bool = False


@dataclass(frozen=True)
class MetricRef:
    """One metric as an alarm or a widget reads it."""

    namespace: str
    name: str
    dimensions: Mapping[str, str]
    statistic: str


class StackMetrics:
    """The names under which the metrics of a stack with these settings are published."""

    def __init__(self, settings: Settings) -> None:
        timeouts = {route.key: routes.TIMEOUT_SECONDS for route in ROUTES}
        timeouts[PROJECTION] = projection.TIMEOUT_SECONDS
        self.notifies_owners = settings.owners is not None
        """Whether the stack has the function for it."""
        if self.notifies_owners:
            timeouts[NOTIFICATIONS] = notifications.TIMEOUT_SECONDS
        names = {key: settings.function_name(key) for key in timeouts}
        self.functions = [WatchedFunction(key, name, timeouts[key]) for key, name in names.items()]
        self.tables = _list_tables(settings)
        self.namespace = settings.metrics_namespace
        """Of the metrics that the functions publish."""
        self._settings = settings

    def of_api(
        self, name: GatewayMetric, statistic: str = "Sum", route: RouteSpec | None = None
    ) -> MetricRef:
        """A metric of the whole API, or of one route."""
        dimensions = build_gateway_dimensions(self._settings.prefix, STAGE, route.path if route else None)
        return MetricRef(Namespace.API_GATEWAY, name, dimensions, statistic)

    def of_function(
        self, function: WatchedFunction, name: FunctionMetric, statistic: str = "Sum"
    ) -> MetricRef:
        """A metric of a function."""
        return MetricRef(Namespace.LAMBDA, name, {AwsDimension.FUNCTION: function.name}, statistic)

    def of_table(
        self,
        table: WatchedTable,
        name: TableMetric,
        *,
        index: str | None = None,
        operation: str | None = None,
    ) -> MetricRef:
        """A metric of a table, of one of its indexes, or of one operation."""
        dimensions: dict[str, str] = {AwsDimension.TABLE: table.name}
        if index is not None:
            dimensions[AwsDimension.INDEX] = index
        if operation is not None:
            dimensions[AwsDimension.OPERATION] = operation
        return MetricRef(Namespace.DYNAMODB, name, dimensions, "Sum")

    def of_dead_letters(self, name: QueueMetric) -> MetricRef:
        """A metric of the queue of runs that could not be applied."""
        return MetricRef(
            Namespace.SQS, name, {AwsDimension.QUEUE: self._settings.dead_letters_name}, "Maximum"
        )

    def published(self, name: Metric, statistic: str = "Sum", **dimensions: str) -> MetricRef:
        """A count, or the state at each sweep, that the functions publish."""
        return MetricRef(self.namespace, name, dimensions, statistic)


_SENT_AGAIN = "reports are answered 429 and must be sent again"
_WAIT = "owners are notified later"
_BEHIND = "what the dashboard shows of senders and incidents falls behind"


def _list_tables(settings: Settings) -> Sequence[WatchedTable]:
    of_incidents = (IncidentIndex.LIVE, IncidentIndex.ENDED, IncidentIndex.ID)
    return [
        WatchedTable(
            "table", settings.table_name, "records", _SENT_AGAIN, tuple(Index), tuple(Index),
            written_by_reports=True,
        ),
        WatchedTable("runs", settings.name_table("runs"), "runs", _SENT_AGAIN, written_by_reports=True),
        WatchedTable(
            "senders", settings.name_table("senders"), "senders", _BEHIND, tuple(SenderIndex),
            (None, SenderIndex.STATE),
        ),
        WatchedTable(
            "incidents", settings.name_table("incidents"), "incidents", _BEHIND, of_incidents,
            (None, *of_incidents),
        ),
        WatchedTable(
            "notifications", settings.name_table("notifications"), "notifications", _WAIT, queried=(None,)
        ),
    ]  # fmt: skip
