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


def send(aws: Aws, service: str, operation: str, inputs: Inputs) -> dict[str, Any]:
    """Calls AWS with those of the inputs that the operation takes.

    Args:
        aws: the account.
        service: as boto3 calls it.
        operation: the client's method, such as `create_table`.
        inputs: the resource's, and others beside them.

    Returns:
        The request and the answer, and what the answer's objects hold, in one.
    """
    client = aws.client(service)
    model = client.meta.service_model.operation_model(client.meta.method_to_api_mapping[operation])
    request = _fit(model.input_shape, inputs)
    answer: dict[str, Any] = getattr(client, operation)(**request)
    inner = [value for key, value in answer.items() if isinstance(value, dict) and key != "ResponseMetadata"]
    return {name: value for part in (request, *inner, answer) for name, value in part.items()}


def _fit(shape: Any, value: Any) -> Any:
    """What a shape of botocore's takes of a value: AWS's API has the provider's words in other letters."""
    match shape.type_name:
        case "structure":
            given = {name.lower(): entry for name, entry in value.items() if entry is not None}
            return {
                name: _fit(member, given[name.lower()])
                for name, member in shape.members.items()
                if name.lower() in given
            }
        case "map":
            return {key: _fit(shape.value, entry) for key, entry in value.items()}
        case "list":
            return [_fit(shape.member, entry) for entry in (value if isinstance(value, list) else [value])]
        case "string":
            return str(value)
    return value


def by(service: str, operation: str, resource_id: str, outputs: str = "", **renamed: str) -> Creator:
    """Creates by one call.

    Args:
        service: as boto3 calls it.
        operation: the client's method.
        resource_id: a template of the id, such as `{RoleName}:{PolicyName}`, of request and answer.
        outputs: the names of outputs with their templates, as in `arn={Arn} name={RoleName}`.
        renamed: names of the API, and the inputs that bear another one.
    """

    def create(aws: Aws, name: str, inputs: Inputs) -> Created:
        named = {"name": name, **inputs}
        others = {api: named.get(given) for api, given in renamed.items()}
        known = send(aws, service, operation, {**named, **others})
        known |= {"region": aws.region, "account": aws.account_id}
        templates = dict(one.split("=") for one in outputs.split())
        return Created(
            resource_id.format_map(known),
            {output: template.format_map(known) for output, template in templates.items()},
        )

    return create
