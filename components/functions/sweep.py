"""A schedule that has a function do, every minute, what time alone makes due."""

import json
from dataclasses import dataclass
from typing import Final

import pulumi
import pulumi_aws as aws

from components.functions.function import Function
from components.specs.policy import Allow, build_identity_policy, build_service_trust
from contract.names import SWEEP

_RETRIES: Final = 2
_MAX_AGE_SECONDS: Final = 60
"""The least that AWS takes. By then, the next sweep does what this one would have done."""


@dataclass(frozen=True, kw_only=True)
class SweepArgs:
    """What is invoked."""

    function: Function
    schedule_name: str
    role_name: str
    description: str
    """What it is for."""


class Sweep(pulumi.ComponentResource):
    """An EventBridge schedule, and a role for it that may invoke this function alone.

    The schedule is in a group of its own, so that the role can tell it from every other schedule.
    """

    def __init__(self, name: str, args: SweepArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("file-sla:functions:Sweep", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        group = aws.scheduler.ScheduleGroup(f"{name}-group", name=args.schedule_name, opts=child)
        role = aws.iam.Role(
            f"{name}-role",
            name=args.role_name,
            description=f"Lets {args.schedule_name} invoke its function.",
            assume_role_policy=build_service_trust("scheduler.amazonaws.com", group.arn),
            opts=child,
        )
        permissions = aws.iam.RolePolicy(
            f"{name}-permissions",
            role=role.id,
            policy=build_identity_policy(Allow(["lambda:InvokeFunction"], [args.function.arn])),
            opts=child,
        )
        # A sweep that fails is not invoked again by Lambda: the next one comes within a minute.
        aws.lambda_.FunctionEventInvokeConfig(
            f"{name}-invocations",
            function_name=args.function.function_name,
            maximum_retry_attempts=0,
            maximum_event_age_in_seconds=_MAX_AGE_SECONDS,
            opts=child,
        )
        aws.scheduler.Schedule(
            f"{name}-schedule",
            name=args.schedule_name,
            group_name=group.name,
            description=args.description,
            schedule_expression="rate(1 minute)",
            state="ENABLED",
            flexible_time_window=aws.scheduler.ScheduleFlexibleTimeWindowArgs(mode="OFF"),
            target=aws.scheduler.ScheduleTargetArgs(
                arn=args.function.arn,
                role_arn=role.arn,
                input=json.dumps(SWEEP),
                retry_policy=aws.scheduler.ScheduleTargetRetryPolicyArgs(
                    maximum_retry_attempts=_RETRIES, maximum_event_age_in_seconds=_MAX_AGE_SECONDS
                ),
            ),
            opts=pulumi.ResourceOptions(parent=self, depends_on=[permissions]),
        )
        self.register_outputs({})
