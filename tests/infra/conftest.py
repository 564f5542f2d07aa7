"""The program as it is declared: every resource with the inputs it was given."""

from dataclasses import dataclass, field
from typing import Any

import pulumi
import pytest

from local.program import run_program


@dataclass(frozen=True)
class Declared:
    """One resource as the program declared it."""

    type: str
    name: str
    inputs: dict[str, Any]
    provider: str


@dataclass
class Program:
    """Everything one run of the program declared and exported."""

    resources: list[Declared] = field(default_factory=list)
    exports: dict[str, Any] = field(default_factory=dict)

    def all(self, resource_type: str) -> list[Declared]:
        """The resources whose type ends in the given name, such as `Role`."""
        return [resource for resource in self.resources if resource.type.endswith(f":{resource_type}")]

    def one(self, resource_type: str, name: str | None = None) -> dict[str, Any]:
        """The inputs of the only resource of a type, or of the one with this name."""
        [found] = [r for r in self.all(resource_type) if name is None or r.name == name]
        return found.inputs


def declare(**config: Any) -> Program:
    """Runs the program with configuration over that of the dev stack."""
    program = Program()

    def new_resource(args: pulumi.runtime.MockResourceArgs) -> tuple[str, dict[str, Any]]:
        if args.custom:
            program.resources.append(Declared(args.typ, args.name, args.inputs, args.provider or ""))
        # Outputs that only AWS would know, told apart by the resource they come from.
        known_by_aws = {
            output: f"{output}-of-{args.name}"
            for output in ("arn", "invokeArn", "invokeUrl", "executionArn", "endpoint", "clientSecret")
        }
        return f"id-of-{args.name}", {"rootResourceId": "root", **known_by_aws, **args.inputs}

    program.exports = run_program(new_resource, config)
    return program


@pytest.fixture(scope="session")
def program() -> Program:
    """The dev stack."""
    return declare()
