"""The REST API in front of the functions."""

import hashlib
from collections.abc import Mapping
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
from components.encryption import Base
from components.functions.function import Function
from components.policies import build_callers_policy
from components.settings import Settings, TlsPolicy
from contract.routes import ROUTES

# API Gateway has legacy policies (TLS_1_0, TLS_1_2) and enhanced ones (SecurityPolicy_...). An enhanced one
# needs an endpoint access mode, and a legacy one must have none ("Security policies for REST APIs"). AWS
# refuses to change an API from TLS_1_0 to TLS_1_2, so that one is not offered.
#
# STRICT: the host of a request must be that of its TLS handshake. None unsets the mode: the provider sends an
# empty one with the same call that changes the policy, as AWS requires.
TLS_TERMS: Final[Mapping[TlsPolicy, tuple[str, str | None]]] = {
    "tls-1.0": ("TLS_1_0", None),
    "tls-1.2": ("SecurityPolicy_TLS13_1_2_PQ_2025_09", "STRICT"),
    "tls-1.3": ("SecurityPolicy_TLS13_1_3_2025_09", "STRICT"),
}
"""The security policy and the endpoint access mode of an API or a domain name."""


class RestApi(pulumi.ComponentResource):
    """A REST API with its authorizer, validator, gateway responses, routes and one stage.

    A new deployment is made when anything changes that a deployment freezes, and only then.

    Exposes `rest_api_id` and `stage`.

    Args:
        name: of the component.
        base: the configuration, and the key of the access log.
        functions: that of each route, by the route's path.
        user_pool_arn: of the pool whose tokens are taken.
        opts: of the component.
    """

    def __init__(
        self,
        name: str,
        base: Base,
        functions: Mapping[str, Function],
        user_pool_arn: pulumi.Input[str],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("file-sla:api:RestApi", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        settings = base.settings
        security_policy, access_mode = TLS_TERMS[settings.tls_policy]
        self.rest_api = aws.apigateway.RestApi(
            f"{name}-api",
            name=settings.prefix,
            description="Takes reports of files that waited too long.",
            endpoint_configuration={"types": "REGIONAL"},
            # Left out, it would be the default of a regional API, which accepts TLS 1.0.
            security_policy=security_policy,
            endpoint_access_mode=access_mode,
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
            provider_arns=[user_pool_arn],
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
                f"{name}-{kind.lower().replace('_', '-')}",
                rest_api_id=self.rest_api.id,
                response_type=kind,
                status_code=status,
                response_templates={"application/json": template},
                response_parameters={
                    f"gatewayresponse.header.{header}": f"'{value}'"
                    for header, value in build_cors_headers(settings.cors_origin).items()
                },
                opts=child,
            )
            for kind, (status, template) in GATEWAY_RESPONSES.items()
        ]
        routes = [
            ApiRoute(
                f"{name}-{route.key}",
                ApiRouteArgs(
                    route=route,
                    function=functions[route.path],
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
                base=base,
                rest_api_id=self.rest_api.id,
                digest=_digest_shape(settings, functions, user_pool_arn),
                deployed_parts=[
                    callers,
                    self.authorizer,
                    self.validator,
                    *responses,
                    *(resource for route in routes for resource in route.deployed_parts),
                ],
            ),
            child,
        )

        self.rest_api_id: pulumi.Output[str] = self.rest_api.id
        self.register_outputs({"url": self.stage.url})


def _digest_shape(
    settings: Settings, functions: Mapping[str, Function], user_pool_arn: pulumi.Input[str]
) -> pulumi.Output[str]:
    """A digest of all that a deployment freezes."""
    shape = {
        "routes": [
            [route.path, build_gateway_model(route), route.group, functions[route.path].invoke_arn]
            for route in ROUTES
        ],
        "responses": [[kind, *answer] for kind, answer in GATEWAY_RESPONSES.items()],
        "preflight": build_preflight_headers(settings.cors_origin),
        "user_pool": user_pool_arn,
        "callers": settings.allowed_blocks,
        # A change of either takes effect with the next deployment only.
        "tls": TLS_TERMS[settings.tls_policy],
        "default_endpoint": settings.default_endpoint,
    }
    return pulumi.Output.json_dumps(shape, sort_keys=True).apply(
        lambda text: hashlib.sha256(text.encode()).hexdigest()
    )
