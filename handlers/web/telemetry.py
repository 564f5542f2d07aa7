"""Structured logs and metrics of a request. Neither ever holds a body, a header or a token."""

from aws_lambda_powertools import Logger, Metrics, single_metric
from aws_lambda_powertools.metrics import MetricUnit

from contract.metrics import Dimension, Metric
from contract.names import SERVICE

logger = Logger(service=SERVICE)
metrics = Metrics()


def count(name: str, value: int = 1) -> None:
    """Adds to a metric without dimensions; it is written with the request's answer."""
    metrics.add_metric(name, MetricUnit.Count, value)


def count_by(name: str, **dimensions: str) -> None:
    """Counts one under the given dimensions, in a line of the log of its own.

    The embedded metric format applies a line's dimensions to every metric of that line.
    """
    with single_metric(name, MetricUnit.Count, 1) as metric:
        for dimension, value in dimensions.items():
            metric.add_dimension(dimension, value)


def count_request(route: str, status: int) -> None:
    """Counts an answered request, and writes every metric the request gathered."""
    count_by(Metric.REQUESTS, **{Dimension.ROUTE: route, Dimension.STATUS_CODE: str(status)})
    if metrics.metric_set:
        metrics.flush_metrics()
