"""The program as it is declared: every resource with its inputs and what it asks of the engine."""

from dataclasses import dataclass, field
from typing import Any
from unittest.mock import patch

import pulumi
import pytest
from pulumi.runtime.mocks import MockMonitor

from local.program import STACK, run_program
from tests.stands.known_by_aws import outputs_of


@dataclass(frozen=True)
class Declared:
    """One resource as the program declared it."""

    type: str
    name: str
    inputs: dict[str, Any]
    provider: str


@dataclass(frozen=True)
class Registration:
    """What the program asked of the engine for one resource, beside its inputs."""

    custom: bool
    protect: bool
    retain_on_delete: bool
    dependencies: frozenset[str]
    """URNs of the resources that have to be there before it."""


@dataclass
class Program:
    """Everything one run of the program declared and exported."""

    resources: list[Declared] = field(default_factory=list)
    registrations: dict[str, Registration] = field(default_factory=dict)
    """By URN."""
    physical_names: dict[str, str] = field(default_factory=dict)
    """What AWS calls it, where the program says so; by URN."""
    exports: dict[str, Any] = field(default_factory=dict)

    def all(self, resource_type: str) -> list[Declared]:
        """The resources whose type ends in the given name, such as `Role`."""
        return [resource for resource in self.resources if resource.type.endswith(f":{resource_type}")]

    def one(self, resource_type: str, name: str | None = None) -> dict[str, Any]:
        """The inputs of the only resource of a type, or of the one with this name."""
        [found] = [r for r in self.all(resource_type) if name is None or r.name == name]
        return found.inputs

    def registration(self, name: str) -> Registration:
        """That of the only resource with this logical name that is no component."""
        [found] = [
            registration
            for urn, registration in self.registrations.items()
            if registration.custom and urn.rpartition("::")[2] == name
        ]
        return found


_NAMED_BY: tuple[str, ...] = (
    "name",
    "alarmName",
    "domainName",
    "dashboardName",
    "identityPoolName",
    "stageName",
    "pathPart",
    "responseType",
)


def declare(stack: Any = STACK, **config: Any) -> Program:
    """Runs the program with configuration over that of the dev stack, under any stack's name."""
    program = Program()

    def new_resource(args: pulumi.runtime.MockResourceArgs) -> tuple[str, dict[str, Any]]:
        if args.custom:
            program.resources.append(Declared(args.typ, args.name, args.inputs, args.provider or ""))
        return f"id-of-{args.name}", {**outputs_of(args.typ, args.name), **args.inputs}

    register: Any = MockMonitor.RegisterResource

    def record(monitor: MockMonitor, request: Any) -> Any:
        response = register(monitor, request)
        if request.type == "pulumi:pulumi:Stack":
            return response
        program.registrations[response.urn] = Registration(
            custom=request.custom,
            protect=request.protect,
            retain_on_delete=request.retainOnDelete,
            dependencies=frozenset(request.dependencies),
        )
        inputs = dict(request.object)
        given = next((str(inputs[key]) for key in _NAMED_BY if isinstance(inputs.get(key), str)), None)
        if request.custom and given is not None:
            program.physical_names[response.urn] = given
        return response

    with patch.object(MockMonitor, "RegisterResource", record):
        program.exports = run_program(new_resource, config, stack)
    return program


@pytest.fixture(scope="session")
def program() -> Program:
    """The dev stack."""
    return declare()
