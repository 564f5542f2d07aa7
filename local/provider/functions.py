"""Lambda functions and who may invoke them."""

from pathlib import Path

from local.provider.resource import Aws, Created, Creator, Inputs, pick


def _function(aws: Aws, name: str, inputs: Inputs) -> Created:
    client = aws.client("lambda")
    function_name = inputs.get("name", name)
    function = client.create_function(
        FunctionName=function_name,
        Code={"ZipFile": Path(inputs["code"].path).read_bytes()},
        Environment={"Variables": dict(inputs["environment"]["variables"])},
        **pick(
            inputs,
            "description",
            "handler",
            "runtime",
            "architectures",
            "role",
            "loggingConfig",
            "memorySize",
            "timeout",
        ),
    )
    client.get_waiter("function_active_v2").wait(FunctionName=function_name)
    arn = function["FunctionArn"]
    invoke_arn = f"arn:aws:apigateway:{aws.region}:lambda:path/2015-03-31/functions/{arn}/invocations"
    return Created(function_name, {"name": function_name, "arn": arn, "invokeArn": invoke_arn})


def _permission(aws: Aws, name: str, inputs: Inputs) -> Created:
    aws.client("lambda").add_permission(
        FunctionName=inputs["function"], StatementId=name, **pick(inputs, "action", "principal", "sourceArn")
    )
    return Created(name)


CREATORS: dict[str, Creator] = {
    "aws:lambda/function:Function": _function,
    "aws:lambda/permission:Permission": _permission,
}
