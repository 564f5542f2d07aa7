"""The metrics of one stack: what AWS publishes of its resources, and what its functions publish."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from handlers.names import STAGE, FunctionMetric, GatewayMetric, Route

DYNAMODB = "AWS/DynamoDB"


@dataclass(frozen=True, kw_only=True)
class MetricRef:
    """One metric as an alarm or a widget reads it."""

    namespace: str
    name: str
    dimensions: Mapping[str, str]
    statistic: str


@dataclass(frozen=True, kw_only=True)
class Watched:
    """The names under which the metrics of one stack are published."""

    api_name: str
    table_name: str
    function_names: Mapping[str, str]
    """From the function's key, such as `auth`, to its physical name."""
    namespace: str
    """Of the metrics that the functions publish."""
    routes: Sequence[str] = field(default=(Route.AUTH, Route.FILE_SLA_ERROR))

    def api(self, name: str, statistic: str = "Sum") -> MetricRef:
        """A metric of the whole API."""
        dimensions = {GatewayMetric.API: self.api_name, GatewayMetric.STAGE: STAGE}
        return MetricRef(
            namespace=GatewayMetric.NAMESPACE, name=name, dimensions=dimensions, statistic=statistic
        )

    def method(self, route: str, name: str, statistic: str) -> MetricRef:
        """A metric of one route."""
        dimensions = {
            GatewayMetric.API: self.api_name,
            GatewayMetric.STAGE: STAGE,
            GatewayMetric.METHOD: "POST",
            GatewayMetric.RESOURCE: f"/{route}",
        }
        return MetricRef(
            namespace=GatewayMetric.NAMESPACE, name=name, dimensions=dimensions, statistic=statistic
        )

    def function(self, key: str, name: str, statistic: str = "Sum") -> MetricRef:
        """A metric of one function."""
        dimensions = {FunctionMetric.FUNCTION: self.function_names[key]}
        return MetricRef(
            namespace=FunctionMetric.NAMESPACE, name=name, dimensions=dimensions, statistic=statistic
        )

    def table(self, name: str, index: str | None = None, **dimensions: str) -> MetricRef:
        """A metric of the table, or of one of its indexes."""
        at_index = {} if index is None else {"GlobalSecondaryIndexName": index}
        return MetricRef(
            namespace=DYNAMODB,
            name=name,
            dimensions={"TableName": self.table_name, **at_index, **dimensions},
            statistic="Sum",
        )

    def own(self, name: str, **dimensions: str) -> MetricRef:
        """A count that the functions publish."""
        return MetricRef(namespace=self.namespace, name=name, dimensions=dimensions, statistic="Sum")
