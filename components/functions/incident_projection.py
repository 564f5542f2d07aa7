"""IncidentLambda and what invokes it: the stream of runs, and time."""

from dataclasses import dataclass
from typing import Final

import pulumi
import pulumi_aws as aws

from components.encryption import EncryptionKey
from components.functions.dead_letters import DeadLetters, DeadLettersArgs
from components.functions.function import Function, FunctionArgs
from components.functions.specs.projection_needs import build_projection_needs
from components.functions.sweep import Sweep, SweepArgs
from components.settings import Settings
from components.tables.specs.tables import Tables
from contract.names import PROJECTION

TIMEOUT_SECONDS: Final = 5 * 60
_MAX_AGE_SECONDS: Final = 12 * 60 * 60
"""A stream keeps a record for 24 hours. Given up after half of them, it can still be read by hand."""


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
