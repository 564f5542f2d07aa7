"""REST APIs of API Gateway, part by part."""

from collections.abc import Callable
from typing import Any

from local.provider.resource import Aws, Created, Creator, Inputs


def _given(inputs: Inputs, **names: str) -> dict[str, Any]:
    """The inputs that are set, under the API's names given as `api_name="inputName"`."""
    return {api: inputs[given] for api, given in names.items() if inputs.get(given) is not None}


def _rest_api(aws: Aws, name: str, inputs: Inputs) -> Created:
    client = aws.client("apigateway")
    api = client.create_rest_api(
        name=inputs.get("name", name),
        description=inputs.get("description", ""),
        endpointConfiguration={"types": [inputs["endpointConfiguration"]["types"]]},
        **_given(inputs, securityPolicy="securityPolicy", endpointAccessMode="endpointAccessMode"),
    )
    root = next(
        item["id"] for item in client.get_resources(restApiId=api["id"])["items"] if item["path"] == "/"
    )
    return Created(
        api["id"],
        {"rootResourceId": root, "executionArn": aws.arn("execute-api", api["id"]), "name": api["name"]},
    )


def _rest_api_policy(aws: Aws, _name: str, inputs: Inputs) -> Created:
    aws.client("apigateway").update_rest_api(
        restApiId=inputs["restApiId"],
        patchOperations=[{"op": "replace", "path": "/policy", "value": inputs["policy"]}],
    )
    return Created(inputs["restApiId"])


def _authorizer(aws: Aws, name: str, inputs: Inputs) -> Created:
    authorizer = aws.client("apigateway").create_authorizer(
        restApiId=inputs["restApi"],
        name=inputs.get("name", name),
        **_given(inputs, type="type", providerARNs="providerArns", identitySource="identitySource"),
    )
    return Created(authorizer["id"])


def _request_validator(aws: Aws, name: str, inputs: Inputs) -> Created:
    validator = aws.client("apigateway").create_request_validator(
        restApiId=inputs["restApi"],
        name=inputs.get("name", name),
        validateRequestBody=inputs.get("validateRequestBody", False),
        validateRequestParameters=inputs.get("validateRequestParameters", False),
    )
    return Created(validator["id"])


def _gateway_response(aws: Aws, _name: str, inputs: Inputs) -> Created:
    aws.client("apigateway").put_gateway_response(
        restApiId=inputs["restApiId"],
        responseType=inputs["responseType"],
        **_given(
            inputs,
            statusCode="statusCode",
            responseTemplates="responseTemplates",
            responseParameters="responseParameters",
        ),
    )
    return Created(f"aggr-{inputs['restApiId']}-{inputs['responseType']}")


def _resource(aws: Aws, _name: str, inputs: Inputs) -> Created:
    resource = aws.client("apigateway").create_resource(
        restApiId=inputs["restApi"], parentId=inputs["parentId"], pathPart=inputs["pathPart"]
    )
    return Created(resource["id"], {"path": resource["path"]})


def _model(aws: Aws, name: str, inputs: Inputs) -> Created:
    model = aws.client("apigateway").create_model(
        restApiId=inputs["restApi"],
        name=inputs.get("name", name),
        **_given(inputs, contentType="contentType", schema="schema"),
    )
    return Created(model["id"], {"name": model["name"]})


def _method(aws: Aws, _name: str, inputs: Inputs) -> Created:
    aws.client("apigateway").put_method(
        **_method_key(inputs),
        authorizationType=inputs["authorization"],
        **_given(
            inputs,
            authorizerId="authorizerId",
            requestValidatorId="requestValidatorId",
            requestModels="requestModels",
            requestParameters="requestParameters",
        ),
    )
    return Created(_method_id("agm", inputs))


def _integration(aws: Aws, _name: str, inputs: Inputs) -> Created:
    aws.client("apigateway").put_integration(
        **_method_key(inputs),
        **_given(
            inputs,
            type="type",
            integrationHttpMethod="integrationHttpMethod",
            uri="uri",
            requestTemplates="requestTemplates",
            passthroughBehavior="passthroughBehavior",
        ),
    )
    return Created(_method_id("agi", inputs))


def _method_response(aws: Aws, _name: str, inputs: Inputs) -> Created:
    aws.client("apigateway").put_method_response(
        **_method_key(inputs),
        statusCode=inputs["statusCode"],
        **_given(inputs, responseParameters="responseParameters", responseModels="responseModels"),
    )
    return Created(_method_id("agmr", inputs))


