"""The metrics of one stack: what AWS publishes of its resources, and what its functions publish."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

from components.monitoring.specs.watched import (
    WatchedFunction,
    WatchedTable,
    list_watched_functions,
    list_watched_tables,
)
from components.settings import Settings
from contract.metrics import (
    FunctionDimension,
    FunctionMetric,
    GatewayMetric,
    Metric,
    Namespace,
    QueueDimension,
    QueueMetric,
    TableDimension,
    TableMetric,
    build_gateway_dimensions,
)
from contract.names import STAGE
from contract.routes import RouteSpec


@dataclass(frozen=True, kw_only=True)
class MetricRef:
    """One metric as an alarm or a widget reads it."""

    namespace: str
    name: str
    dimensions: Mapping[str, str]
    statistic: str


@dataclass(frozen=True, kw_only=True)
class StackMetrics:
    """The names under which the metrics of one stack are published."""

    api_name: str
    functions: Sequence[WatchedFunction]
    tables: Sequence[WatchedTable]
    dead_letters: str
    """The name of the queue."""
    tells_owners: bool
    """Whether the stack has a function that does."""
    namespace: str
    """Of the metrics that the functions publish."""

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """Those of the stack with these settings."""
        return cls(
            api_name=settings.prefix,
            functions=list_watched_functions(settings),
            tables=list_watched_tables(settings),
            dead_letters=settings.dead_letters_name,
            tells_owners=settings.owners is not None,
            namespace=settings.metrics_namespace,
        )

    def of_api(self, name: GatewayMetric, statistic: str = "Sum") -> MetricRef:
        """A metric of the whole API."""
        return self._of_gateway(name, statistic, None)

    def of_route(self, route: RouteSpec, name: GatewayMetric, statistic: str) -> MetricRef:
        """A metric of one route."""
        return self._of_gateway(name, statistic, route.path)

    def of_function(
        self, function: WatchedFunction, name: FunctionMetric, statistic: str = "Sum"
    ) -> MetricRef:
        """A metric of a function."""
        return MetricRef(
            namespace=Namespace.LAMBDA,
            name=name,
            dimensions={FunctionDimension.FUNCTION: function.name},
            statistic=statistic,
        )

    def of_table(
        self,
        table: WatchedTable,
        name: TableMetric,
        *,
        index: str | None = None,
        operation: str | None = None,
    ) -> MetricRef:
        """A metric of a table, of one of its indexes, or of one operation."""
        narrower = {TableDimension.INDEX: index, TableDimension.OPERATION: operation}
        return MetricRef(
            namespace=Namespace.DYNAMODB,
            name=name,
            dimensions={
                TableDimension.TABLE: table.name,
                **{dimension: value for dimension, value in narrower.items() if value is not None},
            },
            statistic="Sum",
        )

    def of_dead_letters(self, name: QueueMetric) -> MetricRef:
        """A metric of the queue of runs that could not be applied."""
        return MetricRef(
            namespace=Namespace.SQS,
            name=name,
            dimensions={QueueDimension.QUEUE: self.dead_letters},
            statistic="Maximum",
        )

    def published(self, name: Metric, statistic: str = "Sum", **dimensions: str) -> MetricRef:
        """A count, or the state at each sweep, that the functions publish."""
        return MetricRef(namespace=self.namespace, name=name, dimensions=dimensions, statistic=statistic)

    def _of_gateway(self, name: GatewayMetric, statistic: str, path: str | None) -> MetricRef:
        return MetricRef(
            namespace=Namespace.API_GATEWAY,
            name=name,
            dimensions=build_gateway_dimensions(self.api_name, STAGE, path),
            statistic=statistic,
        )
