"""The REST API in front of the functions."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import pulumi
import pulumi_aws as aws

from components.api.route import (
    GATEWAY_RESPONSES,
    ApiRoute,
    ApiRouteArgs,
    build_cors_headers,
    build_gateway_model,
    build_preflight_headers,
)
from components.api.stage import ApiStage, ApiStageArgs
from components.encryption import KeyArn
from components.functions.function import Function
from components.policies import build_callers_policy
from components.settings import Settings, TlsPolicy
from contract.routes import ROUTES


@dataclass(frozen=True)
class TlsTerms:
    """TLS of an API or a domain name, in API Gateway's terms."""

    security_policy: str
    endpoint_access_mode: str | None
    """`STRICT`: the host of a request must be that of its TLS handshake. None unsets it: the provider sends
    an empty mode with the same call that changes the policy, as AWS requires."""


# API Gateway has legacy policies (TLS_1_0, TLS_1_2) and enhanced ones (SecurityPolicy_...). An enhanced one
# needs an endpoint access mode, and a legacy one must have none ("Security policies for REST APIs"). AWS
# refuses to change an API from TLS_1_0 to TLS_1_2, so that one is not offered.
TLS_TERMS: Final[Mapping[TlsPolicy, TlsTerms]] = {
    "tls-1.0": TlsTerms("TLS_1_0", None),
    "tls-1.2": TlsTerms("SecurityPolicy_TLS13_1_2_PQ_2025_09", "STRICT"),
    "tls-1.3": TlsTerms("SecurityPolicy_TLS13_1_3_2025_09", "STRICT"),
}


@dataclass(frozen=True, kw_only=True)
class RestApiArgs:
    """The configuration, and what the API works with."""

    settings: Settings
    functions: Mapping[str, Function]
    """The function of each route, by the route's path."""
    user_pool_arn: pulumi.Input[str]
    key: KeyArn


class RestApi(pulumi.ComponentResource):
    """A REST API with its authorizer, validator, gateway responses, routes and one stage.

    A new deployment is made when anything changes that a deployment freezes, and only then.

    Exposes `rest_api_id` and `stage`.
    """

    def __init__(self, name: str, args: RestApiArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("file-sla:api:RestApi", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        settings = args.settings
        tls = TLS_TERMS[settings.tls_policy]
        self.rest_api = aws.apigateway.RestApi(
            f"{name}-api",
            name=settings.prefix,
            description="Takes reports of files that waited too long.",
            endpoint_configuration={"types": "REGIONAL"},
            # Left out, it would be the default of a regional API, which accepts TLS 1.0.
            security_policy=tls.security_policy,
            endpoint_access_mode=tls.endpoint_access_mode,
            disable_execute_api_endpoint=not settings.default_endpoint,
            opts=child,
        )
        # Always declared: one that is left out of the next deployment stays in force.
        callers = aws.apigateway.RestApiPolicy(
            f"{name}-callers",
            rest_api_id=self.rest_api.id,
            policy=build_callers_policy(settings.allowed_blocks, self.rest_api.execution_arn),
            opts=child,
        )
        self.authorizer = aws.apigateway.Authorizer(
            f"{name}-authorizer",
            name="user-pool",
            type="COGNITO_USER_POOLS",
            rest_api=self.rest_api.id,
            provider_arns=[args.user_pool_arn],
            identity_source="method.request.header.Authorization",
            opts=child,
        )
        self.validator = aws.apigateway.RequestValidator(
            f"{name}-validator",
            name="body",
            rest_api=self.rest_api.id,
            validate_request_body=True,
            opts=child,
        )
        responses = [
            aws.apigateway.Response(
                f"{name}-{response.response_type.lower().replace('_', '-')}",
                rest_api_id=self.rest_api.id,
                response_type=response.response_type,
                status_code=response.status_code,
                response_templates={"application/json": response.template},
                response_parameters={
                    f"gatewayresponse.header.{header}": f"'{value}'"
                    for header, value in build_cors_headers(settings.cors_origin).items()
                },
                opts=child,
            )
            for response in GATEWAY_RESPONSES
        ]
        routes = [
            ApiRoute(
                f"{name}-{route.key}",
                ApiRouteArgs(
                    route=route,
                    function=args.functions[route.path],
                    rest_api=self.rest_api,
                    authorizer_id=self.authorizer.id,
                    validator_id=self.validator.id,
                    allowed_origin=settings.cors_origin,
                ),
                child,
            )
            for route in ROUTES
        ]
        self.stage = ApiStage(
            name,
            ApiStageArgs(
                settings=settings,
                rest_api_id=self.rest_api.id,
                digest=_digest_shape(args),
                deployed_parts=[
                    callers,
                    self.authorizer,
                    self.validator,
                    *responses,
                    *(resource for route in routes for resource in route.deployed_parts),
                ],
                key=args.key,
            ),
            child,
        )

        self.rest_api_id: pulumi.Output[str] = self.rest_api.id
        self.register_outputs({"url": self.stage.url})


def _digest_shape(args: RestApiArgs) -> pulumi.Output[str]:
    """A digest of all that a deployment freezes."""
    settings = args.settings
    tls = TLS_TERMS[settings.tls_policy]
    shape = {
        "routes": [
            {
                "path": route.path,
                "model": build_gateway_model(route),
                "authorized": route.group is not None,
                "function": args.functions[route.path].invoke_arn,
            }
            for route in ROUTES
        ],
        "responses": [[r.response_type, r.status_code, r.template] for r in GATEWAY_RESPONSES],
        "preflight": build_preflight_headers(settings.cors_origin),
        "user_pool": args.user_pool_arn,
        "callers": settings.allowed_blocks,
        # A change of either takes effect with the next deployment only.
        "tls": [tls.security_policy, tls.endpoint_access_mode],
        "default_endpoint": settings.default_endpoint,
    }
    return pulumi.Output.json_dumps(shape, sort_keys=True).apply(
        lambda text: hashlib.sha256(text.encode()).hexdigest()
    )
