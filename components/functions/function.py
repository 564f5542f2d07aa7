"""What tells the needs of one function from those of the others."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Self

import pulumi
import pulumi_aws as aws

from components.encryption import EncryptionKey
from components.functions.packages import Package, build_package
from components.policies import Allow, build_identity_policy, build_service_trust
from components.settings import Settings
from contract.names import SWEEP, Variable


@dataclass(frozen=True, kw_only=True)
class FunctionNeeds:
    """What a function may do and needs to know."""

    description: str
    environment: Mapping[str, pulumi.Input[str]]
    permissions: Sequence[Allow]
    ready: Sequence[pulumi.Resource] = ()
    """What has to be there before the function runs."""
    data: Mapping[str, str] = field(default_factory=dict)
    """Texts of files at the root of its package, by name."""


@dataclass(frozen=True, kw_only=True)
class FunctionArgs:
    """What tells one function from another."""

    function_name: str
    role_name: str
    description: str
    handler: str
    package: Package
    memory_mb: int
    timeout_seconds: int
    environment: Mapping[str, pulumi.Input[str]]
    permissions: Sequence[Allow]
    """What its code may do; writing its own log comes by itself."""
    log_retention_days: int
    key: EncryptionKey | None
    """The KMS key of its log; one of AWS's own where there is none."""
    traced: bool
    """Whether its invocations are traced with X-Ray."""
    ready: Sequence[pulumi.Resource]
    """What has to be there before it runs."""

    @classmethod
    def of(
        cls,
        settings: Settings,
        key: EncryptionKey | None,
        needs: FunctionNeeds,
        *,
        name: str,
        role: str | None = None,
        timeout_seconds: int,
    ) -> Self:
        """As the stack's settings want it.

        Args:
            settings: the configuration.
            key: the KMS key of its log; one of AWS's own where there is none.
            needs: what tells it from the others.
            name: its module in `handlers`, with hyphens.
            role: what its role is named after, where that is not its name.
            timeout_seconds: how long one invocation may take.
        """
        return cls(
            function_name=settings.function_name(name),
            role_name=f"{settings.function_name(role or name)}-{settings.region}",
            description=needs.description,
            handler=f"handlers.{name.replace('-', '_')}.handler",
            package=build_package(name, settings.function_target, needs.data),
            memory_mb=settings.function_memory_mb,
            timeout_seconds=timeout_seconds,
            environment={
                Variable.LOG_LEVEL: "INFO",
                Variable.METRICS_NAMESPACE: settings.metrics_namespace,
                **needs.environment,
            },
            permissions=needs.permissions,
            log_retention_days=settings.log_retention_days,
            key=key,
            traced=settings.x_ray_tracing,
            ready=needs.ready,
        )


class Function(pulumi.ComponentResource):
    """A Lambda function with a role, a log group and permissions of its own.

    Exposes `args`, `function_name`, `arn`, and `invoke_arn` for the gateway.
    """

    def __init__(self, name: str, args: FunctionArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("file-sla:functions:Function", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        self.args = args

        self.log_group = aws.cloudwatch.LogGroup(
            f"{name}-log",
            name=f"/aws/lambda/{args.function_name}",
            retention_in_days=args.log_retention_days,
            kms_key_id=args.key.arn if args.key else None,
            opts=child,
        )
        self.role = aws.iam.Role(
            f"{name}-role",
            name=args.role_name,
            description=f"What {args.function_name} may do.",
            assume_role_policy=build_service_trust("lambda.amazonaws.com"),
            opts=child,
        )
        may_log = Allow(
            ["logs:CreateLogStream", "logs:PutLogEvents"], [pulumi.Output.concat(self.log_group.arn, ":*")]
        )
        # X-Ray knows no narrower resource for these.
        may_trace = (
            [Allow(["xray:PutTelemetryRecords", "xray:PutTraceSegments"], ["*"])] if args.traced else []
        )
        permissions = aws.iam.RolePolicy(
            f"{name}-permissions",
            role=self.role.id,
            policy=build_identity_policy(may_log, *may_trace, *args.permissions),
            opts=child,
        )
        self.function = aws.lambda_.Function(
            f"{name}-function",
            name=args.function_name,
            description=args.description,
            handler=args.handler,
            code=pulumi.FileArchive(str(args.package.path)),
            runtime=args.package.runtime,
            architectures=[args.package.architecture],
            memory_size=args.memory_mb,
            timeout=args.timeout_seconds,
            # Always said: left out, what is on stays on.
            tracing_config=aws.lambda_.FunctionTracingConfigArgs(
                mode="Active" if args.traced else "PassThrough"
            ),
            role=self.role.arn,
            environment=aws.lambda_.FunctionEnvironmentArgs(variables=args.environment),
            logging_config=aws.lambda_.FunctionLoggingConfigArgs(
                log_format="JSON", log_group=self.log_group.name
            ),
            # A function that starts before it may do its work would fail its first requests.
            opts=pulumi.ResourceOptions(parent=self, depends_on=[permissions, *args.ready]),
        )

        self.function_name: pulumi.Output[str] = self.function.name
        self.arn: pulumi.Output[str] = self.function.arn
        self.invoke_arn: pulumi.Output[str] = self.function.invoke_arn
        self.register_outputs({"function_name": self.function_name, "arn": self.arn})


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
