"""The CloudWatch dashboard of the service, in CloudWatch's JSON.

Its structure is that of "Dashboard Body Structure and Syntax" in the CloudWatch API reference.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import pulumi

from components.monitoring.metrics import MetricRef, StackMetrics
from contract.metrics import Dimension, FunctionMetric, GatewayMetric, Metric, QueueMetric, TableMetric
from contract.names import PROJECTION
from contract.routes import ROUTES

COLUMNS = 24
"""The width of a CloudWatch dashboard, in grid units."""
_WIDTH, _HEIGHT = COLUMNS // 2, 6
_PERIOD_SECONDS = 300

Widget = dict[str, Any]


def build_dashboard_body(
    metrics: StackMetrics,
    region: str,
    access_log_name: pulumi.Input[str],
    alarm_arns: Sequence[pulumi.Input[str]],
) -> pulumi.Output[str]:
    """The dashboard's body: alarms, and rows from usage and latency to incidents and notifications."""
    query = pulumi.Output.concat(
        "SOURCE '", access_log_name, "' | stats count(*) as requests by path, status | sort path, status"
    )
    log = {"title": "Status codes of the whole API", "view": "table", "query": query}
    widgets = [
        {"type": "alarm", "properties": {"title": "Alarms", "alarms": list(alarm_arns)}},
        {"type": "log", "properties": log},
        *_api(metrics),
        *_functions(metrics),
        *_tables(metrics),
        *_published(metrics),
    ]
    return pulumi.Output.json_dumps({"widgets": _place(widgets, region)}, sort_keys=True)


def _api(metrics: StackMetrics) -> Iterator[Widget]:
    yield _graph("Requests", [metrics.of_api(GatewayMetric.COUNT, "Sum", route) for route in ROUTES])
    yield _graph(
        "Errors, including those of the gateway itself",
        [metrics.of_api(name) for name in (GatewayMetric.CLIENT_ERRORS, GatewayMetric.SERVER_ERRORS)],
    )
    for route in ROUTES:
        latencies = [metrics.of_api(GatewayMetric.LATENCY, p, route) for p in ("p50", "p95", "p99")]
        integration = metrics.of_api(GatewayMetric.INTEGRATION_LATENCY, "p95", route)
        yield _graph(f"Latency of /{route.path}, ms", [*latencies, integration])


def _functions(metrics: StackMetrics) -> Iterator[Widget]:
    counted = (FunctionMetric.INVOCATIONS, FunctionMetric.ERRORS, FunctionMetric.THROTTLES)
    for title, shown in (
        ("invocations, errors, throttles", [(name, "Sum") for name in counted]),
        ("duration p95, ms", [(FunctionMetric.DURATION, "p95")]),
        ("concurrent executions", [(FunctionMetric.CONCURRENT_EXECUTIONS, "Maximum")]),
    ):
        of_all = [metrics.of_function(one, *metric) for one in metrics.functions for metric in shown]
        yield _graph(f"Functions: {title}", of_all)
    [projection] = [function for function in metrics.functions if function.key == PROJECTION]
    yield _graph(
        "Projection: age of the last run of a batch, ms",
        [metrics.of_function(projection, FunctionMetric.ITERATOR_AGE, "Maximum")],
    )


def _tables(metrics: StackMetrics) -> Iterator[Widget]:
    consumed = (TableMetric.CONSUMED_WRITE_UNITS, TableMetric.CONSUMED_READ_UNITS)
    for table in metrics.tables:
        # The table and each of its indexes has its own throughput.
        places = (None, *table.indexes)
        yield _graph(
            f"Table of {table.holds}: consumed write and read units",
            [metrics.of_table(table, name, index=index) for name in consumed for index in places],
        )
        called = (("BatchWriteItem", table.written_by_reports), ("Query", table.queried))
        operations = [operation for operation, used in called if used]
        throttled = [
            *((TableMetric.WRITE_THROTTLES, index) for index in places),
            *((TableMetric.READ_THROTTLES, index) for index in table.queried),
        ]
        yield _graph(
            f"Table of {table.holds}: throttles and system errors",
            [
                *(metrics.of_table(table, name, index=index) for name, index in throttled),
                *(metrics.of_table(table, TableMetric.SYSTEM_ERRORS, operation=one) for one in operations),
            ],
        )


