"""Lambda functions and who may invoke them."""

from pathlib import Path
from typing import Any

from local.provider.resource import Aws, Created, Existing, Inputs, Lifecycle, pick

_OF_CODE = {"architectures", "code"}


def _code(inputs: Inputs) -> bytes:
    return Path(inputs["code"].path).read_bytes()


def _configuration(inputs: Inputs) -> dict[str, Any]:
    settings = pick(
        inputs, "description", "handler", "runtime", "role", "loggingConfig", "memorySize", "timeout",
        "tracingConfig",
    )  # fmt: skip
    return {"Environment": {"Variables": dict(inputs["environment"]["variables"])}, **settings}


def _create_function(aws: Aws, name: str, inputs: Inputs) -> Created:
    client = aws.client("lambda")
    function_name = inputs.get("name", name)
    function = client.create_function(
        FunctionName=function_name,
        Code={"ZipFile": _code(inputs)},
        **_configuration(inputs),
        **pick(inputs, "architectures"),
    )
    client.get_waiter("function_active_v2").wait(FunctionName=function_name)
    arn = function["FunctionArn"]
    invoke_arn = f"arn:aws:apigateway:{aws.region}:lambda:path/2015-03-31/functions/{arn}/invocations"
    return Created(function_name, {"name": function_name, "arn": arn, "invokeArn": invoke_arn})


def _update_function(aws: Aws, function: Existing, inputs: Inputs) -> None:
    client = aws.client("lambda")
    updated = client.get_waiter("function_updated_v2")
    changed = {name for name in inputs if inputs[name] != function.state.get(name)}
    if changed - _OF_CODE:
        updated.wait(FunctionName=function.id)
        client.update_function_configuration(FunctionName=function.id, **_configuration(inputs))
    if changed & _OF_CODE:
        # Lambda takes one change at a time.
        updated.wait(FunctionName=function.id)
        client.update_function_code(
            FunctionName=function.id, ZipFile=_code(inputs), **pick(inputs, "architectures")
        )


def _delete_function(aws: Aws, function: Existing) -> None:
    aws.client("lambda").delete_function(FunctionName=function.id)


def _add_permission(aws: Aws, name: str, inputs: Inputs) -> Created:
    aws.client("lambda").add_permission(
        FunctionName=inputs["function"],
        **{"StatementId": name} | pick(inputs, "action", "principal", "sourceArn", "statementId"),
    )
    return Created(inputs.get("statementId", name))


def _remove_permission(aws: Aws, permission: Existing) -> None:
    aws.client("lambda").remove_permission(
        FunctionName=permission.state["function"], StatementId=permission.id
    )


LIFECYCLES = {
    "aws:lambda/function:Function": Lifecycle(
        _create_function,
        _delete_function,
        _update_function,
        replace_on=frozenset({"name", "packageType"}),
        stays=frozenset({"architectures", "loggingConfig", "tracingConfig"}),
    ),
    "aws:lambda/permission:Permission": Lifecycle(_add_permission, _remove_permission),
}
