"""What a resource's lifecycle is made of: what each step is given and gives back."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from threading import Lock
from typing import Any, Final, Self

import boto3

from contract.names import LOCAL_KEY

Inputs = Mapping[str, Any]
"""A resource's inputs under the provider's names, such as `billingMode`."""


@dataclass(frozen=True)
class Created:
    """A resource's id and the outputs that only its creation tells."""

    id: str
    outputs: Mapping[str, Any] = field(default_factory=dict)


ACCOUNT: Final = "000000000000"
"""The emulator's."""


@dataclass(frozen=True)
class Aws:
    """The emulated account, seen with its root credentials."""

    endpoint_url: str
    region: str
    account_id: str = ACCOUNT

    def client(self, service: str) -> Any:
        """A boto3 client, made once for each service."""
        return _client(service, self.endpoint_url, self.region)

    def arn(self, service: str, resource: str) -> str:
        """The ARN of a regional resource in this account."""
        return f"arn:aws:{service}:{self.region}:{self.account_id}:{resource}"


@dataclass(frozen=True)
class Existing:
    """A resource that was created before."""

    id: str
    state: Mapping[str, Any]
    """Its inputs and outputs after the last change."""

    @property
    def name(self) -> str:
        """The name that it bears in AWS."""
        return str(self.state.get("name") or self.id)


_making = Lock()

Creator = Callable[[Aws, str, Inputs], Created]
Updater = Callable[[Aws, Existing, Inputs], Mapping[str, Any] | None]
"""Changes a resource in place, and returns the outputs that became others with it."""
Deleter = Callable[[Aws, Existing], object]


@dataclass(frozen=True)
class Lifecycle:
    """How a resource of one type comes, changes and goes, by the rules of the real AWS provider."""

    create: Creator
    delete: Deleter
    update: Updater | None = None
    """None where nothing about such a resource can change: another input is another resource."""
    replace_on: frozenset[str] = frozenset()
    """Inputs that cannot change in place; every one where there is no update."""
    stays: frozenset[str] = frozenset()
    """Inputs that stay as they are once they are left out: AWS's own value, or the one set last. One inside
    a block is named with it, as in `serverSideEncryption.kmsKeyArn`."""

    @classmethod
    def put(cls, create: Creator, delete: Deleter, *replace_on: str) -> Self:
        """That of a resource whose creation writes over what is there already."""

        def put_again(aws: Aws, existing: Existing, inputs: Inputs) -> Mapping[str, Any]:
            return create(aws, existing.name, inputs).outputs

        return cls(create, delete, put_again, frozenset(replace_on))


def _client(service: str, endpoint_url: str, region: str) -> Any:
    # Making a client is the one part of boto3 that must not happen twice at once.
    with _making:
        return _made(service, endpoint_url, region)


@lru_cache(maxsize=32)
def _made(service: str, endpoint_url: str, region: str) -> Any:
    # The stubs want the service's name as a literal.
    make_client: Any = boto3.client
    return make_client(
        service,
        endpoint_url=endpoint_url,
        region_name=region,
        aws_access_key_id=LOCAL_KEY,
        aws_secret_access_key=LOCAL_KEY,
    )


def to_api(value: Any) -> Any:
    """Inputs under the names of the AWS API: the same words, each beginning with a capital."""
    if isinstance(value, Mapping):
        return {key[0].upper() + key[1:]: to_api(entry) for key, entry in value.items()}
    if isinstance(value, list):
        return [to_api(entry) for entry in value]
    return value


class CannotChangeError(Exception):
    """AWS would change the resource in place, and the emulator cannot."""


class ProtectedError(Exception):
    """AWS would refuse to delete the resource, and the emulator does not."""


def hold(existing: Existing, inputs: Inputs, *names: str) -> None:
    """Refuses a change of these inputs, which the emulator would get wrong.

    Raises:
        CannotChangeError: one of them is another than before.
    """
    for name in names:
        if inputs.get(name) != existing.state.get(name):
            raise CannotChangeError(f"The local stack cannot change {name} of {existing.id} in place.")


def patch(inputs: Inputs, *names: str) -> list[dict[str, str]]:
    """The named inputs that are set, as operations of API Gateway's updates."""
    return [
        {
            "op": "replace",
            "path": f"/{name}",
            "value": str(inputs[name]).lower() if isinstance(inputs[name], bool) else inputs[name],
        }
        for name in names
        if inputs.get(name) is not None
    ]


def given(inputs: Inputs, **names: str) -> dict[str, Any]:
    """The inputs that are set, under the API's names given as `api_name="inputName"`."""
    return {api: inputs[name] for api, name in names.items() if inputs.get(name) is not None}


def pick(inputs: Inputs, *names: str) -> dict[str, Any]:
    """The named inputs that are set, under the names of the AWS API."""
    return {
        name[0].upper() + name[1:]: to_api(inputs[name]) for name in names if inputs.get(name) is not None
    }
