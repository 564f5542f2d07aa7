"""What creates a resource: the account that it is created in, its inputs, and what AWS answers."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from threading import Lock
from typing import Any, Final

import boto3

from contract.names import LOCAL_KEY

ACCOUNT: Final = "000000000000"
"""The emulator's."""
Inputs = Mapping[str, Any]
"""A resource's inputs under the provider's names, such as `billingMode`."""


@dataclass(frozen=True)
class Created:
    """A resource's id, and the outputs that AWS alone knows."""

    id: str
    outputs: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Aws:
    """The emulated account, seen with its root credentials."""

    endpoint_url: str
    region: str
    account_id: str = ACCOUNT

    def client(self, service: str) -> Any:
        """A boto3 client, made once for each service."""
        # Making a client is the one part of boto3 that must not happen twice at once.
        with _making:
            return _make_client(service, self.endpoint_url, self.region)

    def arn(self, service: str, resource: str) -> str:
        """The ARN of a regional resource in this account."""
        return f"arn:aws:{service}:{self.region}:{self.account_id}:{resource}"


_making = Lock()

Creator = Callable[[Aws, str, Inputs], Created]
"""Creates a resource of one type, by what the program calls it and its inputs."""


@lru_cache(maxsize=32)
def _make_client(service: str, endpoint_url: str, region: str) -> Any:
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


def pick(inputs: Inputs, *names: str) -> dict[str, Any]:
    """The named inputs that are set, under the names of the AWS API."""
    picked: dict[str, Any] = to_api(given(inputs, *names))
    return picked


def given(inputs: Inputs, *names: str, **renamed: str) -> dict[str, Any]:
    """The named inputs that are set, as they are, and others under the names `api_name="inputName"`."""
    wanted = {name: name for name in names} | renamed
    return {api: inputs[name] for api, name in wanted.items() if inputs.get(name) is not None}


def patch(inputs: Inputs, *names: str) -> list[dict[str, str]]:
    """The named inputs that are set, as operations of API Gateway's updates."""
    return [
        {
            "op": "replace",
            "path": f"/{name}",
            "value": str(value).lower() if isinstance(value, bool) else value,
        }
        for name, value in given(inputs, *names).items()
    ]
