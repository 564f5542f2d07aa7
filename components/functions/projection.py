"""IncidentLambda, what invokes it (the stream of runs, and time), and its dead letters."""

from typing import Final

import pulumi
import pulumi_aws as aws

from components.encryption import Base
from components.functions.function import Function, FunctionArgs, Sweep, SweepArgs
from components.policies import Allow
from components.tables import Tables
from contract.names import PROJECTION, Variable
from store.incidents import IncidentIndex
from store.maintenance import PARTITION as MAINTENANCE
from store.senders import SenderIndex

TIMEOUT_SECONDS: Final = 5 * 60
_MAX_AGE_SECONDS: Final = 12 * 60 * 60
"""A stream keeps a record for 24 hours. Given up after half of them, it can still be read by hand."""
_KEPT_SECONDS: Final = 14 * 24 * 60 * 60
"""The longest that SQS keeps a message."""
_KEEPING: Final = ("GetItem", "Query", "PutItem", "UpdateItem", "DeleteItem")
"""A transaction needs the permissions for what it does to each item, and none of its own."""


class DeadLetters(pulumi.ComponentResource):
    """An SQS queue of runs that could not be applied. Only people empty it.

    Exposes `url` and `arn`, and a permission for a function: `allow_send`.
    """

    def __init__(self, name: str, base: Base, opts: pulumi.ResourceOptions) -> None:
        super().__init__("file-sla:functions:DeadLetters", name, None, opts)
        queue = aws.sqs.Queue(
            f"{name}-queue",
            name=base.settings.dead_letters_name,
            message_retention_seconds=_KEPT_SECONDS,
            kms_master_key_id=base.key,
            # Stated unless there is a key: SQS refuses both at once.
            sqs_managed_sse_enabled=True if base.key is None else None,
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.url: pulumi.Output[str] = queue.url
        self.arn: pulumi.Output[str] = queue.arn
        self.register_outputs({"url": self.url})

    def allow_send(self) -> Allow:
        """Allows adding messages, and neither reading nor removing any."""
        return Allow(["sqs:SendMessage"], [self.arn])


class IncidentProjection(pulumi.ComponentResource):
    """The function that updates senders and incidents, its two triggers, and its dead letters."""

    def __init__(
        self, name: str, base: Base, tables: Tables, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("file-sla:functions:IncidentProjection", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        settings = base.settings
        dead_letters = DeadLetters("dead-letters", base, child)
        function = Function(
            PROJECTION,
            FunctionArgs(
                base=base,
                name=PROJECTION,
                # Named after the whole function, the role of the longest stack would be too long for IAM.
                role="projection",
                description="Updates senders and incidents by each run, and as time passes.",
                timeout_seconds=TIMEOUT_SECONDS,
                environment={
                    Variable.RUNS_TABLE_NAME: tables.runs.table_name,
                    Variable.SENDERS_TABLE_NAME: tables.senders.table_name,
                    Variable.INCIDENTS_TABLE_NAME: tables.incidents.table_name,
                    Variable.NOTIFICATIONS_TABLE_NAME: tables.notifications.table_name,
                    Variable.RETENTION_DAYS: str(settings.retention_days),
                    Variable.DEAD_LETTERS_URL: dead_letters.url,
                    Variable.SENDER_INCIDENT_LIMIT: str(settings.sender_incident_limit),
                    Variable.ACCOUNT_INCIDENT_LIMIT: str(settings.account_incident_limit),
                    Variable.NEW_SENDER_LIMIT: str(settings.new_sender_limit),
                },
                permissions=[
                    *tables.runs.allow_stream(),
                    tables.runs.allow("Query"),
                    # Many incidents change in several transactions, each on condition that their sender has
                    # not changed.
                    tables.senders.allow(*_KEEPING, "ConditionCheckItem"),
                    tables.senders.allow_query(SenderIndex.STATE, SenderIndex.NEXT_CHECK),
                    tables.incidents.allow(*_KEEPING),
                    tables.incidents.allow_query(IncidentIndex.LATEST, IncidentIndex.LIVE),
                    tables.notifications.allow_partition(MAINTENANCE, "Query"),
                    dead_letters.allow_send(),
                ],
                data=settings.shipped_owners,
            ),
            child,
        )
        aws.lambda_.EventSourceMapping(
            f"{name}-runs",
            function_name=function.function_name,
            event_source_arn=tables.runs.stream_arn,
            starting_position="TRIM_HORIZON",
            enabled=True,
            batch_size=100,
            # Gathers what arrives together, when the scripts of many servers start at the full hour.
            maximum_batching_window_in_seconds=1,
            parallelization_factor=1,
            # Bisecting isolates a failing run. It is retried until it is too old, because AWS outages end.
            bisect_batch_on_function_error=True,
            maximum_retry_attempts=-1,
            maximum_record_age_in_seconds=_MAX_AGE_SECONDS,
            destination_config=aws.lambda_.EventSourceMappingDestinationConfigArgs(
                on_failure=aws.lambda_.EventSourceMappingDestinationConfigOnFailureArgs(
                    destination_arn=dead_letters.arn
                )
            ),
            opts=child,
        )
        Sweep(
            "sweep",
            SweepArgs(
                settings=settings,
                function=function,
                role="sweep",
                description="Checks what changes about senders and incidents as time passes.",
            ),
            child,
        )
        self.register_outputs({})
