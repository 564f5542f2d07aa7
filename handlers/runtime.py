"""What a function runs with: its environment variables, which the program sets, its log and its metrics.

Neither log nor metrics ever hold a body, a header or a token.
"""

import gc
import os
from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import timedelta
from typing import Self

from aws_lambda_powertools import Logger, Metrics, single_metric
from aws_lambda_powertools.metrics import MetricUnit

from contract.metrics import Dimension, Metric
from contract.names import SERVICE, Variable

logger = Logger(service=SERVICE)
metrics = Metrics()


def make_ahead(make: Callable[[], object]) -> None:
    """Has a function's parts made while Lambda starts it, not while the first caller waits."""
    if "AWS_LAMBDA_FUNCTION_NAME" in os.environ:
        # What was imported and is made here stays: to search it for garbage would be a tenth of a cold start.
        gc.disable()
        make()
        gc.freeze()
        gc.enable()


def _required(variable: str) -> str:
    value = os.environ.get(variable)
    if not value:
        raise RuntimeError(f"the environment variable {variable} is not set")
    return value


def allowed_origin() -> str:
    """The origin that browsers may call from, `*` for any."""
    return _required(Variable.ALLOWED_ORIGIN)


@dataclass(frozen=True, kw_only=True)
class Environment:
    """Each field is the variable of its name, a limit a number, a retention given in days; None for good.

    `user_pool_client_id` is the app client whose tokens are accepted, and `retention` is how long records and
    ended incidents are kept.
    """

    @classmethod
    def read(cls) -> Self:
        """Raises `RuntimeError` naming the variable that is missing."""
        return cls(**{one.name: _read(one.name, optional=one.default == "") for one in fields(cls)})


def _read(name: str, *, optional: bool) -> str | int | timedelta | None:
    if name.endswith("limit"):
        return int(_required(Variable(name.upper())))
    if name.endswith("retention"):
        days = int(_required(Variable(f"{name.upper()}_DAYS")))
        return timedelta(days=days) if days else None
    variable = Variable(name.upper())
    return os.environ.get(variable, "") if optional else _required(variable)


def count(name: str, value: int = 1) -> None:
    """Adds to a metric without dimensions, which is written with the request's answer."""
    metrics.add_metric(name, MetricUnit.Count, value)


def count_by(name: str, **dimensions: str) -> None:
    """Counts one under the given dimensions, in its own line of the log.

    The embedded metric format applies a line's dimensions to every metric of that line.
    """
    with single_metric(name, MetricUnit.Count, 1) as metric:
        for dimension, value in dimensions.items():
            metric.add_dimension(dimension, value)


def count_request(route: str, status: int) -> None:
    """Counts an answered request, and writes every metric of the request."""
    count_by(Metric.REQUESTS, **{Dimension.ROUTE: route, Dimension.STATUS_CODE: str(status)})
    if metrics.metric_set:
        metrics.flush_metrics()