_PUBLISHED: Final[Mapping[str, Mapping[Metric, Sequence[str]]]] = {
    "Reports and breaches": dict.fromkeys(
        (Metric.REPORTS, Metric.HEARTBEATS, Metric.BREACHED_FOLDERS, Metric.STUCK_FILES), ("Sum",)
    ),
    "Records written, unprocessed items retried": dict.fromkeys(
        (Metric.RECORDS_WRITTEN, Metric.UNPROCESSED_RETRIED), ("Sum",)
    ),
    "Maintenance windows made": {Metric.MAINTENANCE_MADE: ("Sum",)},
    "Projection: runs, and senders replayed": dict.fromkeys(
        (Metric.RUNS_APPLIED, Metric.RUNS_NOT_APPLIED, Metric.SENDERS_REPLAYED), ("Sum",)
    ),
    "Incidents": dict.fromkeys((Metric.INCIDENTS_OPEN, Metric.INCIDENTS_UNKNOWN), ("Maximum",)),
    "Silent senders, unreadable folders, and what is set aside or over a limit": {
        Metric.SENDERS_SILENT: ("Maximum",),
        Metric.FOLDERS_UNREADABLE: ("Maximum",),
        Metric.SENDERS_SET_ASIDE: ("Maximum",),
        Metric.ACCOUNTS_OVER_LIMIT: ("Maximum",),
        Metric.SENDERS_REFUSED: ("Sum",),
    },
}
_OF_OWNERS: Final[Mapping[str, Mapping[Metric, Sequence[str]]]] = {
    "Notifications of owners, and disabled channels": {
        Metric.NOTIFICATIONS_DELIVERED: ("Sum",),
        Metric.NOTIFICATIONS_FAILED: ("Sum",),
        Metric.NOTIFICATIONS_GIVEN_UP: ("Sum",),
        Metric.CHANNELS_DISABLED: ("Maximum",),
    },
    "From the run that opened an incident to its notification, s": {
        Metric.NOTIFICATION_DELAY: ("p50", "Maximum")
    },
}
"""The titles of graphs, with the metrics that functions publish and their statistics."""


def _published(metrics: StackMetrics) -> Iterator[Widget]:
    for title, name, *dimensions in (
        ("Status codes of the functions", Metric.REQUESTS, Dimension.ROUTE, Dimension.STATUS_CODE),
        ("Rejected reports by reason", Metric.REJECTED_REPORTS, Dimension.REASON),
        ("Sign-ins by outcome", Metric.SIGN_INS, Dimension.OUTCOME),
        ("Actions by outcome", Metric.ACTIONS, Dimension.OUTCOME),
    ):
        # A line for each combination of values of the dimensions. Quoted: the namespace has hyphens
        # (CloudWatch search expression syntax).
        schema = ",".join(f'"{part}"' for part in (metrics.namespace, *dimensions))
        search = f"SEARCH('{{{schema}}} MetricName=\"{name}\"', 'Sum', {_PERIOD_SECONDS})"
        yield _widget(title, [[{"expression": search, "id": "found"}]])
    for title, shown in {**_PUBLISHED, **(_OF_OWNERS if metrics.notifies_owners else {})}.items():
        yield _graph(title, [metrics.published(name, one) for name, stats in shown.items() for one in stats])
    yield _graph("Runs that were not applied", [metrics.of_dead_letters(QueueMetric.VISIBLE_MESSAGES)])


def _graph(title: str, shown: Sequence[MetricRef]) -> Widget:
    rows: list[list[Any]] = [
        [
            metric.namespace,
            metric.name,
            *(part for pair in metric.dimensions.items() for part in pair),
            {"stat": metric.statistic},
        ]
        for metric in shown
    ]
    return _widget(title, rows)


def _widget(title: str, metrics: list[list[Any]]) -> Widget:
    return {
        "type": "metric",
        "properties": {
            "title": title,
            "view": "timeSeries",
            "stacked": False,
            "period": _PERIOD_SECONDS,
            "metrics": metrics,
        },
    }


def _place(widgets: Sequence[Widget], region: str) -> list[Widget]:
    """Two widgets a row; those that read metrics or logs read them of the stack's region."""
    placed = []
    for position, widget in enumerate(widgets):
        row, column = divmod(position, COLUMNS // _WIDTH)
        properties = widget["properties"] | ({} if widget["type"] == "alarm" else {"region": region})
        place = {"x": column * _WIDTH, "y": row * _HEIGHT, "width": _WIDTH, "height": _HEIGHT}
        placed.append({**widget, **place, "properties": properties})
    return placed
