"""One route of the REST API."""

import json
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.api.specs.gateway_model import build_gateway_model
from components.api.specs.gateway_responses import build_preflight_headers
from components.functions.function import Function
from contract.routes import RouteSpec


@dataclass(frozen=True, kw_only=True)
class ApiRouteArgs:
    """The route, and what it shares with the others of its API."""

    route: RouteSpec
    function: Function
    rest_api: aws.apigateway.RestApi
    authorizer_id: pulumi.Input[str]
    validator_id: pulumi.Input[str]
    allowed_origin: str


class ApiRoute(pulumi.ComponentResource):
    """A path whose POST runs a function, with model, permission and CORS preflight.

    Exposes `deployed_parts`: the resources that a deployment of the API freezes, and so has to wait for.
    """

    def __init__(self, name: str, args: ApiRouteArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("file-sla:api:ApiRoute", name, None, opts)
        self._name = name
        self._args = args
        self._child = pulumi.ResourceOptions(parent=self)
        self.resource = aws.apigateway.Resource(
            name,
            rest_api=args.rest_api.id,
            parent_id=args.rest_api.root_resource_id,
            path_part=args.route.path,
            opts=self._child,
        )
        self.deployed_parts: list[pulumi.Resource] = [*self._add_post(), *self._add_preflight()]
        self.register_outputs({})

    def _add_post(self) -> list[pulumi.Resource]:
        args, route = self._args, self._args.route
        authorized = route.group is not None
        model = aws.apigateway.Model(
            f"{self._name}-model",
            name="".join(word.capitalize() for word in route.path.split("_")),
            rest_api=args.rest_api.id,
            content_type="application/json",
            schema=json.dumps(build_gateway_model(route), sort_keys=True),
            opts=self._child,
        )
        post = aws.apigateway.Method(
            f"{self._name}-post",
            rest_api=args.rest_api.id,
            resource_id=self.resource.id,
            http_method="POST",
            authorization="COGNITO_USER_POOLS" if authorized else "NONE",
            authorizer_id=args.authorizer_id if authorized else None,
            request_validator_id=args.validator_id,
            request_models={"application/json": model.name},
            opts=self._child,
        )
        integration = aws.apigateway.Integration(
            f"{self._name}-integration",
            rest_api=args.rest_api.id,
            resource_id=self.resource.id,
            http_method=post.http_method,
            type="AWS_PROXY",
            integration_http_method="POST",
            uri=args.function.invoke_arn,
            opts=self._child,
        )
        aws.lambda_.Permission(
            f"{self._name}-permission",
            function=args.function.function_name,
            action="lambda:InvokeFunction",
            principal="apigateway.amazonaws.com",
            source_arn=pulumi.Output.concat(args.rest_api.execution_arn, f"/*/POST/{route.path}"),
            opts=self._child,
        )
        return [model, post, integration]

    def _add_preflight(self) -> list[pulumi.Resource]:
        headers = build_preflight_headers(self._args.allowed_origin)
        rest_api = self._args.rest_api.id
        options = aws.apigateway.Method(
            f"{self._name}-options",
            rest_api=rest_api,
            resource_id=self.resource.id,
            http_method="OPTIONS",
            authorization="NONE",
            opts=self._child,
        )
        integration = aws.apigateway.Integration(
            f"{self._name}-options-integration",
            rest_api=rest_api,
            resource_id=self.resource.id,
            http_method=options.http_method,
            type="MOCK",
            request_templates={"application/json": '{"statusCode": 204}'},
            opts=self._child,
        )
        answer = aws.apigateway.MethodResponse(
            f"{self._name}-options-answer",
            rest_api=rest_api,
            resource_id=self.resource.id,
            http_method=options.http_method,
            status_code="204",
            response_parameters={f"method.response.header.{header}": True for header in headers},
            opts=self._child,
        )
        mapping = aws.apigateway.IntegrationResponse(
            f"{self._name}-options-mapping",
            rest_api=rest_api,
            resource_id=self.resource.id,
            http_method=options.http_method,
            status_code=answer.status_code,
            response_parameters={
                f"method.response.header.{header}": f"'{value}'" for header, value in headers.items()
            },
            opts=pulumi.ResourceOptions(parent=self, depends_on=[integration]),
        )
        return [options, integration, answer, mapping]
