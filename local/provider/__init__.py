"""Creates, changes and deletes the program's resources in the emulator: the AWS provider's part.

One module a service, each with a table of its resource types' lifecycles. A resource type that none
of them knows is an error, never passed over.
"""

from collections.abc import Mapping
from typing import Any

from botocore.exceptions import ClientError
from pulumi.runtime.rpc import is_rpc_secret, unwrap_rpc_secret

from local.provider import (
    acm,
    apigateway,
    apigateway_domain,
    apigateway_method,
    apigateway_stage,
    backup,
    cloudwatch,
    cognito,
    dynamodb,
    event_sources,
    functions,
    iam,
    kms,
    route53,
    scheduler,
    secretsmanager,
    sns,
    sqs,
    wafv2,
)
from local.provider.resource import ACCOUNT, Aws, Created, Existing, Inputs, Lifecycle

__all__ = [
    "ACCOUNT",
    "LIFECYCLES",
    "Aws",
    "Created",
    "Existing",
    "Inputs",
    "Lifecycle",
    "UnknownResourceError",
    "as_api_values",
    "create",
    "delete",
    "lifecycle",
    "update",
]

LIFECYCLES: Mapping[str, Lifecycle] = {
    **acm.LIFECYCLES,
    **apigateway.LIFECYCLES,
    **apigateway_domain.LIFECYCLES,
    **apigateway_method.LIFECYCLES,
    **apigateway_stage.LIFECYCLES,
    **backup.LIFECYCLES,
    **cloudwatch.LIFECYCLES,
    **cognito.LIFECYCLES,
    **dynamodb.LIFECYCLES,
    **event_sources.LIFECYCLES,
    **functions.LIFECYCLES,
    **iam.LIFECYCLES,
    **kms.LIFECYCLES,
    **route53.LIFECYCLES,
    **scheduler.LIFECYCLES,
    **secretsmanager.LIFECYCLES,
    **sns.LIFECYCLES,
    **sqs.LIFECYCLES,
    **wafv2.LIFECYCLES,
}
_GONE = {
    "AWS.SimpleQueueService.NonExistentQueue",
    "NoSuchEntity",
    "NotFound",
    "NotFoundException",
    "QueueDoesNotExist",
    "ResourceNotFound",
    "ResourceNotFoundException",
}
"""What the services say of a resource that is not there."""


class UnknownResourceError(Exception):
    """The program declares a resource that the local stack cannot create."""

    def __init__(self, resource_type: str, name: str) -> None:
        super().__init__(
            f"The local stack cannot create {name!r}: it does not know the type {resource_type}. "
            "Add its lifecycle to the module of its service in local/provider/."
        )


def lifecycle(resource_type: str, name: str) -> Lifecycle:
    """How resources of this type come, change and go.

    Raises:
        UnknownResourceError: no module knows the type.
    """
    found = LIFECYCLES.get(resource_type)
    if found is None:
        raise UnknownResourceError(resource_type, name)
    return found


def create(aws: Aws, resource_type: str, name: str, inputs: Inputs) -> Created:
    """Creates one resource, and returns its id and what its creation tells, as the AWS provider would.

    Raises:
        UnknownResourceError: no module knows the type.
    """
    return lifecycle(resource_type, name).create(aws, name, as_api_values(inputs))


def update(aws: Aws, resource_type: str, existing: Existing, inputs: Inputs) -> Mapping[str, Any]:
    """Changes a resource in place, and returns the outputs that became others with it.

    Raises:
        CannotChangeError: AWS could, and the emulator cannot.
    """
    change = lifecycle(resource_type, existing.id).update
    assert change is not None  # noqa: S101 - where nothing can change, a difference is a replacement
    return change(aws, _plain(existing), as_api_values(inputs)) or {}


def delete(aws: Aws, resource_type: str, existing: Existing) -> None:
    """Deletes a resource; one that is gone already is no error."""
    try:
        lifecycle(resource_type, existing.id).delete(aws, _plain(existing))
    except ClientError as error:
        if error.response["Error"]["Code"] not in _GONE:
            raise


def _plain(existing: Existing) -> Existing:
    return Existing(existing.id, as_api_values(existing.state))


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