def _integration_response(aws: Aws, _name: str, inputs: Inputs) -> Created:
    aws.client("apigateway").put_integration_response(
        **_method_key(inputs),
        statusCode=inputs["statusCode"],
        **_given(inputs, responseParameters="responseParameters", responseTemplates="responseTemplates"),
    )
    return Created(_method_id("agir", inputs))


def _deployment(aws: Aws, _name: str, inputs: Inputs) -> Created:
    deployment = aws.client("apigateway").create_deployment(restApiId=inputs["restApi"])
    return Created(deployment["id"])


def _stage(aws: Aws, _name: str, inputs: Inputs) -> Created:
    client = aws.client("apigateway")
    api, stage = inputs["restApi"], inputs["stageName"]
    client.create_stage(restApiId=api, stageName=stage, deploymentId=inputs["deployment"])
    if log := inputs.get("accessLogSettings"):
        client.update_stage(
            restApiId=api,
            stageName=stage,
            patchOperations=[
                {
                    "op": "replace",
                    "path": "/accessLogSettings/destinationArn",
                    "value": log["destinationArn"],
                },
                {"op": "replace", "path": "/accessLogSettings/format", "value": log["format"]},
            ],
        )
    url = f"{aws.endpoint_url}/restapis/{api}/{stage}/_user_request_"
    arn = f"arn:aws:apigateway:{aws.region}::/restapis/{api}/stages/{stage}"
    return Created(f"ags-{api}-{stage}", {"invokeUrl": url, "arn": arn})


def _method_settings(aws: Aws, _name: str, inputs: Inputs) -> Created:
    # The API takes one patch a setting, under a path in which the method's slash is escaped.
    method = inputs["methodPath"].replace("/", "~1", inputs["methodPath"].count("/") - 1)
    paths: dict[str, tuple[str, Callable[[Any], str]]] = {
        "metricsEnabled": ("metrics/enabled", lambda on: str(on).lower()),
        "loggingLevel": ("logging/loglevel", str),
        "throttlingRateLimit": ("throttling/rateLimit", str),
        "throttlingBurstLimit": ("throttling/burstLimit", str),
    }
    settings = inputs["settings"]
    aws.client("apigateway").update_stage(
        restApiId=inputs["restApi"],
        stageName=inputs["stageName"],
        patchOperations=[
            {"op": "replace", "path": f"/{method}/{path}", "value": as_text(settings[name])}
            for name, (path, as_text) in paths.items()
            if name in settings
        ],
    )
    return Created(f"{inputs['restApi']}-{inputs['stageName']}-{inputs['methodPath']}")


def _account(aws: Aws, _name: str, inputs: Inputs) -> Created:
    aws.client("apigateway").update_account(
        patchOperations=[
            {"op": "replace", "path": "/cloudwatchRoleArn", "value": inputs["cloudwatchRoleArn"]}
        ]
    )
    return Created("api-gateway-account")


def _method_key(inputs: Inputs) -> dict[str, str]:
    return {
        "restApiId": inputs["restApi"],
        "resourceId": inputs["resourceId"],
        "httpMethod": inputs["httpMethod"],
    }


def _method_id(kind: str, inputs: Inputs) -> str:
    return "-".join([kind, *_method_key(inputs).values(), *filter(None, [inputs.get("statusCode")])])


CREATORS: dict[str, Creator] = {
    "aws:apigateway/account:Account": _account,
    "aws:apigateway/authorizer:Authorizer": _authorizer,
    "aws:apigateway/deployment:Deployment": _deployment,
    "aws:apigateway/integration:Integration": _integration,
    "aws:apigateway/integrationResponse:IntegrationResponse": _integration_response,
    "aws:apigateway/method:Method": _method,
    "aws:apigateway/methodResponse:MethodResponse": _method_response,
    "aws:apigateway/methodSettings:MethodSettings": _method_settings,
    "aws:apigateway/model:Model": _model,
    "aws:apigateway/requestValidator:RequestValidator": _request_validator,
    "aws:apigateway/resource:Resource": _resource,
    "aws:apigateway/response:Response": _gateway_response,
    "aws:apigateway/restApi:RestApi": _rest_api,
    "aws:apigateway/restApiPolicy:RestApiPolicy": _rest_api_policy,
    "aws:apigateway/stage:Stage": _stage,
}
