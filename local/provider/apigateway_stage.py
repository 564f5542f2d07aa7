"""Deployments of a REST API, the stages that serve them, and the limits there."""

from collections.abc import Callable
from typing import Any

from local.provider.resource import Aws, Created, Existing, Inputs, Lifecycle, patch


def _create_deployment(aws: Aws, _name: str, inputs: Inputs) -> Created:
    deployment = aws.client("apigateway").create_deployment(restApiId=inputs["restApi"])
    return Created(deployment["id"])


def _delete_deployment(aws: Aws, deployment: Existing) -> None:
    aws.client("apigateway").delete_deployment(
        restApiId=deployment.state["restApi"], deploymentId=deployment.id
    )


def _create_stage(aws: Aws, _name: str, inputs: Inputs) -> Created:
    api, stage = inputs["restApi"], inputs["stageName"]
    aws.client("apigateway").create_stage(restApiId=api, stageName=stage, deploymentId=inputs["deployment"])
    _change_stage(aws, inputs, [*_tracing(inputs), *_access_log(inputs)])
    url = f"{aws.endpoint_url}/restapis/{api}/{stage}/_user_request_"
    arn = f"arn:aws:apigateway:{aws.region}::/restapis/{api}/stages/{stage}"
    return Created(f"ags-{api}-{stage}", {"invokeUrl": url, "arn": arn})


def _update_stage(aws: Aws, _stage: Existing, inputs: Inputs) -> None:
    deployment = patch({"deploymentId": inputs["deployment"]}, "deploymentId")
    _change_stage(aws, inputs, [*deployment, *_tracing(inputs), *_access_log(inputs)])


def _delete_stage(aws: Aws, stage: Existing) -> None:
    aws.client("apigateway").delete_stage(
        restApiId=stage.state["restApi"], stageName=stage.state["stageName"]
    )


def _tracing(inputs: Inputs) -> list[dict[str, str]]:
    return patch({"tracingEnabled": inputs.get("xrayTracingEnabled", False)}, "tracingEnabled")


def _access_log(inputs: Inputs) -> list[dict[str, Any]]:
    log = inputs.get("accessLogSettings")
    if not log:
        return [{"op": "remove", "path": "/accessLogSettings"}]
    return [
        {"op": "replace", "path": "/accessLogSettings/destinationArn", "value": log["destinationArn"]},
        {"op": "replace", "path": "/accessLogSettings/format", "value": log["format"]},
    ]


def _put_settings(aws: Aws, _name: str, inputs: Inputs) -> Created:
    paths: dict[str, tuple[str, Callable[[Any], str]]] = {
        "metricsEnabled": ("metrics/enabled", lambda on: str(on).lower()),
        "loggingLevel": ("logging/loglevel", str),
        "throttlingRateLimit": ("throttling/rateLimit", str),
        "throttlingBurstLimit": ("throttling/burstLimit", str),
    }
    settings = inputs["settings"]
    operations = [
        {"op": "replace", "path": f"{_method(inputs)}/{path}", "value": as_text(settings[name])}
        for name, (path, as_text) in paths.items()
        if name in settings
    ]
    _change_stage(aws, inputs, operations)
    return Created(f"{inputs['restApi']}-{inputs['stageName']}-{inputs['methodPath']}")


def _delete_settings(aws: Aws, settings: Existing) -> None:
    _change_stage(aws, settings.state, [{"op": "remove", "path": _method(settings.state)}])


def _method(inputs: Inputs) -> str:
    """The path of a method's settings, in which the slashes before the method's own are escaped."""
    method_path: str = inputs["methodPath"]
    return "/" + method_path.replace("/", "~1", method_path.count("/") - 1)


def _change_stage(aws: Aws, inputs: Inputs, operations: list[dict[str, Any]]) -> None:
    aws.client("apigateway").update_stage(
        restApiId=inputs["restApi"], stageName=inputs["stageName"], patchOperations=operations
    )


def _put_account(aws: Aws, _name: str, inputs: Inputs) -> Created:
    aws.client("apigateway").update_account(patchOperations=patch(inputs, "cloudwatchRoleArn"))
    return Created("api-gateway-account")


def _reset_account(aws: Aws, _account: Existing) -> None:
    """There is one account in a region, which cannot go: it loses its role, for every API there."""
    _put_account(aws, "", {"cloudwatchRoleArn": ""})


LIFECYCLES = {
    "aws:apigateway/account:Account": Lifecycle.put(_put_account, _reset_account),
    "aws:apigateway/deployment:Deployment": Lifecycle(_create_deployment, _delete_deployment),
    "aws:apigateway/methodSettings:MethodSettings": Lifecycle.put(
        _put_settings, _delete_settings, "methodPath", "restApi", "stageName"
    ),
    "aws:apigateway/stage:Stage": Lifecycle(
        _create_stage, _delete_stage, _update_stage, replace_on=frozenset({"restApi", "stageName"})
    ),
}
