"""The CloudWatch dashboard of the service, in CloudWatch's JSON.

Its structure is that of "Dashboard Body Structure and Syntax" in the CloudWatch API reference.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import pulumi

from components.metrics import MetricRef, Watched
from handlers.names import Dimension, FunctionMetric, GatewayMetric, Index, Metric

COLUMNS = 24
"""The width of a CloudWatch dashboard, in grid units."""
_WIDTH, _HEIGHT = COLUMNS // 2, 6
_PERIOD_SECONDS = 300
_PLACES = (None, Index.AFFECTED_DATE, Index.FOLDER)
"""Where the table has throughput of its own: itself, and each index."""

Widget = dict[str, Any]


def dashboard_body(
    watched: Watched,
    region: str,
    access_log_name: pulumi.Input[str],
    alarm_arns: Sequence[pulumi.Input[str]],
) -> pulumi.Output[str]:
    """The dashboard's body: alarms, usage, status codes, latency, functions, table, breaches."""
    widgets = [
        {"type": "alarm", "properties": {"title": "Alarms", "alarms": list(alarm_arns)}},
        *_usage(watched, region, access_log_name),
        *_latency(watched, region),
        *_functions(watched, region),
        *_table(watched, region),
        *_business(watched, region),
    ]
    return pulumi.Output.json_dumps({"widgets": _placed(widgets)}, sort_keys=True)


def _usage(watched: Watched, region: str, access_log_name: pulumi.Input[str]) -> Iterator[Widget]:
    yield _graph(
        "Requests", region, [watched.method(route, GatewayMetric.COUNT, "Sum") for route in watched.routes]
    )
    yield _graph(
        "Errors, with those that the gateway answered itself",
        region,
        [watched.api(name) for name in (GatewayMetric.CLIENT_ERRORS, GatewayMetric.SERVER_ERRORS)],
    )
    yield _every(
        "Status codes of the functions",
        watched,
        region,
        Metric.REQUESTS,
        Dimension.ROUTE,
        Dimension.STATUS_CODE,
    )
    yield {
        "type": "log",
        "properties": {
            "title": "Status codes of the whole API",
            "region": region,
            "view": "table",
            "query": pulumi.Output.concat(
                "SOURCE '",
                access_log_name,
                "' | stats count(*) as requests by path, status | sort path, status",
            ),
        },
    }


def _latency(watched: Watched, region: str) -> Iterator[Widget]:
    for route in watched.routes:
        yield _graph(
            f"Latency of /{route}, ms",
            region,
            [
                *(watched.method(route, GatewayMetric.LATENCY, p) for p in ("p50", "p95", "p99")),
                watched.method(route, GatewayMetric.INTEGRATION_LATENCY, "p95"),
            ],
        )


def _functions(watched: Watched, region: str) -> Iterator[Widget]:
    keys = watched.function_names
    yield _graph(
        "Functions: invocations, errors, throttles",
        region,
        [
            watched.function(key, name)
            for key in keys
            for name in (FunctionMetric.INVOCATIONS, FunctionMetric.ERRORS, FunctionMetric.THROTTLES)
        ],
    )
    yield _graph(
        "Functions: duration p95, ms",
        region,
        [watched.function(key, FunctionMetric.DURATION, "p95") for key in keys],
    )
    yield _graph(
        "Functions: concurrent executions",
        region,
        [watched.function(key, FunctionMetric.CONCURRENT_EXECUTIONS, "Maximum") for key in keys],
    )


def _table(watched: Watched, region: str) -> Iterator[Widget]:
    for kind in ("Write", "Read"):
        yield _graph(
            f"Table: consumed {kind.lower()} units",
            region,
            [watched.table(f"Consumed{kind}CapacityUnits", index) for index in _PLACES],
        )
    yield _graph(
        "Table: throttles and system errors",
        region,
        [
            *(watched.table("WriteThrottleEvents", index) for index in _PLACES),
            *(watched.table("ReadThrottleEvents", index) for index in _PLACES[1:]),
            *(
                watched.table("SystemErrors", Operation=operation)
                for operation in ("BatchWriteItem", "Query")
            ),
        ],
    )


def _business(watched: Watched, region: str) -> Iterator[Widget]:
    yield _graph(
        "Reports and breaches",
        region,
        [
            watched.own(name)
            for name in (Metric.REPORTS, Metric.HEARTBEATS, Metric.BREACHED_FOLDERS, Metric.STUCK_FILES)
        ],
    )
    yield _graph(
        "Records written, unprocessed items sent again",
        region,
        [watched.own(name) for name in (Metric.RECORDS_WRITTEN, Metric.UNPROCESSED_RETRIED)],
    )
    yield _every("Rejected reports by reason", watched, region, Metric.REJECTED_REPORTS, Dimension.REASON)
    yield _every("Sign-ins by outcome", watched, region, Metric.SIGN_INS, Dimension.OUTCOME)


def _graph(title: str, region: str, metrics: Sequence[MetricRef]) -> Widget:
    rows: list[list[Any]] = [
        [
            metric.namespace,
            metric.name,
            *(part for pair in metric.dimensions.items() for part in pair),
            {"stat": metric.statistic},
        ]
        for metric in metrics
    ]
    return _widget(title, region, rows)


def _every(title: str, watched: Watched, region: str, name: str, *dimensions: str) -> Widget:
    """One line for each combination of values that the dimensions ever had."""
    # Quoted: the namespace has hyphens (CloudWatch search expression syntax).
    schema = ",".join(f'"{part}"' for part in (watched.namespace, *dimensions))
    search = f"SEARCH('{{{schema}}} MetricName=\"{name}\"', 'Sum', {_PERIOD_SECONDS})"
    return _widget(title, region, [[{"expression": search, "id": "found"}]])


def _widget(title: str, region: str, metrics: list[list[Any]]) -> Widget:
    return {
        "type": "metric",
        "properties": {
            "title": title,
            "region": region,
            "view": "timeSeries",
            "stacked": False,
            "period": _PERIOD_SECONDS,
            "metrics": metrics,
        },
    }


def _placed(widgets: Sequence[Widget]) -> list[Widget]:
    per_row = COLUMNS // _WIDTH
    return [
        {
            **widget,
            "x": (position % per_row) * _WIDTH,
            "y": (position // per_row) * _HEIGHT,
            "width": _WIDTH,
            "height": _HEIGHT,
        }
        for position, widget in enumerate(widgets)
    ]
