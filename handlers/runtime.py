"""What a function runs with: its environment variables, which the program sets, its log and its metrics.

Neither log nor metrics ever hold a body, a header or a token.
"""

import os
from dataclasses import dataclass, fields
from datetime import timedelta
from typing import Self

from aws_lambda_powertools import Logger, Metrics, single_metric
from aws_lambda_powertools.metrics import MetricUnit

from contract.metrics import Dimension, Metric
from contract.names import SERVICE, Variable

logger = Logger(service=SERVICE)
metrics = Metrics()


def _required(variable: str) -> str:
    value = os.environ.get(variable)
    if not value:
        raise RuntimeError(f"the environment variable {variable} is not set")
    return value


def allowed_origin() -> str:
    """The origin that browsers may call from, `*` for any."""
    return _required(Variable.ALLOWED_ORIGIN)


@dataclass(frozen=True, kw_only=True)
class _Environment:
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


@dataclass(frozen=True, kw_only=True)
class AuthEnvironment(_Environment):
    """What AuthLambda needs to know."""

    user_pool_id: str
    user_pool_client_id: str
    client_secret_id: str


@dataclass(frozen=True, kw_only=True)
class IngestEnvironment(_Environment):
    """What FileSlaErrorLambda needs to know."""

    table_name: str
    runs_table_name: str
    user_pool_client_id: str
    retention: timedelta | None
    run_retention: timedelta
    account_report_limit: int
    """Reports of an account that an instance takes within a minute."""


@dataclass(frozen=True, kw_only=True)
class ActionEnvironment(_Environment):
    """What IncidentActionLambda needs to know."""

    user_pool_client_id: str
    senders_table_name: str
    incidents_table_name: str
    notifications_table_name: str
    retention: timedelta | None


@dataclass(frozen=True, kw_only=True)
class ProjectionEnvironment(_Environment):
    """What IncidentLambda needs to know."""

    runs_table_name: str
    senders_table_name: str
    incidents_table_name: str
    notifications_table_name: str
    retention: timedelta | None
    dead_letters_url: str
    """The queue for the keys of runs that could not be applied."""
    sender_incident_limit: int
    account_incident_limit: int
    new_sender_limit: int


@dataclass(frozen=True, kw_only=True)
class MessagesEnvironment(_Environment):
    """What the function that notifies owners needs to know."""

    table_name: str
    senders_table_name: str
    incidents_table_name: str
    notifications_table_name: str
    retention: timedelta | None
    webhooks_secret_id: str = ""
    """The secret with the addresses of webhooks; empty if there are none."""
    mail_from: str = ""
    """The sender of mails; empty if SES is not used."""
    owner_topics_prefix: str = ""
    """How the ARN of each owner's topic begins; empty if there are none."""
    dashboard_url: str = ""
    """Where links lead; empty for no links."""
    docs_url: str = ""


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
