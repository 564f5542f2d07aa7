"""Creates each resource of the program in the emulator: what the AWS provider does for Pulumi.

One module a service. A resource type that none of them knows is an error, never passed over.
"""

from collections.abc import Mapping
from typing import Any

from pulumi.runtime.rpc import is_rpc_secret, unwrap_rpc_secret

from local.provider import (
    apigateway,
    cloudwatch,
    cognito,
    dynamodb,
    functions,
    iam,
    kms,
    secretsmanager,
    sns,
    wafv2,
)
from local.provider.resource import Aws, Created, Creator, Inputs

__all__ = ["Aws", "Created", "UnknownResourceError", "as_api_values", "create"]

_CREATORS: dict[str, Creator] = {
    **apigateway.CREATORS,
    **cloudwatch.CREATORS,
    **cognito.CREATORS,
    **dynamodb.CREATORS,
    **functions.CREATORS,
    **iam.CREATORS,
    **kms.CREATORS,
    **secretsmanager.CREATORS,
    **sns.CREATORS,
    **wafv2.CREATORS,
}


class UnknownResourceError(Exception):
    """The program declares a resource that the local stack cannot create."""

    def __init__(self, resource_type: str, name: str) -> None:
        super().__init__(
            f"The local stack cannot create {name!r}: it does not know the type {resource_type}. "
            "Add a creator for it to the module of its service in local/provider/."
        )


def create(aws: Aws, resource_type: str, name: str, inputs: Inputs) -> Created:
    """Creates one resource, and returns its id and outputs as the AWS provider would.

    Raises:
        UnknownResourceError: no creator for this type.
    """
    creator = _CREATORS.get(resource_type)
    if creator is None:
        raise UnknownResourceError(resource_type, name)
    created = creator(aws, name, as_api_values(inputs))
    return Created(created.id, {**inputs, **created.outputs})


def as_api_values(value: Any) -> Any:
    """Inputs as the AWS API takes them: secrets bare, whole numbers as integers.

    Pulumi marks secrets, and its protocol buffers know one kind of number only.
    """
    if is_rpc_secret(value):
        return as_api_values(unwrap_rpc_secret(value))
    if isinstance(value, Mapping):
        return {key: as_api_values(entry) for key, entry in value.items()}
    if isinstance(value, list):
        return [as_api_values(entry) for entry in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value
