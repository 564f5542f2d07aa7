"""Which TLS the API speaks, in API Gateway's words.

API Gateway has legacy policies (`TLS_1_0`, `TLS_1_2`) and enhanced ones (`SecurityPolicy_…`). An enhanced
one needs an endpoint access mode, and a legacy one must have none ("Security policies for REST APIs").
`TLS_1_2` is left out: AWS does not take an API from `TLS_1_0` to it.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Self

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
from components.encryption import EncryptionKey
from components.functions.function import Function
from components.policies import build_callers_policy
from components.settings import Settings, Throttle, TlsPolicy
from contract.routes import ROUTES


@dataclass(frozen=True)
class TlsTerms:
    """What API and domain name are told."""

    security_policy: str
    endpoint_access_mode: str | None
    """`STRICT`: a request's host must be the one of its TLS handshake. None unsets it: the provider sends an
    empty mode with the same call that changes the policy, as AWS wants it."""


TLS_TERMS: Final[Mapping[TlsPolicy, TlsTerms]] = {
    "tls-1.0": TlsTerms("TLS_1_0", None),
    "tls-1.2": TlsTerms("SecurityPolicy_TLS13_1_2_PQ_2025_09", "STRICT"),
    "tls-1.3": TlsTerms("SecurityPolicy_TLS13_1_3_2025_09", "STRICT"),
}


@dataclass(frozen=True, kw_only=True)
class RestApiArgs:
    """What a stack decides about its API."""

    api_name: str
    functions: Mapping[str, Function]
    """Those of every route, by its path."""
    throttles: Mapping[str, Throttle]
    """Likewise."""
    user_pool_arn: pulumi.Input[str]
    allowed_origin: str
    log_retention_days: int
    key: EncryptionKey | None
    """The KMS key of the access log; one of AWS's own where there is none."""
    manages_account: bool
    traced: bool
    """Whether requests are traced with X-Ray."""
    allowed_blocks: Sequence[str]
    """CIDR blocks whose addresses may call; none for any address."""
    tls: TlsTerms
    default_endpoint: bool
    """Whether the address that AWS makes is open."""

    @classmethod
    def of(
        cls,
        settings: Settings,
        key: EncryptionKey | None,
        functions: Mapping[str, Function],
        user_pool_arn: pulumi.Input[str],
    ) -> Self:
        """As the stack's settings want it."""
        return cls(
            api_name=settings.prefix,
            functions=functions,
            throttles=settings.throttles,
            user_pool_arn=user_pool_arn,
            allowed_origin=settings.cors_origin,
            log_retention_days=settings.log_retention_days,
            key=key,
            manages_account=settings.manage_api_gateway_account,
            traced=settings.x_ray_tracing,
            allowed_blocks=settings.allowed_blocks,
            tls=TLS_TERMS[settings.tls_policy],
            default_endpoint=settings.default_endpoint,
        )


class RestApi(pulumi.ComponentResource):
    """A REST API with its authorizer, validator, gateway responses, routes and one stage.

    A new deployment is made whenever anything changes that shapes the API, and only then.
    Exposes `url`, without a slash at its end, `rest_api_id`, `stage_name`, `stage_arn` and `access_log_name`.
    """

    def __init__(self, name: str, args: RestApiArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("file-sla:api:RestApi", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        self.rest_api = aws.apigateway.RestApi(
            f"{name}-api",
            name=args.api_name,
            description="Where reports of files that waited too long go.",
            endpoint_configuration=aws.apigateway.RestApiEndpointConfigurationArgs(types="REGIONAL"),
            # Left out, it would be the default of a regional API, which takes TLS 1.0.
            security_policy=args.tls.security_policy,
            endpoint_access_mode=args.tls.endpoint_access_mode,
            disable_execute_api_endpoint=not args.default_endpoint,
            opts=child,
        )
        # Always declared: one that is left out of the next deployment stays in force.
        callers = aws.apigateway.RestApiPolicy(
            f"{name}-callers",
            rest_api_id=self.rest_api.id,
            policy=build_callers_policy(args.allowed_blocks, self.rest_api.execution_arn),
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
                    for header, value in build_cors_headers(args.allowed_origin).items()
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
                    allowed_origin=args.allowed_origin,
                ),
                child,
            )
            for route in ROUTES
        ]
        self.stage = ApiStage(
            name,
            ApiStageArgs(
                api_name=args.api_name,
                rest_api_id=self.rest_api.id,
                digest=_digest_shape(args),
                deployed_parts=[
                    callers,
                    self.authorizer,
                    self.validator,
                    *responses,
                    *(resource for route in routes for resource in route.deployed_parts),
                ],
                throttles=args.throttles,
                log_retention_days=args.log_retention_days,
                key=args.key,
                manages_account=args.manages_account,
                traced=args.traced,
            ),
            child,
        )

        self.url: pulumi.Output[str] = self.stage.url
        self.rest_api_id: pulumi.Output[str] = self.rest_api.id
        self.stage_name: pulumi.Output[str] = self.stage.stage_name
        self.stage_arn: pulumi.Output[str] = self.stage.arn
        self.access_log_name: pulumi.Output[str] = self.stage.access_log_name
        self.register_outputs({"url": self.url})


def _digest_shape(args: RestApiArgs) -> pulumi.Output[str]:
    """A digest of all that a deployment freezes."""
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
        "preflight": build_preflight_headers(args.allowed_origin),
        "user_pool": args.user_pool_arn,
        "callers": list(args.allowed_blocks),
        # Both are in force with the next deployment only.
        "tls": [args.tls.security_policy, args.tls.endpoint_access_mode],
        "default_endpoint": args.default_endpoint,
    }
    return pulumi.Output.json_dumps(shape, sort_keys=True).apply(
        lambda text: hashlib.sha256(text.encode()).hexdigest()
    )
