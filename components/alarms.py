"""The alarms, as data: what is watched, from where on it is trouble, and what to do then."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from components.api_stage import STAGE
from components.settings import Settings
from handlers.names import Index, Route

GATEWAY = "AWS/ApiGateway"
LAMBDA = "AWS/Lambda"
DYNAMODB = "AWS/DynamoDB"

MissingData = Literal["notBreaching", "breaching", "ignore", "missing"]


@dataclass(frozen=True, kw_only=True)
class MetricRef:
    """One metric as an alarm or a widget reads it."""

    namespace: str
    name: str
    dimensions: Mapping[str, str]
    statistic: str


@dataclass(frozen=True, kw_only=True)
class AlarmSpec:
    """One alarm.

    With `per`, the value is the percentage of `metric` in `per`, so that one failed request of
    one is not the same as one of a thousand; below `at_least` of `per` the alarm stays quiet.
    """

    key: str
    description: str
    metric: MetricRef
    threshold: float
    per: MetricRef | None = None
    at_least: int = 0
    period_seconds: int = 300
    evaluation_periods: int = 1
    datapoints_to_alarm: int = 1
    missing_data: MissingData = "notBreaching"


@dataclass(frozen=True)
class Watched:
    """The names under which AWS publishes the metrics of one stack."""

    api_name: str
    table_name: str
    function_names: Mapping[str, str]
    """From the function's key, such as `auth`, to its physical name."""
    routes: Sequence[str] = field(default=(Route.AUTH, Route.FILE_SLA_ERROR))

    def api(self, name: str, statistic: str = "Sum") -> MetricRef:
        """A metric of the whole API."""
        dimensions = {"ApiName": self.api_name, "Stage": STAGE}
        return MetricRef(namespace=GATEWAY, name=name, dimensions=dimensions, statistic=statistic)

    def method(self, route: str, name: str, statistic: str) -> MetricRef:
        """A metric of one route."""
        dimensions = {"ApiName": self.api_name, "Stage": STAGE, "Method": "POST", "Resource": f"/{route}"}
        return MetricRef(namespace=GATEWAY, name=name, dimensions=dimensions, statistic=statistic)

    def function(self, key: str, name: str, statistic: str = "Sum") -> MetricRef:
        """A metric of one function."""
        dimensions = {"FunctionName": self.function_names[key]}
        return MetricRef(namespace=LAMBDA, name=name, dimensions=dimensions, statistic=statistic)

    def table(self, name: str, index: str | None = None, **dimensions: str) -> MetricRef:
        """A metric of the table, or of one of its indexes."""
        at_index = {} if index is None else {"GlobalSecondaryIndexName": index}
        return MetricRef(
            namespace=DYNAMODB,
            name=name,
            dimensions={"TableName": self.table_name, **at_index, **dimensions},
            statistic="Sum",
        )


def alarm_specs(watched: Watched, settings: Settings) -> tuple[AlarmSpec, ...]:
    """Every alarm of a stack."""
    return (
        AlarmSpec(
            key="api-5xx",
            description="The API answers with faults of its own; reports may be lost until scripts retry. "
            "Look at the functions' logs for 'failed', then at the table's and functions' alarms.",
            metric=watched.api("5XXError"),
            per=watched.api("Count"),
            threshold=settings.error_rate_alarm_percent,
        ),
        AlarmSpec(
            key="api-4xx",
            description="Many requests are refused: a script sends what the contract does not allow, or has "
            "a wrong password. The access log tells status codes and addresses.",
            metric=watched.api("4XXError"),
            per=watched.api("Count"),
            at_least=20,
            threshold=settings.client_error_rate_alarm_percent,
        ),
        *(
            AlarmSpec(
                key=f"{route.replace('_', '-')}-latency",
                description=f"/{route} answers slowly: compare the integration latency with the function's "
                "duration and the table's throttles.",
                metric=watched.method(route, "Latency", "p95"),
                threshold=settings.latency_alarm_ms,
                evaluation_periods=3,
                datapoints_to_alarm=2,
            )
            for route in watched.routes
        ),
        *(
            spec
            for key in watched.function_names
            for spec in (
                AlarmSpec(
                    key=f"{key}-errors",
                    description=f"The {key} function ends without an answer: it crashed or ran out of time "
                    "or memory. Its log tells which.",
                    metric=watched.function(key, "Errors"),
                    threshold=1,
                ),
                AlarmSpec(
                    key=f"{key}-throttles",
                    description=f"Lambda turns invocations of the {key} function away: the account's "
                    "concurrency is used up. Raise the quota, or find what else uses it.",
                    metric=watched.function(key, "Throttles"),
                    threshold=1,
                ),
            )
        ),
        AlarmSpec(
            key="table-write-throttles",
            description="DynamoDB turns writes to the table away: reports are answered 429 and must be sent "
            "again. Look at the table's consumed capacity and at the account's quota.",
            metric=watched.table("WriteThrottleEvents"),
            threshold=1,
        ),
        *(
            AlarmSpec(
                key=f"{index.lower()}-write-throttles",
                description=f"Writes to {index} are held back, and with them those to the table: too many "
                "records for one hour or one folder.",
                metric=watched.table("WriteThrottleEvents", index),
                threshold=1,
            )
            for index in (Index.AFFECTED_DATE, Index.FOLDER)
        ),
        AlarmSpec(
            key="table-system-errors",
            description="DynamoDB itself fails on writes. Look at the AWS Health Dashboard; reports are "
            "answered 500 and must be sent again.",
            metric=watched.table("SystemErrors", Operation="BatchWriteItem"),
            threshold=1,
        ),
    )
