"""MessagesLambda: tells owners of what is stuck, and of its end.

Invoked every minute by a schedule. Each time it works out anew what there is to say, by what is so and by
what was said last; nothing is handed to it.
"""

import os
from datetime import UTC, datetime
from functools import cache
from typing import Any, Final

from aws_lambda_powertools.metrics import MetricUnit
from botocore.config import Config
from botocore.session import Session

from contract.metrics import Metric
from contract.owners.model import SHIPPED_NAME, read_shipped_owners
from handlers.notifications.delivery import WebhookAddresses
from handlers.notifications.recipients import RecipientStore
from handlers.notifications.sending import Media, SweepResult, Targets
from handlers.notifications.situation import Rows, SituationReader
from handlers.notifications.sweep import NotificationSweep
from handlers.runtime import MessagesEnvironment, count, logger, metrics

TABLES: Final = Config(
    connect_timeout=2, read_timeout=5, retries={"mode": "standard", "total_max_attempts": 4},
    max_pool_connections=16,
)  # fmt: skip
SERVICES: Final = Config(
    # What fails here is tried again by the rules, in minutes.
    connect_timeout=3, read_timeout=10, retries={"mode": "standard", "total_max_attempts": 2},
)  # fmt: skip
RESERVE_SECONDS: Final = 10.0
"""Kept back from the function's time for what it says of the sweep."""


class NotificationSweepError(Exception):
    """Something went wrong that should not, and is in the log: the function has failed, to be noticed."""


@cache
def _sweep() -> NotificationSweep:
    environment, session = MessagesEnvironment.read(), Session()
    owners = read_shipped_owners()
    if owners is None:
        raise RuntimeError(f"the package has no {SHIPPED_NAME}: nobody can be told anything")
    client: Any = session.create_client("dynamodb", config=TABLES)
    webhooks = WebhookAddresses(lambda: _read_secret(session, environment.webhooks_secret_id))
    senders, incidents = environment.senders_table_name, environment.incidents_table_name
    return NotificationSweep(
        client=client,
        errors_table=environment.table_name,
        incidents_table=incidents,
        owners=owners,
        reader=SituationReader(client, senders, incidents, Rows(owners)),
        store=RecipientStore(client, environment.messages_table_name),
        channels=Media(
            mail=cache(lambda: session.create_client("sesv2", config=SERVICES)),
            topics=cache(lambda: session.create_client("sns", config=SERVICES)),
            webhooks=webhooks,
            mail_from=environment.mail_from,
            owner_topics_prefix=environment.owner_topics_prefix,
        ),
        targets=Targets(webhooks, environment.mail_from),
        dashboard_url=environment.dashboard_url,
        docs_url=environment.docs_url,
        retention=environment.retention,
        clock=lambda: datetime.now(UTC),
    )


def _read_secret(session: Session, secret_id: str) -> str:
    if not secret_id:
        return ""
    client: Any = session.create_client("secretsmanager", config=SERVICES)
    return str(client.get_secret_value(SecretId=secret_id)["SecretString"])


if "AWS_LAMBDA_FUNCTION_NAME" in os.environ:
    # Made while Lambda starts the environment, not in the first sweep.
    _sweep()


def handler(event: dict[str, Any], context: Any) -> None:  # noqa: ARG001 - Lambda's signature
    """The sweep.

    Raises:
        botocore.exceptions.ClientError: a table cannot be read; the next sweep tries again.
        SweepError: somebody could not be told for a reason that no retry mends.
    """
    metrics.clear_metrics()
    try:
        outcome = _sweep().run(lambda: context.get_remaining_time_in_millis() / 1000 - RESERVE_SECONDS)
        _publish(outcome)
    finally:
        if metrics.metric_set:
            metrics.flush_metrics()
    if outcome.faults:
        raise NotificationSweepError(f"{outcome.faults} faults, each in the log above")


def _publish(outcome: SweepResult) -> None:
    count(Metric.MESSAGES_SWEPT, outcome.recipients)
    count(Metric.CHANNELS_DISABLED, outcome.disabled)
    # What seldom happens is published when it does.
    seldom = {
        Metric.MESSAGES_DELIVERED: outcome.delivered,
        Metric.MESSAGES_FAILED: outcome.failed,
        Metric.MESSAGES_DEAD: outcome.dead,
    }
    for metric, value in seldom.items():
        if value:
            count(metric, value)
    if outcome.delays:
        metrics.add_metric(Metric.MESSAGE_DELAY, MetricUnit.Seconds, max(outcome.delays).total_seconds())
    if outcome.delivered or outcome.failed:
        logger.info("swept", extra={"delivered": outcome.delivered, "failed": outcome.failed})
