"""NotificationsLambda: notifies owners of what is stuck, and of its end.

Invoked every minute by a schedule. Each time it works out anew what is due, from the current state and from
what each recipient was last sent.
"""

from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import Any, Final

from aws_lambda_powertools.metrics import MetricUnit
from botocore.config import Config
from botocore.session import Session

from contract.metrics import Metric
from contract.moments import utc_now
from contract.names import TEST_OWNER
from contract.owners.model import SHIPPED_NAME, read_shipped_owners
from handlers.notifications.delivery import Webhooks
from handlers.notifications.sending import Media, NotificationSweep, SweepResult
from handlers.runtime import Environment, count, logger, make_ahead, metrics
from store.notifications import RecipientTable

TABLES: Final = Config(
    connect_timeout=2, read_timeout=5, retries={"mode": "standard", "total_max_attempts": 4},
    max_pool_connections=16,
)  # fmt: skip
SERVICES: Final = Config(
    # The rules retry what fails here, in minutes.
    connect_timeout=3, read_timeout=10, retries={"mode": "standard", "total_max_attempts": 2},
)  # fmt: skip
RESERVE_SECONDS: Final = 10.0
"""Kept back from the function's time, for metrics and logs of the sweep."""


@dataclass(frozen=True, kw_only=True)
class MessagesEnvironment(Environment):
    """What NotificationsLambda needs to know."""

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


class NotificationSweepError(Exception):
    """Errors that should not happen are in the log. The function fails, so that an alarm goes off."""


@cache
def _sweep() -> NotificationSweep:
    environment, session = MessagesEnvironment.read(), Session()
    owners = read_shipped_owners()
    if owners is None:
        raise RuntimeError(f"the package has no {SHIPPED_NAME}: nobody can be notified")
    client: Any = session.create_client("dynamodb", config=TABLES)
    ses: Any = session.create_client("sesv2", config=SERVICES) if environment.mail_from else None
    return NotificationSweep(
        client=client,
        errors_table=environment.table_name,
        senders_table=environment.senders_table_name,
        incidents_table=environment.incidents_table_name,
        owners=owners,
        recipients=RecipientTable(client, environment.notifications_table_name),
        media=Media(
            Webhooks(lambda: _read_secret(session, environment.webhooks_secret_id)),
            ses=ses,
            topics=session.create_client("sns", config=SERVICES),
            mail_from=environment.mail_from,
            owner_topics_prefix=environment.owner_topics_prefix,
        ),
        dashboard_url=environment.dashboard_url,
        docs_url=environment.docs_url,
        retention=environment.retention,
        clock=utc_now,
    )


def _read_secret(session: Session, secret_id: str) -> str:
    if not secret_id:
        return ""
    client: Any = session.create_client("secretsmanager", config=SERVICES)
    return str(client.get_secret_value(SecretId=secret_id)["SecretString"])


make_ahead(_sweep)


def handler(event: dict[str, Any], context: Any) -> list[dict[str, str]] | None:
    """Sends what is due; or, where the event names an owner, a test over each of the owner's channels.

    Raises:
        botocore.exceptions.ClientError: a table cannot be read; the next sweep tries again.
        NotificationSweepError: somebody could not be notified, for a reason that no retry fixes.
    """
    if owner := event.get(TEST_OWNER):
        return _sweep().test(str(owner))
    metrics.clear_metrics()
    try:
        result = _sweep().run(lambda: context.get_remaining_time_in_millis() / 1000 - RESERVE_SECONDS)
        _publish(result)
    finally:
        if metrics.metric_set:
            metrics.flush_metrics()
    if result.faults:
        raise NotificationSweepError(f"{result.faults} faults, each in the log above")
    return None


def _publish(result: SweepResult) -> None:
    count(Metric.RECIPIENTS_CHECKED, result.recipients)
    count(Metric.CHANNELS_DISABLED, result.disabled)
    # Published only when they happen.
    rare = {
        Metric.NOTIFICATIONS_DELIVERED: result.delivered,
        Metric.NOTIFICATIONS_FAILED: result.failed,
        Metric.NOTIFICATIONS_GIVEN_UP: result.given_up,
    }
    for metric, value in rare.items():
        if value:
            count(metric, value)
    if result.delays:
        metrics.add_metric(Metric.NOTIFICATION_DELAY, MetricUnit.Seconds, max(result.delays).total_seconds())
    if result.delivered or result.failed:
        logger.info("swept", extra={"delivered": result.delivered, "failed": result.failed})
