"""Creates the program's resources in the emulator, as the AWS provider would; it changes and deletes none.

A type that nothing is known to create is an error, never passed over.
"""

from collections.abc import Mapping
from typing import Any

from pulumi.runtime.rpc import is_rpc_secret, unwrap_rpc_secret

from local.provider.creators import CREATORS
from local.provider.resource import ACCOUNT, Aws, Created, Inputs

__all__ = [
    "ACCOUNT",
    "CREATORS",
    "Aws",
    "Created",
    "Inputs",
    "UnknownResourceError",
    "as_api_values",
    "create",
]


class UnknownResourceError(Exception):
    """The program declares a resource that the local stack cannot create."""

    def __init__(self, resource_type: str, name: str) -> None:
        super().__init__(
            f"The local stack cannot create {name!r}: it does not know the type {resource_type}. "
            "Add what creates it to local/provider/creators.py."
        )


def create(aws: Aws, resource_type: str, name: str, inputs: Inputs) -> Created:
    """Creates one resource, and returns its id and what AWS answers.

    Raises:
        UnknownResourceError: nothing is known to create the type.
    """
    if resource_type not in CREATORS:
        raise UnknownResourceError(resource_type, name)
    return CREATORS[resource_type](aws, name, as_api_values(inputs))


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
