"""What a function runs with: its environment variables, which the program sets, its log and its metrics.

Neither log nor metrics ever hold a body, a header or a token.
"""

import os
from dataclasses import dataclass
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


def _read_retention() -> timedelta | None:
    days = int(_required(Variable.RETENTION_DAYS))
    return timedelta(days=days) if days else None


def allowed_origin() -> str:
    """The origin that browsers may call from, `*` for any."""
    return _required(Variable.ALLOWED_ORIGIN)


@dataclass(frozen=True)
class AuthEnvironment:
    """What AuthLambda needs to know."""

    user_pool_id: str
    client_id: str
    client_secret_id: str

    @classmethod
    def read(cls) -> Self:
        """Raises `RuntimeError` naming the variable that is missing."""
        return cls(
            user_pool_id=_required(Variable.USER_POOL_ID),
            client_id=_required(Variable.USER_POOL_CLIENT_ID),
            client_secret_id=_required(Variable.CLIENT_SECRET_ID),
        )


@dataclass(frozen=True)
class IngestEnvironment:
    """What FileSlaErrorLambda needs to know."""

    table_name: str
    runs_table_name: str
    client_id: str
    """The app client whose tokens are accepted."""
    retention: timedelta | None
    """How long a record is kept; None for good."""
    run_retention: timedelta
    """How long a run is kept."""

    @classmethod
    def read(cls) -> Self:
        """Raises `RuntimeError` naming the variable that is missing."""
        return cls(
            table_name=_required(Variable.TABLE_NAME),
            runs_table_name=_required(Variable.RUNS_TABLE_NAME),
            client_id=_required(Variable.USER_POOL_CLIENT_ID),
            retention=_read_retention(),
            run_retention=timedelta(days=int(_required(Variable.RUN_RETENTION_DAYS))),
        )


@dataclass(frozen=True)
class MessagesEnvironment:
    """What the function that notifies owners needs to know."""

    table_name: str
    senders_table_name: str
    incidents_table_name: str
    notifications_table_name: str
    retention: timedelta | None
    """How long an incident is kept after it ended; None for good."""
    webhooks_secret_id: str
    """The secret with the addresses of webhooks; empty if there are none."""
    mail_from: str
    """The sender of mails; empty if SES is not used."""
    owner_topics_prefix: str
    """How the ARN of each owner's topic begins; empty if there are none."""
    dashboard_url: str
    """Where links lead; empty for no links."""
    docs_url: str

    @classmethod
    def read(cls) -> Self:
        """Raises `RuntimeError` naming the variable that is missing."""
        return cls(
            table_name=_required(Variable.TABLE_NAME),
            senders_table_name=_required(Variable.SENDERS_TABLE_NAME),
            incidents_table_name=_required(Variable.INCIDENTS_TABLE_NAME),
            notifications_table_name=_required(Variable.NOTIFICATIONS_TABLE_NAME),
            retention=_read_retention(),
            webhooks_secret_id=os.environ.get(Variable.WEBHOOKS_SECRET_ID, ""),
            mail_from=os.environ.get(Variable.MAIL_FROM, ""),
            owner_topics_prefix=os.environ.get(Variable.OWNER_TOPICS_PREFIX, ""),
            dashboard_url=os.environ.get(Variable.DASHBOARD_URL, ""),
            docs_url=os.environ.get(Variable.DOCS_URL, ""),
        )


@dataclass(frozen=True)
class ProjectionEnvironment:
    """What IncidentLambda needs to know."""

    runs_table_name: str
    senders_table_name: str
    incidents_table_name: str
    retention: timedelta | None
    """How long an incident is kept after it ended; None for good."""
    dead_letters_url: str
    """The queue for the keys of runs that could not be applied."""

    @classmethod
    def read(cls) -> Self:
        """Raises `RuntimeError` naming the variable that is missing."""
        return cls(
            runs_table_name=_required(Variable.RUNS_TABLE_NAME),
            senders_table_name=_required(Variable.SENDERS_TABLE_NAME),
            incidents_table_name=_required(Variable.INCIDENTS_TABLE_NAME),
            retention=_read_retention(),
            dead_letters_url=_required(Variable.DEAD_LETTERS_URL),
        )


@dataclass(frozen=True)
class ActionEnvironment:
    """What IncidentActionLambda needs to know."""

    client_id: str
    """The app client whose tokens are accepted."""
    senders_table_name: str
    incidents_table_name: str
    retention: timedelta | None
    """How long an incident is kept after it ended; None for good."""

    @classmethod
    def read(cls) -> Self:
        """Raises `RuntimeError` naming the variable that is missing."""
        return cls(
            client_id=_required(Variable.USER_POOL_CLIENT_ID),
            senders_table_name=_required(Variable.SENDERS_TABLE_NAME),
            incidents_table_name=_required(Variable.INCIDENTS_TABLE_NAME),
            retention=_read_retention(),
        )


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
