"""One route of the REST API."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final

import pulumi
import pulumi_aws as aws

from components.functions.function import Function
from contract import answers
from contract.answers import COUNTED_TWICE, HANDED_ON, HOW_TO_SPLIT, Fault, Message
from contract.limits import MAX_REPORT_BYTES
from contract.routes import ROUTES, RouteSpec


@dataclass(frozen=True, kw_only=True)
class ApiRouteArgs:
    """The route, and what it shares with the other routes of its API."""

    route: RouteSpec
    function: Function
    rest_api: aws.apigateway.RestApi
    authorizer_id: pulumi.Input[str]
    validator_id: pulumi.Input[str]
    allowed_origin: str


class ApiRoute(pulumi.ComponentResource):
    """A path whose POST runs a function, with model, permission and CORS preflight.

    Exposes `deployed_parts`: the resources that a deployment of the API freezes, and so must wait for.
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
        self._place: dict[str, Any] = {"rest_api": args.rest_api.id, "resource_id": self.resource.id}
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
            **self._place,
            http_method="POST",
            authorization="COGNITO_USER_POOLS" if authorized else "NONE",
            authorizer_id=args.authorizer_id if authorized else None,
            request_validator_id=args.validator_id,
            request_models={"application/json": model.name},
            opts=self._child,
        )
        integration = aws.apigateway.Integration(
            f"{self._name}-integration",
            **self._place,
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
        options = aws.apigateway.Method(
            f"{self._name}-options",
            **self._place,
            http_method="OPTIONS",
            authorization="NONE",
            opts=self._child,
        )
        integration = aws.apigateway.Integration(
            f"{self._name}-options-integration",
            **self._place,
            http_method=options.http_method,
            type="MOCK",
            request_templates={"application/json": '{"statusCode": 204}'},
            opts=self._child,
        )
        answer = aws.apigateway.MethodResponse(
            f"{self._name}-options-answer",
            **self._place,
            http_method=options.http_method,
            status_code="204",
            response_parameters={f"method.response.header.{header}": True for header in headers},
            opts=self._child,
        )
        mapping = aws.apigateway.IntegrationResponse(
            f"{self._name}-options-mapping",
            **self._place,
            http_method=options.http_method,
            status_code=answer.status_code,
            response_parameters={
                f"method.response.header.{header}": f"'{value}'" for header, value in headers.items()
            },
            opts=pulumi.ResourceOptions(parent=self, depends_on=[integration]),
        )
        return [options, integration, answer, mapping]


def build_gateway_model(route: RouteSpec) -> dict[str, Any]:
    """The JSON Schema (draft 04) of a request's body, which accepts any JSON.

    The gateway has one text for all that its model refuses. So it refuses what is not JSON, and says so; the
    function says what else is wrong, by field and with the remedy.
    """
    return {
        "$schema": "http://json-schema.org/draft-04/schema#",
        "title": route.operation_id,
        "description": f"Any JSON; the function checks it against the contract. {route.summary}.",
    }


def build_cors_headers(allowed_origin: str) -> dict[str, str]:
    """The headers without which a browser hides a response from the page that sent the request."""
    return {"Access-Control-Allow-Origin": allowed_origin}


def build_preflight_headers(allowed_origin: str) -> dict[str, str]:
    """The headers that a browser asks for before it sends a page's request."""
    of_routes = {header.name for route in ROUTES for header in route.headers}
    return {
        **build_cors_headers(allowed_origin),
        "Access-Control-Allow-Methods": "OPTIONS,POST",
        "Access-Control-Allow-Headers": ",".join(["Authorization", "Content-Type", *sorted(of_routes)]),
        "Access-Control-Max-Age": "3600",
    }


def _template(body: Message) -> str:
    return json.dumps(asdict(body))


_FAILED = _template(Fault(message=answers.NOT_STORED, request_id="$context.requestId"))

_SPLIT = f"The request has more than {MAX_REPORT_BYTES:,} {HANDED_ON}. {COUNTED_TWICE} {HOW_TO_SPLIT}"

# A changed status is counted as 4XXError, whatever it is ("Amazon API Gateway dimensions and metrics"). AWS
# fills in one that is left out, and the provider finds a difference at each `pulumi up`; but the two defaults
# have none, and one set there would change the status of every error.
GATEWAY_RESPONSES: Final[Mapping[str, tuple[str | None, str]]] = {
    "DEFAULT_4XX": (None, '{"message": $context.error.messageString}'),
    "DEFAULT_5XX": (
        None, '{"message": $context.error.messageString, "request_id": "$context.requestId"}'
    ),
    # The models accept any JSON, so the body is not JSON. Its own status is 400, of which PowerShell shows
    # the status line alone.
    "BAD_REQUEST_BODY": ("422", _template(answers.NOT_JSON)),
    "UNAUTHORIZED": ("401", _template(Message(message=answers.INVALID_TOKEN))),
    # Its own status is 403; in the metrics both are a caller's mistake.
    "MISSING_AUTHENTICATION_TOKEN": ("404", _template(Message(message=answers.NO_SUCH_ROUTE))),
    "REQUEST_TOO_LARGE": ("413", _template(Message(message=_SPLIT))),
    "THROTTLED": ("429", _template(Message(message=answers.THROTTLED))),
    "INTEGRATION_FAILURE": ("504", _FAILED),
    "INTEGRATION_TIMEOUT": ("504", _FAILED),
}  # fmt: skip
"""What the gateway answers by itself, by the type of the response: the status, and JSON with a `message`."""
