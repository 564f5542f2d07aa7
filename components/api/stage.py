"""The stage that serves the REST API."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import pulumi
import pulumi_aws as aws

from components.encryption import Base
from components.policies import build_service_trust
from contract.names import STAGE
from contract.routes import ROUTES

_LOG_POLICY: Final = "arn:aws:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs"
_ACCESS_LOG_FIELDS: Final = {
    "requestId": "$context.requestId",
    "requestTime": "$context.requestTime",
    "ip": "$context.identity.sourceIp",
    "host": "$context.domainName",
    "tlsVersion": "$context.tlsVersion",
    "cipherSuite": "$context.cipherSuite",
    "method": "$context.httpMethod",
    "path": "$context.resourcePath",
    "status": "$context.status",
    "responseLength": "$context.responseLength",
    "latencyMs": "$context.responseLatency",
    "integrationLatencyMs": "$context.integrationLatency",
    "integrationError": "$context.integration.error",
    "gatewayError": "$context.error.responseType",
}


@dataclass(frozen=True, kw_only=True)
class ApiStageArgs:
    """The configuration, and what is deployed to the stage."""

    base: Base
    rest_api_id: pulumi.Input[str]
    digest: pulumi.Input[str]
    """Of all that a deployment freezes: another digest makes another deployment."""
    deployed_parts: Sequence[pulumi.Resource]
    """The resources that must exist before a deployment is made."""


class ApiStage(pulumi.ComponentResource):
    """A deployment, the stage that serves it, its access log, and the limits of its routes.

    Exposes `url`, without a slash at its end, `stage_name`, `arn`, and `access_log_name`.
    """

    def __init__(self, name: str, args: ApiStageArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("file-sla:api:ApiStage", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        settings = args.base.settings
        log_group = aws.cloudwatch.LogGroup(
            f"{name}-access-log",
            name=f"/aws/apigateway/{settings.prefix}",
            retention_in_days=settings.log_retention_days,
            kms_key_id=args.base.key,
            opts=child,
        )
        deployment = aws.apigateway.Deployment(
            f"{name}-deployment",
            rest_api=args.rest_api_id,
            triggers={"shape": args.digest},
            opts=pulumi.ResourceOptions(parent=self, depends_on=args.deployed_parts),
        )
        self.stage = aws.apigateway.Stage(
            f"{name}-stage",
            rest_api=args.rest_api_id,
            deployment=deployment.id,
            stage_name=STAGE,
            xray_tracing_enabled=settings.x_ray_tracing,
            access_log_settings=aws.apigateway.StageAccessLogSettingsArgs(
                destination_arn=log_group.arn, format=json.dumps(_ACCESS_LOG_FIELDS)
            ),
            opts=pulumi.ResourceOptions(
                parent=self,
                depends_on=self._add_log_role(name) if settings.manage_api_gateway_account else [],
            ),
        )
        for route in ROUTES:
            rate, burst = settings.throttle(route)
            aws.apigateway.MethodSettings(
                f"{name}-{route.key}-settings",
                rest_api=args.rest_api_id,
                stage_name=self.stage.stage_name,
                method_path=f"{route.path}/POST",
                settings=aws.apigateway.MethodSettingsSettingsArgs(
                    metrics_enabled=True,
                    logging_level="OFF",
                    throttling_rate_limit=rate,
                    throttling_burst_limit=burst,
                ),
                opts=child,
            )

        self.url: pulumi.Output[str] = self.stage.invoke_url
        self.stage_name: pulumi.Output[str] = self.stage.stage_name
        self.arn: pulumi.Output[str] = self.stage.arn
        self.access_log_name: pulumi.Output[str] = log_group.name
        self.register_outputs({"url": self.url, "access_log_name": self.access_log_name})

    def _add_log_role(self, name: str) -> list[pulumi.Resource]:
        # One role for all APIs of the account and region: destroyed with this stack, it would be missing for
        # the others. Named by Pulumi: a kept role with a fixed name would be in the way of the next one.
        kept = pulumi.ResourceOptions(parent=self, retain_on_delete=True)
        role = aws.iam.Role(
            f"{name}-log-role",
            description="Lets API Gateway write access logs.",
            assume_role_policy=build_service_trust("apigateway.amazonaws.com"),
            opts=kept,
        )
        attachment = aws.iam.RolePolicyAttachment(
            f"{name}-log-policy", role=role.name, policy_arn=_LOG_POLICY, opts=kept
        )
        account = aws.apigateway.Account(
            f"{name}-account",
            cloudwatch_role_arn=role.arn,
            opts=pulumi.ResourceOptions(parent=self, depends_on=[attachment], retain_on_delete=True),
        )
        return [account]
