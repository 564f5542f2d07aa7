"""The CloudWatch dashboard of the service, in CloudWatch's JSON.

Its structure is that of "Dashboard Body Structure and Syntax" in the CloudWatch API reference.
"""

from collections.abc import Iterator, Sequence
from typing import Any

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
    widgets = [
        {"type": "alarm", "properties": {"title": "Alarms", "alarms": list(alarm_arns)}},
        *_usage(metrics, access_log_name),
        *_latency(metrics),
        *_functions(metrics),
        *_tables(metrics),
        *_business(metrics),
        *_projection(metrics),
        *(_messages(metrics) if metrics.notifies_owners else ()),
    ]
    return pulumi.Output.json_dumps({"widgets": _place(widgets, region)}, sort_keys=True)


def _usage(metrics: StackMetrics, access_log_name: pulumi.Input[str]) -> Iterator[Widget]:
    yield _graph("Requests", [metrics.of_api(GatewayMetric.COUNT, "Sum", route) for route in ROUTES])
    yield _graph(
        "Errors, including those of the gateway itself",
        [metrics.of_api(name) for name in (GatewayMetric.CLIENT_ERRORS, GatewayMetric.SERVER_ERRORS)],
    )
    yield _every(
        "Status codes of the functions", metrics, Metric.REQUESTS, Dimension.ROUTE, Dimension.STATUS_CODE
    )
    yield {
        "type": "log",
        "properties": {
            "title": "Status codes of the whole API",
            "view": "table",
            "query": pulumi.Output.concat(
                "SOURCE '",
                access_log_name,
                "' | stats count(*) as requests by path, status | sort path, status",
            ),
        },
    }


def _latency(metrics: StackMetrics) -> Iterator[Widget]:
    for route in ROUTES:
        yield _graph(
            f"Latency of /{route.path}, ms",
            [
                *(metrics.of_api(GatewayMetric.LATENCY, p, route) for p in ("p50", "p95", "p99")),
                metrics.of_api(GatewayMetric.INTEGRATION_LATENCY, "p95", route),
            ],
        )


def _functions(metrics: StackMetrics) -> Iterator[Widget]:
    yield _graph(
        "Functions: invocations, errors, throttles",
        [
            metrics.of_function(function, name)
            for function in metrics.functions
            for name in (FunctionMetric.INVOCATIONS, FunctionMetric.ERRORS, FunctionMetric.THROTTLES)
        ],
    )
    yield _graph(
        "Functions: duration p95, ms",
        [metrics.of_function(function, FunctionMetric.DURATION, "p95") for function in metrics.functions],
    )
    yield _graph(
        "Functions: concurrent executions",
        [
            metrics.of_function(function, FunctionMetric.CONCURRENT_EXECUTIONS, "Maximum")
            for function in metrics.functions
        ],
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
        yield _graph(
            f"Table of {table.holds}: throttles and system errors",
            [
                *(metrics.of_table(table, TableMetric.WRITE_THROTTLES, index=index) for index in places),
                *(
                    metrics.of_table(table, TableMetric.READ_THROTTLES, index=index)
                    for index in table.queried
                ),
                *(metrics.of_table(table, TableMetric.SYSTEM_ERRORS, operation=one) for one in operations),
            ],
        )


def _business(metrics: StackMetrics) -> Iterator[Widget]:
    yield _graph(
        "Reports and breaches",
        [
            metrics.published(name)
            for name in (Metric.REPORTS, Metric.HEARTBEATS, Metric.BREACHED_FOLDERS, Metric.STUCK_FILES)
        ],
    )
    yield _graph(
        "Records written, unprocessed items retried",
        [metrics.published(name) for name in (Metric.RECORDS_WRITTEN, Metric.UNPROCESSED_RETRIED)],
    )
    yield _every("Rejected reports by reason", metrics, Metric.REJECTED_REPORTS, Dimension.REASON)
    yield _every("Sign-ins by outcome", metrics, Metric.SIGN_INS, Dimension.OUTCOME)
    yield _every("Actions by outcome", metrics, Metric.ACTIONS, Dimension.OUTCOME)
    yield _graph("Maintenance windows made", [metrics.published(Metric.MAINTENANCE_MADE)])


def _projection(metrics: StackMetrics) -> Iterator[Widget]:
    [function] = [function for function in metrics.functions if function.key == PROJECTION]
    yield _graph(
        "Projection: age of the last run of a batch, ms",
        [metrics.of_function(function, FunctionMetric.ITERATOR_AGE, "Maximum")],
    )
    yield _graph(
        "Projection: runs, and senders replayed",
        [
            *(
                metrics.published(name)
                for name in (Metric.RUNS_APPLIED, Metric.RUNS_NOT_APPLIED, Metric.SENDERS_REPLAYED)
            ),
            metrics.of_dead_letters(QueueMetric.VISIBLE_MESSAGES),
        ],
    )
    yield _graph(
        "Incidents",
        [metrics.published(name, "Maximum") for name in (Metric.INCIDENTS_OPEN, Metric.INCIDENTS_UNKNOWN)],
    )
    yield _graph(
        "Silent senders, unreadable folders, and what is set aside or over a limit",
        [
            *(
                metrics.published(name, "Maximum")
                for name in (
                    Metric.SENDERS_SILENT,
                    Metric.FOLDERS_UNREADABLE,
                    Metric.SENDERS_SET_ASIDE,
                    Metric.ACCOUNTS_OVER_LIMIT,
                )
            ),
            metrics.published(Metric.SENDERS_REFUSED),
        ],
    )


def _messages(metrics: StackMetrics) -> Iterator[Widget]:
    yield _graph(
        "Notifications of owners, and disabled channels",
        [
            *(
                metrics.published(name)
                for name in (
                    Metric.NOTIFICATIONS_DELIVERED,
                    Metric.NOTIFICATIONS_FAILED,
                    Metric.NOTIFICATIONS_GIVEN_UP,
                )
            ),
            metrics.published(Metric.CHANNELS_DISABLED, "Maximum"),
        ],
    )
    yield _graph(
        "From the run that opened an incident to its notification, s",
        [metrics.published(Metric.NOTIFICATION_DELAY, statistic) for statistic in ("p50", "Maximum")],
    )


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


def _every(title: str, metrics: StackMetrics, name: str, *dimensions: str) -> Widget:
    """A graph with a line for each combination of values of the dimensions."""
    # Quoted: the namespace has hyphens (CloudWatch search expression syntax).
    schema = ",".join(f'"{part}"' for part in (metrics.namespace, *dimensions))
    search = f"SEARCH('{{{schema}}} MetricName=\"{name}\"', 'Sum', {_PERIOD_SECONDS})"
    return _widget(title, [[{"expression": search, "id": "found"}]])


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
    per_row = COLUMNS // _WIDTH
    placed = []
    for position, widget in enumerate(widgets):
        row, column = divmod(position, per_row)
        its_region = {} if widget["type"] == "alarm" else {"region": region}
        placed.append(
            {
                **widget,
                "properties": widget["properties"] | its_region,
                "x": column * _WIDTH,
                "y": row * _HEIGHT,
                "width": _WIDTH,
                "height": _HEIGHT,
            }
        )
    return placed
