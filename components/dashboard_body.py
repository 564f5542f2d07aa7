"""The CloudWatch dashboard of the service, in CloudWatch's JSON."""

from collections.abc import Sequence
from typing import Any

import pulumi

from components.alarms import MetricRef, Watched
from handlers.names import Index, Metric

COLUMNS = 24
"""The width of a CloudWatch dashboard, in grid units."""
_WIDTH, _HEIGHT = COLUMNS // 2, 6


def dashboard_body(
    watched: Watched, namespace: str, region: str, alarm_arns: Sequence[pulumi.Input[str]]
) -> pulumi.Output[str]:
    """The dashboard's body: usage, statuses, latency, functions, table, breaches, alarms."""
    percentiles = ("p50", "p95", "p99")
    graphs = [
        _graph("Requests", region, [watched.method(route, "Count", "Sum") for route in watched.routes]),
        _graph("Status codes", region, [watched.api(name) for name in ("Count", "4XXError", "5XXError")]),
        *(
            _graph(
                f"Latency of /{route}, ms",
                region,
                [watched.method(route, "Latency", percentile) for percentile in percentiles],
            )
            for route in watched.routes
        ),
        _graph(
            "Functions: invocations, errors, throttles",
            region,
            [
                watched.function(key, name)
                for key in watched.function_names
                for name in ("Invocations", "Errors", "Throttles")
            ],
        ),
        _graph(
            "Functions: duration p95, ms",
            region,
            [watched.function(key, "Duration", "p95") for key in watched.function_names],
        ),
        _graph(
            "Table: consumed write units",
            region,
            [
                watched.table("ConsumedWriteCapacityUnits", index)
                for index in (None, Index.AFFECTED_DATE, Index.FOLDER)
            ],
        ),
        _graph(
            "Breaches reported",
            region,
            [
                MetricRef(namespace=namespace, name=name, dimensions={}, statistic="Sum")
                for name in (Metric.REPORTS, Metric.HEARTBEATS, Metric.BREACHED_FOLDERS, Metric.STUCK_FILES)
            ],
        ),
    ]
    alarms = {"type": "alarm", "properties": {"title": "Alarms", "alarms": list(alarm_arns)}}
    return pulumi.Output.json_dumps({"widgets": _placed([*graphs, alarms])}, sort_keys=True)


def _graph(title: str, region: str, metrics: Sequence[MetricRef]) -> dict[str, Any]:
    return {
        "type": "metric",
        "properties": {
            "title": title,
            "region": region,
            "view": "timeSeries",
            "stacked": False,
            "period": 300,
            "metrics": [
                [
                    metric.namespace,
                    metric.name,
                    *(part for pair in metric.dimensions.items() for part in pair),
                    {"stat": metric.statistic},
                ]
                for metric in metrics
            ],
        },
    }


def _placed(widgets: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
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
