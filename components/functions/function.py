"""One Lambda function and all that belongs to it alone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

import pulumi
import pulumi_aws as aws

from components.encryption import EncryptionKey
from components.functions.specs.needs import FunctionNeeds
from components.functions.specs.package import Package, build_package
from components.settings import Settings
from components.specs.policy import Allow, build_identity_policy, build_service_trust
from contract.names import Variable


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
