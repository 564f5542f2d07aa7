"""What every creator is given and gives back."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final

import boto3

ROOT_KEY: Final = "test"
"""Id and secret of the key that the emulator takes for the account's root; every other principal is held
to its policies."""
Inputs = Mapping[str, Any]
"""A resource's inputs under the provider's names, such as `billingMode`."""


@dataclass(frozen=True)
class Created:
    """A resource's id and the outputs that only its creation tells."""

    id: str
    outputs: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Aws:
    """The emulated account, seen with its root credentials."""

    endpoint_url: str
    region: str
    account_id: str = "000000000000"

    def client(self, service: str) -> Any:
        """A boto3 client, made once for each service."""
        return _client(service, self.endpoint_url, self.region)

    def arn(self, service: str, resource: str) -> str:
        """The ARN of a regional resource in this account."""
        return f"arn:aws:{service}:{self.region}:{self.account_id}:{resource}"


Creator = Callable[[Aws, str, Inputs], Created]


@lru_cache(maxsize=32)
def _client(service: str, endpoint_url: str, region: str) -> Any:
    # The stubs want the service's name as a literal.
    make_client: Any = boto3.client
    return make_client(
        service,
        endpoint_url=endpoint_url,
        region_name=region,
        aws_access_key_id=ROOT_KEY,
        aws_secret_access_key=ROOT_KEY,
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
    return {
        name[0].upper() + name[1:]: to_api(inputs[name]) for name in names if inputs.get(name) is not None
    }
