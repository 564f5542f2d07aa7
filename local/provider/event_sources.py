"""What invokes Lambda functions by itself, and how often it tries."""

from typing import Any

from local.provider.resource import Aws, Created, Existing, Inputs, Lifecycle, pick

_CHANGEABLE = (
    "batchSize",
    "bisectBatchOnFunctionError",
    "destinationConfig",
    "enabled",
    "maximumBatchingWindowInSeconds",
    "maximumRecordAgeInSeconds",
    "maximumRetryAttempts",
    "parallelizationFactor",
)


def _settings(inputs: Inputs) -> dict[str, Any]:
    settings = pick(inputs, *_CHANGEABLE)
    if destination := inputs.get("destinationConfig"):
        arn = destination["onFailure"]["destinationArn"]
        settings["DestinationConfig"] = {"OnFailure": {"Destination": arn}}
    return settings


def _create_mapping(aws: Aws, _name: str, inputs: Inputs) -> Created:
    mapping = aws.client("lambda").create_event_source_mapping(
        **pick(inputs, "eventSourceArn", "functionName", "startingPosition"), **_settings(inputs)
    )
    return Created(mapping["UUID"], {"uuid": mapping["UUID"], "functionArn": mapping["FunctionArn"]})


def _update_mapping(aws: Aws, mapping: Existing, inputs: Inputs) -> None:
    aws.client("lambda").update_event_source_mapping(UUID=mapping.id, **_settings(inputs))


def _delete_mapping(aws: Aws, mapping: Existing) -> None:
    aws.client("lambda").delete_event_source_mapping(UUID=mapping.id)


def _put_invocations(aws: Aws, _name: str, inputs: Inputs) -> Created:
    aws.client("lambda").put_function_event_invoke_config(
        **pick(inputs, "functionName", "maximumEventAgeInSeconds", "maximumRetryAttempts")
    )
    return Created(inputs["functionName"])


def _delete_invocations(aws: Aws, invocations: Existing) -> None:
    aws.client("lambda").delete_function_event_invoke_config(FunctionName=invocations.id)


LIFECYCLES = {
    "aws:lambda/eventSourceMapping:EventSourceMapping": Lifecycle(
        _create_mapping,
        _delete_mapping,
        _update_mapping,
        replace_on=frozenset({"eventSourceArn", "startingPosition"}),
        stays=frozenset(
            {
                "maximumRecordAgeInSeconds",
                "maximumRetryAttempts",
                "parallelizationFactor",
            }
        ),
    ),
    "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig": Lifecycle.put(
        _put_invocations, _delete_invocations, "functionName"
    ),
}
