"""The resource types that the program declares, whatever its options."""

from collections.abc import Mapping
from typing import Any, Final

import pulumi

from docs.generate.deploying.api_types import API_TYPES
from docs.generate.deploying.data_types import DATA_TYPES
from docs.generate.deploying.permissions import Permissions
from docs.generate.deploying.running_types import RUNNING_TYPES
from local.program import run_program

CONCERNS: Final[Mapping[str, Mapping[str, Permissions]]] = {
    "api": API_TYPES,
    "data": DATA_TYPES,
    "running": RUNNING_TYPES,
}
"""The known types, in parts whose policies stay below IAM's limit."""
EVERY_OPTION: Final[Mapping[str, Any]] = {
    "alarmEmail": "ops@example.com",
    "backupDays": 7,
    "customerManagedKey": True,
    "domainName": "sla.example.com",
    "domainZoneId": "Z0123456789ABCDEFGHIJ",
    # The machine's own package is built without a word about what it lacks.
    "functionTarget": "host",
    "openIncidentsAlarmCount": 1,
    "webAcl": True,
}
"""Configuration under which the program declares every type that it knows."""
_PROVIDER: Final = "pulumi:providers:aws"
_KNOWN_BY_AWS: Final = (
    "clientSecret", "endpoint", "executionArn", "invokeArn", "invokeUrl", "rootResourceId", "streamArn",
    "url",
)  # fmt: skip

_CERTIFICATE: Final = {
    "domainValidationOptions": [
        dict.fromkeys(
            ("domainName", "resourceRecordName", "resourceRecordType", "resourceRecordValue"), "made"
        )
    ]
}


class UnknownTypeError(Exception):
    """The program declares a type of which nobody has said what it takes to deploy it."""

    def __init__(self, unknown: list[str]) -> None:
        super().__init__(
            f"Nothing says what it takes to deploy {', '.join(unknown)}: "
            "add what the AWS provider calls for it to a table in docs/generate/deploying/."
        )


def find_declared_types(config: Mapping[str, Any] = EVERY_OPTION) -> set[str]:
    """The types of all resources that the program declares under a configuration."""
    declared: set[str] = set()

    def note(args: pulumi.runtime.MockResourceArgs) -> tuple[str, dict[str, Any]]:
        if args.custom and args.typ != _PROVIDER:
            declared.add(args.typ)
        made = dict.fromkeys(_KNOWN_BY_AWS, "made")
        return args.name, {**made, **_CERTIFICATE, "arn": "arn:aws:service:region:account:id", **args.inputs}

    run_program(note, config)
    return declared


def list_permissions(declared: set[str]) -> dict[str, dict[str, Permissions]]:
    """What the declared types take, by concern.

    Raises:
        UnknownTypeError: a type is in none of the tables.
    """
    known = {kind for types in CONCERNS.values() for kind in types}
    if unknown := sorted(declared - known):
        raise UnknownTypeError(unknown)
    return {
        concern: {kind: types[kind] for kind in sorted(types) if kind in declared}
        for concern, types in CONCERNS.items()
    }
