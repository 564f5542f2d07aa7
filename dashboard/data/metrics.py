"""The one place that talks to CloudWatch: what the service measured, and how its alarms stand."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeVar

import boto3
import pandas as pd

from contract import names
from contract.metrics import Dimension, GatewayMetric, Metric, Namespace, build_gateway_dimensions
from contract.names import ALARM_SEPARATOR, STAGE
from contract.routes import ROUTES
from dashboard.columns import MOMENT
from dashboard.data.cache import Cache
from dashboard.errors import translate_aws_errors
from dashboard.settings import build_client_config

if TYPE_CHECKING:
    from mypy_boto3_cloudwatch import CloudWatchClient

T = TypeVar("T")

VALUE_COLUMNS: Final = {"name": "str", "route": "str", "time": MOMENT, "value": "float64"}
"""Columns of a frame of values: what was measured, of which route, when the step begins, and how much.

`name` is a status code, or the name of a metric and, for latencies, its percentile (`Latency p95`).
`route` is empty for the whole API.
"""
PERCENTILES: Final = ("p50", "p95")
_RASTER: Final = timedelta(minutes=1)
"""CloudWatch has nothing finer for these metrics."""
CLOUDWATCH: Final = "CloudWatch"
"""Its name in messages about waiting."""
_DENIED: Final = (
    "AWS refused to show the metrics to you. Ask the service's owner to check the analyst role: it must "
    "allow cloudwatch:DescribeAlarms, cloudwatch:GetMetricData and cloudwatch:ListMetrics."
)


class _Series(NamedTuple):
    """What CloudWatch is asked for, and the name and the route under which it is shown."""

    name: str
    route: str
    namespace: str
    metric: str
    statistic: str
    dimensions: Mapping[str, str]


@dataclass(frozen=True)
class Alarm:
    """One alarm as it stands."""

    name: str
    state: str
    """`ALARM`, `OK` or `INSUFFICIENT_DATA`."""
    since: datetime
    meaning: str
    runbook: str
    """The address or the path of the runbook's section."""


