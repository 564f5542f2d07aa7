"""The metrics of one stack: what AWS publishes of its resources, and what its functions publish."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from components.settings import Settings
from contract.metrics import (
    FunctionDimension,
    FunctionMetric,
    GatewayMetric,
    Metric,
    Namespace,
    TableDimension,
    TableMetric,
    build_gateway_dimensions,
)
from contract.names import STAGE
from contract.routes import ROUTES, RouteSpec
from contract.table import Index


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
    table_name: str
    function_names: Mapping[str, str]
    """What Lambda calls the function of each route, by the route's path."""
    namespace: str
    """Of the metrics that the functions publish."""

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """Those of the stack with these settings."""
        return cls(
            api_name=settings.prefix,
            table_name=settings.table_name,
            function_names={route.path: settings.function_name(route.key) for route in ROUTES},
            namespace=settings.metrics_namespace,
        )

    def of_api(self, name: GatewayMetric, statistic: str = "Sum") -> MetricRef:
        """A metric of the whole API."""
        return self._of_gateway(name, statistic, None)

    def of_route(self, route: RouteSpec, name: GatewayMetric, statistic: str) -> MetricRef:
        """A metric of one route."""
        return self._of_gateway(name, statistic, route.path)

    def of_function(self, route: RouteSpec, name: FunctionMetric, statistic: str = "Sum") -> MetricRef:
        """A metric of the function behind a route."""
        return MetricRef(
            namespace=Namespace.LAMBDA,
            name=name,
            dimensions={FunctionDimension.FUNCTION: self.function_names[route.path]},
            statistic=statistic,
        )

    def of_table(
        self, name: TableMetric, *, index: Index | None = None, operation: str | None = None
    ) -> MetricRef:
        """A metric of the table, of one of its indexes, or of one operation."""
        narrower = {TableDimension.INDEX: index, TableDimension.OPERATION: operation}
        return MetricRef(
            namespace=Namespace.DYNAMODB,
            name=name,
            dimensions={
                TableDimension.TABLE: self.table_name,
                **{dimension: value for dimension, value in narrower.items() if value is not None},
            },
            statistic="Sum",
        )

    def published(self, name: Metric, **dimensions: str) -> MetricRef:
        """A count that the functions publish."""
        return MetricRef(namespace=self.namespace, name=name, dimensions=dimensions, statistic="Sum")

    def _of_gateway(self, name: GatewayMetric, statistic: str, path: str | None) -> MetricRef:
        return MetricRef(
            namespace=Namespace.API_GATEWAY,
            name=name,
            dimensions=build_gateway_dimensions(self.api_name, STAGE, path),
            statistic=statistic,
        )
