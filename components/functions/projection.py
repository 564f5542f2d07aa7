"""IncidentLambda and what invokes it: the stream of runs, and time."""

from dataclasses import dataclass
from typing import Final, Self

import pulumi
import pulumi_aws as aws

from components.checks import ship_owners
from components.encryption import EncryptionKey
from components.functions.function import Function, FunctionArgs, FunctionNeeds, Sweep, SweepArgs
from components.policies import Allow
from components.settings import Settings
from components.tables import Tables
from contract.names import PROJECTION, Variable
from store.incidents import IncidentIndex
from store.senders import SenderIndex

TIMEOUT_SECONDS: Final = 5 * 60
_MAX_AGE_SECONDS: Final = 12 * 60 * 60
"""A stream keeps a record for 24 hours. Given up after half of them, it can still be read by hand."""


_KEPT_SECONDS: Final = 14 * 24 * 60 * 60
"""The longest that SQS keeps a message."""


@dataclass(frozen=True, kw_only=True)
class DeadLettersArgs:
    """What a stack decides about its dead letters."""

    queue_name: str
    key: EncryptionKey | None
    """The KMS key of the queue; one of SQS's own where there is none."""

    @classmethod
    def of(cls, settings: Settings, key: EncryptionKey | None) -> Self:
        """As the stack's settings want it."""
        return cls(queue_name=settings.dead_letters_name, key=key)


class DeadLetters(pulumi.ComponentResource):
    """An SQS queue that nobody empties but the people who are told of it.

    Exposes `queue_name`, `url` and `arn`, and what a function is allowed: `allow_send`.
    """

    def __init__(self, name: str, args: DeadLettersArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("file-sla:functions:DeadLetters", name, None, opts)
        queue = aws.sqs.Queue(
            f"{name}-queue",
            name=args.queue_name,
            message_retention_seconds=_KEPT_SECONDS,
            kms_master_key_id=args.key.arn if args.key else None,
            # Always said, but where there is a key: SQS takes one of the two at a time.
            sqs_managed_sse_enabled=None if args.key else True,
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.queue_name: pulumi.Output[str] = queue.name
        self.url: pulumi.Output[str] = queue.url
        self.arn: pulumi.Output[str] = queue.arn
        self.register_outputs({"url": self.url})

    def allow_send(self) -> Allow:
        """Lets a function add to them, and neither read nor remove any."""
        return Allow(["sqs:SendMessage"], [self.arn])


@dataclass(frozen=True, kw_only=True)
class IncidentProjectionArgs:
    """The configuration, and what the function works with."""

    settings: Settings
    tables: Tables
    key: EncryptionKey | None
    """The KMS key of its log and its dead letters; AWS's own where there is none."""


class IncidentProjection(pulumi.ComponentResource):
    """The function that keeps senders and incidents, its two sources, and its dead letters.

    Exposes `function` and `dead_letters`.
    """

    def __init__(
        self, name: str, args: IncidentProjectionArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("file-sla:functions:IncidentProjection", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        settings = args.settings
        self.dead_letters = DeadLetters("dead-letters", DeadLettersArgs.of(settings, args.key), child)
        self.function = Function(
            PROJECTION,
            FunctionArgs.of(
                settings,
                args.key,
                build_projection_needs(settings, args.tables, self.dead_letters),
                name=PROJECTION,
                # With its whole name, the longest stack's in the longest region would be too long for IAM.
                role="projection",
                timeout_seconds=TIMEOUT_SECONDS,
            ),
            child,
        )
        aws.lambda_.EventSourceMapping(
            f"{name}-runs",
            function_name=self.function.function_name,
            event_source_arn=args.tables.runs.stream_arn,
            starting_position="TRIM_HORIZON",
            enabled=True,
            batch_size=100,
            # Gathers what arrives together, when the scripts of many servers start at the full hour.
            maximum_batching_window_in_seconds=1,
            parallelization_factor=1,
            # One run that makes the function fail holds up no more than itself. It is tried until it is too
            # old, not so and so often: what fails is a service that comes back.
            bisect_batch_on_function_error=True,
            maximum_retry_attempts=-1,
            maximum_record_age_in_seconds=_MAX_AGE_SECONDS,
            destination_config=aws.lambda_.EventSourceMappingDestinationConfigArgs(
                on_failure=aws.lambda_.EventSourceMappingDestinationConfigOnFailureArgs(
                    destination_arn=self.dead_letters.arn
                )
            ),
            opts=child,
        )
        Sweep(
            "sweep",
            SweepArgs(
                function=self.function,
                schedule_name=f"{settings.prefix}-sweep",
                role_name=f"{settings.prefix}-sweep-{settings.region}",
                description="Has what time alone changes about senders and incidents looked at.",
            ),
            child,
        )
        self.register_outputs({})


_KEEPING = ("GetItem", "Query", "PutItem", "UpdateItem", "DeleteItem")
"""A transaction needs no permission of its own, but those for what it does to each item."""


def build_projection_needs(settings: Settings, tables: Tables, dead_letters: DeadLetters) -> FunctionNeeds:
    """The needs of IncidentLambda."""
    return FunctionNeeds(
        description="Keeps senders and incidents as their runs and time make them.",
        environment={
            Variable.RUNS_TABLE_NAME: tables.runs.table_name,
            Variable.SENDERS_TABLE_NAME: tables.senders.table_name,
            Variable.INCIDENTS_TABLE_NAME: tables.incidents.table_name,
            Variable.RETENTION_DAYS: str(settings.retention_days),
            Variable.DEAD_LETTERS_URL: dead_letters.url,
        },
        permissions=[
            *tables.runs.allow_stream(),
            tables.runs.allow("Query"),
            # A change of many incidents goes in parts, each on condition that its sender is as it was.
            tables.senders.allow(*_KEEPING, "ConditionCheckItem"),
            tables.senders.allow_query(SenderIndex.STATE, SenderIndex.WAKE),
            tables.incidents.allow(*_KEEPING),
            tables.incidents.allow_query(IncidentIndex.LATEST, IncidentIndex.LIVE),
            dead_letters.allow_send(),
        ],
        data=ship_owners(settings.owners),
    )
