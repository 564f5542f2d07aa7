"""A stack, real or local, as its outputs describe it; its tables; and why a command fails."""

import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError, PartialCredentialsError

from contract.names import LOCAL_KEY, OUTPUTS_VARIABLE, LocalOutput, Output

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

LOCAL_OUTPUTS: Final = Path(".local/outputs.json")
"""Where the local stack of this folder writes its outputs."""
_CONFIG: Final = Config(
    connect_timeout=5, read_timeout=30, retries={"mode": "standard", "total_max_attempts": 8}
)
_SIGN_IN: Final = "Sign in first, such as with: aws sso login"
_EXPIRED: Final = {"ExpiredToken", "ExpiredTokenException", "RequestExpired"}


class OpsError(Exception):
    """A command cannot be done; the text says why, and what to do about it."""


class OutputsError(OpsError):
    """The outputs of a stack are missing or wrong; the text says how to get them."""


FAILURES: Final = (OpsError, BotoCoreError, ClientError)
"""What may end a command: all that `describe` has words for."""


def describe(error: Exception) -> str:
    """The problem and its remedy, for one of `FAILURES`."""
    match error:
        case NoCredentialsError() | PartialCredentialsError():
            return f"This machine has no AWS credentials. {_SIGN_IN}"
        case ClientError():
            details = error.response["Error"]
            if details.get("Code") in _EXPIRED:
                return f"The AWS credentials of this machine have expired. {_SIGN_IN}"
            return f"AWS refused {error.operation_name}: {details.get('Code')}: {details.get('Message')}"
        case BotoCoreError():
            return f"AWS cannot be asked: {error}"
    return str(error)


@dataclass(frozen=True)
class Stack:
    """A stack, and its AWS clients."""

    # A local stack's outputs hold passwords.
    outputs: Mapping[str, Any]
    file: Path

    @classmethod
    def read(cls, file: Path | None, environment: Mapping[str, str] = os.environ) -> Self:
        """The stack of a file; without one, that of the variable, else the local one of this folder.

        Raises:
            OutputsError: there is no such file, or it holds no outputs.
        """
        named = environment.get(OUTPUTS_VARIABLE)
        path = file or (Path(named) if named else LOCAL_OUTPUTS)
        try:
            outputs = json.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            raise OutputsError(
                f"There is no file {path}. Write the outputs of your stack to one and name it: "
                "pulumi stack output --json > outputs.json, then --outputs outputs.json. "
                "A local stack (make demo) writes its own."
            ) from None
        except (OSError, ValueError) as error:
            raise OutputsError(f"{path} cannot be read as JSON: {error}") from None
        if not isinstance(outputs, dict):
            raise OutputsError(f"{path} does not hold a JSON object.")
        return cls(outputs, path)

    @classmethod
    def none(cls) -> Self:
        """For the commands that ask no stack, and so need no outputs."""
        return cls({}, LOCAL_OUTPUTS)

    def __getitem__(self, output: Output) -> str:
        """An output.

        Raises:
            OutputsError: the stack has none of this name.
        """
        if value := self.outputs.get(output):
            return str(value)
        raise OutputsError(
            f"{self.file} has no {output}. After a `pulumi up` of this version, write the file again: "
            "pulumi stack output --json"
        )

    def client(self, service: str) -> Any:
        """A boto3 client with this machine's own credentials, or with the root's of a local stack."""
        make_client: Any = boto3.Session().client
        endpoint_url = self.outputs.get(LocalOutput.ENDPOINT_URL)
        root = {"aws_access_key_id": LOCAL_KEY, "aws_secret_access_key": LOCAL_KEY} if endpoint_url else {}
        return make_client(
            service, region_name=self[Output.REGION], endpoint_url=endpoint_url, config=_CONFIG, **root
        )


Item = Mapping[str, Any]
"""An item in DynamoDB's own form: `{"Folder": {"S": "inbound"}}`."""
_KEYS_AT_ONCE: Final = 100
"""Keys of one BatchGetItem (DynamoDB quotas)."""


def query(
    client: "DynamoDBClient",
    table: str,
    partition: Mapping[str, str],
    *,
    index: str | None = None,
    only: Sequence[str] = (),
    **options: Any,
) -> Iterator[Item]:
    """All items of a partition, page by page.

    Args:
        client: may query the table, or its index.
        table: its name.
        partition: the partition key's attribute, and its value.
        index: the index, if not the table itself.
        only: the attributes to read; all where there is none.
        **options: more for the Query.
    """
    [(name, value)] = partition.items()
    paginator: Any = client.get_paginator("query")
    for page in paginator.paginate(
        TableName=table,
        KeyConditionExpression="#partition = :partition",
        ExpressionAttributeNames={"#partition": name, **_placeholders(only)},
        ExpressionAttributeValues={":partition": {"S": value}},
        **({"IndexName": index} if index else {}),
        **({"ProjectionExpression": ", ".join(_placeholders(only))} if only else {}),
        **options,
    ):
        yield from page["Items"]


def batch_get(
    client: "DynamoDBClient", table: str, keys: Iterable[Item], *, only: Sequence[str] = ()
) -> Iterator[Item]:
    """The items with these keys that there are, read consistently, in any order.

    Args:
        client: may read the table.
        table: its name.
        keys: of the items.
        only: the attributes to read; all where there is none.
    """
    left = iter(keys)
    names: Any = (
        {
            "ProjectionExpression": ", ".join(_placeholders(only)),
            "ExpressionAttributeNames": _placeholders(only),
        }
        if only
        else {}
    )
    while part := list(islice(left, _KEYS_AT_ONCE)):
        wanted: Any = {table: {"Keys": part, "ConsistentRead": True, **names}}
        while wanted:
            answer = client.batch_get_item(RequestItems=wanted)
            yield from answer["Responses"].get(table, ())
            # What did not fit into 16 MB comes with the next call.
            wanted = answer.get("UnprocessedKeys")


def _placeholders(attributes: Sequence[str]) -> dict[str, str]:
    return {f"#a{number}": name for number, name in enumerate(attributes)}
