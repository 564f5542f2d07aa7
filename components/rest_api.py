"""The REST API in front of the functions."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_aws as aws

from components.function import Function
from components.gateway_responses import GATEWAY_RESPONSES, cors_headers
from components.policy import service_trust
from handlers.names import IDEMPOTENCY_HEADER

STAGE = "v1"
_LOG_POLICY = "arn:aws:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs"
_ACCESS_LOG_FIELDS = {
    "requestId": "$context.requestId",
    "requestTime": "$context.requestTime",
    "ip": "$context.identity.sourceIp",
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
class Route:
    """One path, which takes POST and the browsers' preflight."""

    path: str
    function: Function
    model: Mapping[str, Any]
    """JSON Schema (draft-04) that the gateway holds bodies against."""
    authorized: bool
    rate_limit: int
    """Requests a second in the long run."""
    burst_limit: int
    """Requests at once."""


@dataclass(frozen=True, kw_only=True)
class RestApiArgs:
    """What a stack decides about its API."""

    api_name: str
    routes: Sequence[Route]
    user_pool_arn: pulumi.Input[str]
    allowed_origin: str
    log_retention_days: int
    manages_account: bool


class RestApi(pulumi.ComponentResource):
    """A REST API with one stage: authorizer, validator, models, CORS, throttling, access log.

    A new deployment is made whenever anything changes that shapes the API, and only then.
    Exposes `url`, without a slash at its end, and `access_log_name`.
    """

    def __init__(self, name: str, args: RestApiArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("file-sla:rest_api:RestApi", name, None, opts)
        self._name = name
        self._args = args
        self._child = pulumi.ResourceOptions(parent=self)
        self.rest_api = aws.apigateway.RestApi(
            f"{name}-api",
            name=args.api_name,
            description="Where reports of files that waited too long go.",
            endpoint_configuration=aws.apigateway.RestApiEndpointConfigurationArgs(types="REGIONAL"),
            opts=self._child,
        )
        self.authorizer = aws.apigateway.Authorizer(
            f"{name}-authorizer",
            name="user-pool",
            type="COGNITO_USER_POOLS",
            rest_api=self.rest_api.id,
            provider_arns=[args.user_pool_arn],
            identity_source="method.request.header.Authorization",
            opts=self._child,
        )
        self.validator = aws.apigateway.RequestValidator(
            f"{name}-validator",
            name="body",
            rest_api=self.rest_api.id,
            validate_request_body=True,
            opts=self._child,
        )
        self._shaping: list[pulumi.Resource] = [self.authorizer, self.validator]
        self._add_gateway_responses()
        for route in args.routes:
            self._add_route(route)
        self.stage = self._deploy()
        for route in args.routes:
            self._limit(route)

        self.url: pulumi.Output[str] = self.stage.invoke_url
        self.register_outputs({"url": self.url})

    def _add_gateway_responses(self) -> None:
        for response in GATEWAY_RESPONSES:
            self._shaping.append(
                aws.apigateway.Response(
                    f"{self._name}-{response.response_type.lower().replace('_', '-')}",
                    rest_api_id=self.rest_api.id,
                    response_type=response.response_type,
                    status_code=response.status_code,
                    response_templates={"application/json": response.template},
                    response_parameters={
                        f"gatewayresponse.header.{header}": f"'{value}'"
                        for header, value in cors_headers(self._args.allowed_origin).items()
                    },
                    opts=self._child,
                )
            )

    def _add_route(self, route: Route) -> None:
        name = f"{self._name}-{route.path.replace('_', '-')}"
        resource = aws.apigateway.Resource(
            name,
            rest_api=self.rest_api.id,
            parent_id=self.rest_api.root_resource_id,
            path_part=route.path,
            opts=self._child,
        )
        model = aws.apigateway.Model(
            f"{name}-model",
            name="".join(word.capitalize() for word in route.path.split("_")),
            rest_api=self.rest_api.id,
            content_type="application/json",
            schema=json.dumps(route.model, sort_keys=True),
            opts=self._child,
        )
        post = aws.apigateway.Method(
            f"{name}-post",
            rest_api=self.rest_api.id,
            resource_id=resource.id,
            http_method="POST",
            authorization="COGNITO_USER_POOLS" if route.authorized else "NONE",
            authorizer_id=self.authorizer.id if route.authorized else None,
            request_validator_id=self.validator.id,
            request_models={"application/json": model.name},
            opts=self._child,
        )
        integration = aws.apigateway.Integration(
            f"{name}-integration",
            rest_api=self.rest_api.id,
            resource_id=resource.id,
            http_method=post.http_method,
            type="AWS_PROXY",
            integration_http_method="POST",
            uri=route.function.invoke_arn,
            opts=self._child,
        )
        aws.lambda_.Permission(
            f"{name}-permission",
            function=route.function.function_name,
            action="lambda:InvokeFunction",
            principal="apigateway.amazonaws.com",
            source_arn=pulumi.Output.concat(self.rest_api.execution_arn, f"/*/POST/{route.path}"),
            opts=self._child,
        )
        self._shaping += [model, post, integration, *self._add_preflight(name, resource)]

    def _add_preflight(self, name: str, resource: aws.apigateway.Resource) -> list[pulumi.Resource]:
        headers = {
            **cors_headers(self._args.allowed_origin),
            "Access-Control-Allow-Methods": "OPTIONS,POST",
            "Access-Control-Allow-Headers": f"Authorization,Content-Type,{IDEMPOTENCY_HEADER}",
            "Access-Control-Max-Age": "3600",
        }
        options = aws.apigateway.Method(
            f"{name}-options",
            rest_api=self.rest_api.id,
            resource_id=resource.id,
            http_method="OPTIONS",
            authorization="NONE",
            opts=self._child,
        )
        integration = aws.apigateway.Integration(
            f"{name}-options-integration",
            rest_api=self.rest_api.id,
            resource_id=resource.id,
            http_method=options.http_method,
            type="MOCK",
            request_templates={"application/json": '{"statusCode": 204}'},
            opts=self._child,
        )
        answer = aws.apigateway.MethodResponse(
            f"{name}-options-answer",
            rest_api=self.rest_api.id,
            resource_id=resource.id,
            http_method=options.http_method,
            status_code="204",
            response_parameters={f"method.response.header.{header}": True for header in headers},
            opts=self._child,
        )
        mapping = aws.apigateway.IntegrationResponse(
            f"{name}-options-mapping",
            rest_api=self.rest_api.id,
            resource_id=resource.id,
            http_method=options.http_method,
            status_code=answer.status_code,
            response_parameters={
                f"method.response.header.{header}": f"'{value}'" for header, value in headers.items()
            },
            opts=pulumi.ResourceOptions(parent=self, depends_on=[integration]),
        )
        return [options, integration, answer, mapping]

    def _deploy(self) -> aws.apigateway.Stage:
        args = self._args
        log_group = aws.cloudwatch.LogGroup(
            f"{self._name}-access-log",
            name=f"/aws/apigateway/{args.api_name}",
            retention_in_days=args.log_retention_days,
            opts=self._child,
        )
        self.access_log_name: pulumi.Output[str] = log_group.name
        deployment = aws.apigateway.Deployment(
            f"{self._name}-deployment",
            rest_api=self.rest_api.id,
            triggers={"shape": self._shape()},
            opts=pulumi.ResourceOptions(parent=self, depends_on=self._shaping),
        )
        return aws.apigateway.Stage(
            f"{self._name}-stage",
            rest_api=self.rest_api.id,
            deployment=deployment.id,
            stage_name=STAGE,
            access_log_settings=aws.apigateway.StageAccessLogSettingsArgs(
                destination_arn=log_group.arn, format=json.dumps(_ACCESS_LOG_FIELDS)
            ),
            opts=pulumi.ResourceOptions(parent=self, depends_on=self._log_role()),
        )

    def _log_role(self) -> list[pulumi.Resource]:
        if not self._args.manages_account:
            return []
        role = aws.iam.Role(
            f"{self._name}-log-role",
            name=f"{self._args.api_name}-logs",
            description="Lets API Gateway write access logs.",
            assume_role_policy=service_trust("apigateway.amazonaws.com"),
            opts=self._child,
        )
        attachment = aws.iam.RolePolicyAttachment(
            f"{self._name}-log-policy", role=role.name, policy_arn=_LOG_POLICY, opts=self._child
        )
        account = aws.apigateway.Account(
            f"{self._name}-account",
            cloudwatch_role_arn=role.arn,
            opts=pulumi.ResourceOptions(parent=self, depends_on=[attachment]),
        )
        return [account]

    def _shape(self) -> pulumi.Output[str]:
        """A digest of all that a deployment freezes."""
        args = self._args
        shape = {
            "routes": [
                {
                    "path": route.path,
                    "model": route.model,
                    "authorized": route.authorized,
                    "function": route.function.invoke_arn,
                }
                for route in args.routes
            ],
            "responses": [[r.response_type, r.status_code, r.template] for r in GATEWAY_RESPONSES],
            "origin": args.allowed_origin,
            "user_pool": args.user_pool_arn,
            "idempotency_header": IDEMPOTENCY_HEADER,
        }
        return pulumi.Output.json_dumps(shape, sort_keys=True).apply(
            lambda text: hashlib.sha256(text.encode()).hexdigest()
        )

    def _limit(self, route: Route) -> None:
        aws.apigateway.MethodSettings(
            f"{self._name}-{route.path.replace('_', '-')}-settings",
            rest_api=self.rest_api.id,
            stage_name=self.stage.stage_name,
            method_path=f"{route.path}/POST",
            settings=aws.apigateway.MethodSettingsSettingsArgs(
                metrics_enabled=True,
                logging_level="OFF",
                throttling_rate_limit=route.rate_limit,
                throttling_burst_limit=route.burst_limit,
            ),
            opts=self._child,
        )
