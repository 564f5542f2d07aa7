"""A Lambda function with all that belongs to it alone, and the schedule that invokes one every minute."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import pulumi
import pulumi_aws as aws

from components.encryption import Base
from components.functions.packages import build_package
from components.policies import Allow, build_identity_policy, build_service_trust
from components.settings import Settings
from contract.names import SWEEP, Variable

_RETRIES: Final = 2
_MAX_AGE_SECONDS: Final = 60
"""The least that AWS accepts. After a minute, the next sweep does the work of a failed one."""


@dataclass(frozen=True, kw_only=True)
class FunctionArgs:
    """What one function does, needs and may do."""

    base: Base
    name: str
    """Its module in `handlers`, with hyphens."""
    role: str = ""
    """What its role is named after; empty for its own name."""
    description: str
    timeout_seconds: int
    environment: Mapping[str, pulumi.Input[str]]
    """Its variables; log level and metrics namespace are added."""
    permissions: Sequence[Allow]
    """What it may do; writing its own log, and traces where they are on, is added."""
    ready: Sequence[pulumi.Resource] = ()
    """Resources that must exist before it runs."""
    data: Mapping[str, str] = field(default_factory=dict)
    """Texts of files at the root of its package, by name."""


class Function(pulumi.ComponentResource):
    """A Lambda function with a role, a log group and permissions of its own.

    Exposes `function_name`, `arn`, and `invoke_arn` for the gateway.
    """

    def __init__(self, name: str, args: FunctionArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("file-sla:functions:Function", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        settings = args.base.settings
        function_name = settings.function_name(args.name)
        package = build_package(args.name, settings.function_target, args.data)

        self.log_group = aws.cloudwatch.LogGroup(
            f"{name}-log",
            name=f"/aws/lambda/{function_name}",
            retention_in_days=settings.log_retention_days,
            kms_key_id=args.base.key,
            opts=child,
        )
        self.role = aws.iam.Role(
            f"{name}-role",
            name=f"{settings.function_name(args.role or args.name)}-{settings.region}",
            description=f"What {function_name} may do.",
            assume_role_policy=build_service_trust("lambda.amazonaws.com"),
            opts=child,
        )
        streams = pulumi.Output.concat(self.log_group.arn, ":*")
        allowed = [Allow(["logs:CreateLogStream", "logs:PutLogEvents"], [streams]), *args.permissions]
        if settings.x_ray_tracing:
            # X-Ray has no narrower resource for these.
            allowed.append(Allow(["xray:PutTelemetryRecords", "xray:PutTraceSegments"], ["*"]))
        permissions = aws.iam.RolePolicy(
            f"{name}-permissions", role=self.role.id, policy=build_identity_policy(*allowed), opts=child
        )
        self.function = aws.lambda_.Function(
            f"{name}-function",
            name=function_name,
            description=args.description,
            handler=f"handlers.{args.name.replace('-', '_')}.handler",
            code=pulumi.FileArchive(str(package.path)),
            runtime=package.runtime,
            architectures=[package.architecture],
            memory_size=settings.function_memory_mb,
            timeout=args.timeout_seconds,
            # Stated whether on or off: left out, what is on stays on.
            tracing_config=aws.lambda_.FunctionTracingConfigArgs(
                mode="Active" if settings.x_ray_tracing else "PassThrough"
            ),
            role=self.role.arn,
            environment=aws.lambda_.FunctionEnvironmentArgs(
                variables={
                    Variable.LOG_LEVEL: "INFO",
                    Variable.METRICS_NAMESPACE: settings.metrics_namespace,
                    **args.environment,
                }
            ),
            logging_config={"log_format": "JSON", "log_group": self.log_group.name},
            # A function that starts before it has its permissions would fail its first requests.
            opts=pulumi.ResourceOptions(parent=self, depends_on=[permissions, *args.ready]),
        )

        self.function_name: pulumi.Output[str] = self.function.name
        self.arn: pulumi.Output[str] = self.function.arn
        self.invoke_arn: pulumi.Output[str] = self.function.invoke_arn
        self.register_outputs({"function_name": self.function_name, "arn": self.arn})


@dataclass(frozen=True, kw_only=True)
class SweepArgs:
    """Which function is invoked, and what for."""

    settings: Settings
    function: Function
    role: str
    """What its role is named after."""
    description: str


class Sweep(pulumi.ComponentResource):
    """An EventBridge schedule that invokes a function every minute, and a role that may invoke it alone.

    The schedule has the component's name, and a group of its own: so the role can distinguish it from every
    other schedule.
    """

    def __init__(self, name: str, args: SweepArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("file-sla:functions:Sweep", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        schedule_name = f"{args.settings.prefix}-{name}"
        group = aws.scheduler.ScheduleGroup(f"{name}-group", name=schedule_name, opts=child)
        role = aws.iam.Role(
            f"{name}-role",
            name=f"{args.settings.prefix}-{args.role}-{args.settings.region}",
            description=f"Lets {schedule_name} invoke its function.",
            assume_role_policy=build_service_trust("scheduler.amazonaws.com", group.arn),
            opts=child,
        )
        permissions = aws.iam.RolePolicy(
            f"{name}-permissions",
            role=role.id,
            policy=build_identity_policy(Allow(["lambda:InvokeFunction"], [args.function.arn])),
            opts=child,
        )
        # Lambda does not retry a sweep that fails: the next one comes within a minute.
        aws.lambda_.FunctionEventInvokeConfig(
            f"{name}-invocations",
            function_name=args.function.function_name,
            maximum_retry_attempts=0,
            maximum_event_age_in_seconds=_MAX_AGE_SECONDS,
            opts=child,
        )
        aws.scheduler.Schedule(
            f"{name}-schedule",
            name=schedule_name,
            group_name=group.name,
            description=args.description,
            schedule_expression="rate(1 minute)",
            state="ENABLED",
            flexible_time_window={"mode": "OFF"},
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
