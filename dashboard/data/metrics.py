"""The one place that talks to CloudWatch: what the service measured, and how its alarms stand."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, TypeVar

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
_RETENTION: Final = timedelta(days=15)
"""How long CloudWatch keeps values to the minute."""
_RASTER: Final = timedelta(minutes=1)
"""CloudWatch has nothing finer for these metrics."""
_PAGE: Final = 500
CLOUDWATCH: Final = "CloudWatch"
"""Its name in messages about waiting."""
_DENIED: Final = (
    "AWS refused to show the metrics to you. Ask the service's owner to check the analyst role: it must "
    "allow cloudwatch:DescribeAlarms, cloudwatch:GetMetricData and cloudwatch:ListMetrics."
)

_Wanted = Mapping[tuple[str, str], tuple[str, str, str, Mapping[str, str]]]
"""From name and route to namespace, metric, statistic and dimensions."""


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
    """The service's metrics and alarms, as one analyst may see them.

    Every method raises what `translate_aws_errors` does.

    Args:
        session: has the analyst's credentials.
        namespace: of the service's own metrics; its API and its alarms bear the same name.
        endpoint_url: where CloudWatch is, when it is an emulator.
        cache: has those who ask the same at the same time share the answer.
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
        return self._cache.share((self._namespace, "alarms"), self._list_alarms)

    def _list_alarms(self) -> list[Alarm]:
        pages = self._client.get_paginator("describe_alarms").paginate(
            AlarmNamePrefix=f"{self._namespace}{ALARM_SEPARATOR}",
            AlarmTypes=["MetricAlarm", "CompositeAlarm"],
        )
        with translate_aws_errors(CLOUDWATCH, _DENIED):
            return [
                self._alarm(alarm)
                for page in pages
                for alarm in (*page.get("CompositeAlarms", []), *page.get("MetricAlarms", []))
            ]

    def read_gateway(self, start: datetime, end: datetime, step: timedelta) -> pd.DataFrame:
        """What the gateway counted and timed, as `VALUES`: of the whole API, latencies of each route."""
        api = build_gateway_dimensions(self._namespace, STAGE)
        wanted: dict[tuple[str, str], tuple[str, str, str, Mapping[str, str]]] = {
            (name, ""): (Namespace.API_GATEWAY, name, "Sum", api)
            for name in (GatewayMetric.COUNT, GatewayMetric.CLIENT_ERRORS, GatewayMetric.SERVER_ERRORS)
        }
        for route in ROUTES:
            of_route = build_gateway_dimensions(self._namespace, STAGE, route.path)
            for percentile in PERCENTILES:
                name = f"{GatewayMetric.LATENCY} {percentile}"
                wanted[name, route.path] = (
                    Namespace.API_GATEWAY,
                    GatewayMetric.LATENCY,
                    percentile,
                    of_route,
                )
        return self._read("gateway", lambda: self._values(wanted, start, end, step), start, end, step)

    def read_statuses(self, start: datetime, end: datetime, step: timedelta) -> pd.DataFrame:
        """How often the functions answered with each status, as `VALUES`."""
        return self._read("statuses", lambda: self._read_statuses(start, end, step), start, end, step)

    def _read_statuses(self, start: datetime, end: datetime, step: timedelta) -> pd.DataFrame:
        with translate_aws_errors(CLOUDWATCH, _DENIED):
            seen = [
                {dimension["Name"]: dimension["Value"] for dimension in metric["Dimensions"]}
                for page in self._client.get_paginator("list_metrics").paginate(
                    Namespace=self._namespace, MetricName=Metric.REQUESTS
                )
                for metric in page["Metrics"]
            ]
        wanted = {
            (dimensions[Dimension.STATUS_CODE], dimensions[Dimension.ROUTE]): (
                self._namespace,
                Metric.REQUESTS,
                "Sum",
                dimensions,
            )
            for dimensions in seen
        }
        return self._values(wanted, start, end, step)

    def find_last_report(self, now: datetime) -> datetime | None:
        """The minute of the last report or heartbeat; None if there was none for 15 days."""
        return self._read("last report", lambda: self._find_last_report(now), now, now, _RASTER)

    def _find_last_report(self, now: datetime) -> datetime | None:
        pages = self._client.get_paginator("get_metric_data").paginate(
            MetricDataQueries=[_query("reports", (self._namespace, Metric.REPORTS, "Sum", {}), 60)],
            StartTime=now - _RETENTION,
            EndTime=now,
            ScanBy="TimestampDescending",
            PaginationConfig={"PageSize": _PAGE},
        )
        with translate_aws_errors(CLOUDWATCH, _DENIED):
            for page in pages:
                if moments := [
                    moment for result in page["MetricDataResults"] for moment in result["Timestamps"]
                ]:
                    return max(moments).astimezone(UTC)
        return None

    def _read(self, what: str, read: Callable[[], T], start: datetime, end: datetime, step: timedelta) -> T:
        """The answer, shared by all who ask for the same steps: the moments of two analysts never agree."""
        question = (self._namespace, what, step, _start_of_step(start, step), _start_of_step(end, _RASTER))
        return self._cache.share(question, read)

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

    def _values(self, wanted: _Wanted, start: datetime, end: datetime, step: timedelta) -> pd.DataFrame:
        keys = {f"q{number}": key for number, key in enumerate(wanted)}
        rows: list[tuple[str, str, datetime, float]] = []
        if keys:
            pages = self._client.get_paginator("get_metric_data").paginate(
                MetricDataQueries=[
                    _query(query_id, wanted[key], int(step.total_seconds())) for query_id, key in keys.items()
                ],
                StartTime=_start_of_step(start, step),
                EndTime=end,
            )
            with translate_aws_errors(CLOUDWATCH, _DENIED):
                rows = [
                    (*keys[result["Id"]], moment, value)
                    for page in pages
                    for result in page["MetricDataResults"]
                    for moment, value in zip(result["Timestamps"], result["Values"], strict=True)
                ]
        return pd.DataFrame.from_records(rows, columns=list(VALUE_COLUMNS)).astype(VALUE_COLUMNS)


def _query(query_id: str, metric: tuple[str, str, str, Mapping[str, str]], period: int) -> Any:
    namespace, name, statistic, dimensions = metric
    return {
        "Id": query_id,
        "MetricStat": {
            "Metric": {
                "Namespace": namespace,
                "MetricName": name,
                "Dimensions": [{"Name": key, "Value": value} for key, value in dimensions.items()],
            },
            "Period": period,
            "Stat": statistic,
        },
    }


def _start_of_step(moment: datetime, step: timedelta) -> datetime:
    """The start of the step, counted from 1970, that the moment lies in: CloudWatch's own raster."""
    seconds = int(step.total_seconds())
    return datetime.fromtimestamp(int(moment.timestamp()) // seconds * seconds, UTC)
