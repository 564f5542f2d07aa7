"""A stack, real or local, as its outputs describe it; and why a command fails."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import Any, Final, Self

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError, PartialCredentialsError

from contract.manifest import Declared, read_manifest
from contract.names import ALARM_SEPARATOR, LOCAL_KEY, OUTPUTS_VARIABLE, LocalOutput, Output
from contract.owners.reading import OwnersFileError
from store.dynamodb import ConflictError, MalformedItemError, UnprocessedKeysError

LOCAL_OUTPUTS: Final = Path(".local/outputs.json")
"""Where the local stack of this folder writes its outputs."""
_CONFIG: Final = Config(
    connect_timeout=5, read_timeout=30, retries={"mode": "standard", "total_max_attempts": 8}
)
_IMPATIENT: Final = Config(connect_timeout=3, read_timeout=10, retries={"total_max_attempts": 1})
_making: Final = Lock()
_SIGN_IN: Final = "Sign in first, such as with: aws sso login"
_EXPIRED: Final = {"ExpiredToken", "ExpiredTokenException", "RequestExpired"}


class OpsError(Exception):
    """A command cannot be done; the text says why, and what to do about it."""


FAILURES: Final = (
    OpsError, OwnersFileError, BotoCoreError, ClientError, ConflictError, MalformedItemError,
    UnprocessedKeysError,
)  # fmt: skip
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
        case ConflictError():
            return "The service is writing the same item. Run the command again."
    return str(error)


@dataclass(frozen=True)
class Stack:
    """A stack, and its AWS clients; without outputs for the commands that ask no stack."""

    # A local stack's outputs hold passwords.
    outputs: Mapping[str, Any] = field(default_factory=dict)
    file: Path = LOCAL_OUTPUTS
    _clients: dict[str, Any] = field(default_factory=dict, init=False, repr=False, compare=False)

    @classmethod
    def read(cls, file: Path | None, environment: Mapping[str, str] = os.environ) -> Self:
        """The stack of a file; without one, that of the variable, else the local one of this folder."""
        named = environment.get(OUTPUTS_VARIABLE)
        path = file or (Path(named) if named else LOCAL_OUTPUTS)
        try:
            outputs = json.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            raise OpsError(
                f"There is no file {path}. Write the outputs of your stack to one and name it: "
                "pulumi stack output --json > outputs.json, then --outputs outputs.json. "
                "A local stack (make demo) writes its own."
            ) from None
        except (OSError, ValueError) as error:
            # Such as an empty one: `pulumi` was refused, and the shell had made the file.
            again = "Write it again: pulumi stack output --json, in this repository's folder"
            raise OpsError(f"{path} cannot be read as JSON: {error}. {again}") from None
        if not isinstance(outputs, dict):
            raise OpsError(f"{path} does not hold a JSON object.")
        return cls(outputs, path)

    def __getitem__(self, output: Output) -> str:
        """An output.

        Raises:
            OpsError: the stack has none of this name.
        """
        if value := self.outputs.get(output):
            return str(value)
        raise OpsError(
            f"{self.file} has no {output}. After a `pulumi up` of this version, write the file again: "
            "pulumi stack output --json"
        )

    @property
    def declared(self) -> list[Declared]:
        """What the program declares, as it was when the outputs were written."""
        try:
            return read_manifest(self[Output.MANIFEST])
        except ValueError as error:
            raise OpsError(f"{self.file} has a {Output.MANIFEST} that cannot be read: {error}") from None

    @cached_property
    def alarms(self) -> Mapping[str, Mapping[str, Any]]:
        """Every alarm in AWS whose name begins as the stack's do, by name."""
        pages = self.client("cloudwatch").get_paginator("describe_alarms").paginate(
            AlarmNamePrefix=f"{self[Output.METRICS_NAMESPACE]}{ALARM_SEPARATOR}",
            AlarmTypes=["MetricAlarm", "CompositeAlarm"],
        )  # fmt: skip
        kinds = ("MetricAlarms", "CompositeAlarms")
        return {alarm["AlarmName"]: alarm for page in pages for kind in kinds for alarm in page.get(kind, [])}

    def client(self, service: str) -> Any:
        """A boto3 client, made once, with this machine's credentials, or the root's of a local stack."""
        make_client: Any = boto3.client
        endpoint_url = self.outputs.get(LocalOutput.ENDPOINT_URL)
        root = {"aws_access_key_id": LOCAL_KEY, "aws_secret_access_key": LOCAL_KEY} if endpoint_url else {}
        # The doctor asks it first: whether AWS can be reached is not worth eight attempts.
        config = _IMPATIENT if service == "sts" else _CONFIG
        region = self[Output.REGION]
        # Making a client is the one part of boto3 that must not happen twice at once.
        with _making:
            if service not in self._clients:
                self._clients[service] = make_client(
                    service, region_name=region, endpoint_url=endpoint_url, config=config, **root
                )
            return self._clients[service]