class Metrics:
    """The service's metrics and alarms, as one analyst may see them; who asks at the same time shares them.

    The API and the alarms bear the name of the metrics' namespace. Every method raises what
    `translate_aws_errors` does.
    """

    def __init__(
        self, session: boto3.session.Session, namespace: str, endpoint_url: str | None, cache: Cache
    ) -> None:
        self._namespace = namespace
        self._cache = cache
        self._client: CloudWatchClient = session.client(
            "cloudwatch", endpoint_url=endpoint_url, config=build_client_config()
        )

    def list_alarms(self) -> list[Alarm]:
        """Every alarm of the service, in no particular order."""
        pages = self._client.get_paginator("describe_alarms").paginate(
            AlarmNamePrefix=f"{self._namespace}{ALARM_SEPARATOR}",
            AlarmTypes=["MetricAlarm", "CompositeAlarm"],
        )

        def ask() -> list[Alarm]:
            with translate_aws_errors(CLOUDWATCH, _DENIED):
                return [
                    self._alarm(alarm)
                    for page in pages
                    for alarm in (*page.get("CompositeAlarms", []), *page.get("MetricAlarms", []))
                ]

        return self._cache.share((self._namespace, "alarms"), ask)

    def read_gateway(self, start: datetime, end: datetime, step: timedelta) -> pd.DataFrame:
        """What the gateway counted and timed, as `VALUES`: of the whole API, latencies of each route."""
        api, latency = build_gateway_dimensions(self._namespace, STAGE), GatewayMetric.LATENCY
        counted = (GatewayMetric.COUNT, GatewayMetric.CLIENT_ERRORS, GatewayMetric.SERVER_ERRORS)
        wanted = [_Series(name, "", Namespace.API_GATEWAY, name, "Sum", api) for name in counted]
        for route in ROUTES:
            of_route = build_gateway_dimensions(self._namespace, STAGE, route.path)
            wanted += [
                _Series(f"{latency} {part}", route.path, Namespace.API_GATEWAY, latency, part, of_route)
                for part in PERCENTILES
            ]
        return self._read("gateway", lambda: self._frame(wanted, start, end, step), start, end, step)

    def read_statuses(self, start: datetime, end: datetime, step: timedelta) -> pd.DataFrame:
        """How often the functions answered with each status, as `VALUES`."""
        known = self._client.get_paginator("list_metrics").paginate(
            Namespace=self._namespace, MetricName=Metric.REQUESTS
        )

        def ask() -> pd.DataFrame:
            wanted = []
            with translate_aws_errors(CLOUDWATCH, _DENIED):
                for metric in (metric for page in known for metric in page["Metrics"]):
                    of = {dimension["Name"]: dimension["Value"] for dimension in metric["Dimensions"]}
                    name, route = of[Dimension.STATUS_CODE], of[Dimension.ROUTE]
                    wanted.append(_Series(name, route, self._namespace, Metric.REQUESTS, "Sum", of))
            return self._frame(wanted, start, end, step)

        return self._read("statuses", ask, start, end, step)

    def _read(self, what: str, read: Callable[[], T], start: datetime, end: datetime, step: timedelta) -> T:
        """The answer, shared by all who ask for the same steps: the moments of two analysts never agree."""
        question = (self._namespace, what, step, _start_of_step(start, step), _start_of_step(end, _RASTER))
        return self._cache.share(question, read)

    def _frame(
        self, wanted: Sequence[_Series], start: datetime, end: datetime, step: timedelta
    ) -> pd.DataFrame:
        rows = list(self._query(wanted, _start_of_step(start, step), end, step)) if wanted else []
        return pd.DataFrame.from_records(rows, columns=list(VALUE_COLUMNS)).astype(VALUE_COLUMNS)

    def _query(
        self, wanted: Sequence[_Series], start: datetime, end: datetime, step: timedelta
    ) -> Iterator[tuple[str, str, datetime, float]]:
        """Rows: name, route, moment and value."""
        queries = [
            {
                "Id": f"q{number}",
                "MetricStat": {
                    "Metric": {
                        "Namespace": one.namespace,
                        "MetricName": one.metric,
                        "Dimensions": [
                            {"Name": key, "Value": value} for key, value in one.dimensions.items()
                        ],
                    },
                    "Period": int(step.total_seconds()),
                    "Stat": one.statistic,
                },
            }
            for number, one in enumerate(wanted)
        ]
        ask: Any = self._client.get_paginator("get_metric_data").paginate
        with translate_aws_errors(CLOUDWATCH, _DENIED):
            for page in ask(MetricDataQueries=queries, StartTime=start, EndTime=end):
                for result in page["MetricDataResults"]:
                    name, route = wanted[int(result["Id"][1:])][:2]
                    for moment, value in zip(result["Timestamps"], result["Values"], strict=True):
                        yield name, route, moment, value

    def _alarm(self, alarm: Mapping[str, Any]) -> Alarm:
        meaning, _, address = alarm.get("AlarmDescription", "").partition(names.RUNBOOK_LABEL)
        return Alarm(
            name=alarm["AlarmName"].removeprefix(f"{self._namespace}{ALARM_SEPARATOR}"),
            state=alarm["StateValue"],
            # The second also moves when an alarm is evaluated anew without changing.
            since=(alarm.get("StateTransitionedTimestamp") or alarm["StateUpdatedTimestamp"]).astimezone(UTC),
            meaning=meaning.strip(),
            runbook=address,
        )


def _start_of_step(moment: datetime, step: timedelta) -> datetime:
    """The start of the step, counted from 1970, that the moment lies in: CloudWatch's own raster."""
    seconds = int(step.total_seconds())
    return datetime.fromtimestamp(int(moment.timestamp()) // seconds * seconds, UTC)
