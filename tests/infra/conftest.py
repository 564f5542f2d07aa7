"""The program as it is declared: every resource with its inputs and what it asks of the engine."""

import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from unittest.mock import patch

import pulumi
import pytest
from pulumi.runtime.mocks import MockMonitor

from components.functions import function
from components.functions.packages import CACHE, LAMBDA_PYTHON, Package, Target
from local.program import STACK, config_schema, run_program
from tests.infra.flips import TOGETHER
from tests.stands.known_by_aws import outputs_of

IN_ZONE: Final = {"domainName": "sla.example.com", "domainZoneId": "Z0123456789ABCDEFGHIJ"}
"""Configuration of a host name with its DNS in Route 53."""
OWNED: Final[Mapping[str, Any]] = {
    "ownersFile": "tests/samples/owners.yaml",
    "webhooks": {"operations": "https://example.com/hook-one", "orders": "http://127.0.0.1:8080/hook-two"},
}
"""Configuration with owners to be notified."""
ALL_ON: Final[Mapping[str, Any]] = {
    **IN_ZONE,
    **OWNED,
    "defaultEndpoint": False,
    "mailFrom": "file-sla <sla@example.com>",
    "mailIdentity": "example.com",
    "alarmEmail": "ops@example.com",
    "openIncidentsAlarmCount": 3,
    "allowedCidrs": "203.0.113.0/24, 2001:db8::/32",
    "dashboardUrl": "https://dashboard.example.com",
    "webAcl": True,
    "webAclAuthLimit": 50,
    "customerManagedKey": True,
    "backupDays": 400,
    "xRayTracing": True,
    "threatProtection": "enforced",
    "authenticatorApps": True,
}
"""Every option that makes a resource more, or stands between the API and whoever calls it."""


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
    """Names of the resources that have to be there before it."""


@dataclass
class Program:
    resources: list[Declared] = field(default_factory=list)
    registrations: dict[str, Registration] = field(default_factory=dict)
    """By URN."""
    physical_names: dict[str, str] = field(default_factory=dict)
    """What AWS calls it, where the program says so; by URN."""
    shipped: dict[str, Mapping[str, str]] = field(default_factory=dict)
    """The files that each function's package holds beside its code, by the function's name."""
    exports: dict[str, Any] = field(default_factory=dict)

    def all(self, resource_type: str) -> list[Declared]:
        """The resources whose type ends in the given name, such as `Role`."""
        return [resource for resource in self.resources if resource.type.endswith(f":{resource_type}")]

    def one(self, resource_type: str, name: str | None = None) -> dict[str, Any]:
        """The inputs of the only resource of a type, or of the one with this name."""
        [found] = [r for r in self.all(resource_type) if name is None or r.name == name]
        return found.inputs

    def inputs(self, resource_type: str) -> list[dict[str, Any]]:
        """The inputs of all resources of a type."""
        return [resource.inputs for resource in self.all(resource_type)]

    def statements(self, resource_type: str, name: str | None = None) -> list[dict[str, Any]]:
        """Those of the policy of a `RolePolicy`, a `Role` (who may assume it), a key or the API."""
        found = self.one(resource_type, name)
        return list(json.loads(found.get("policy") or found["assumeRolePolicy"])["Statement"])

    def role_statements(self) -> list[dict[str, Any]]:
        """Those of all roles' policies."""
        return [s for policy in self.all("RolePolicy") for s in self.statements("RolePolicy", policy.name)]

    def permissions(self, function: str) -> dict[str, list[str]]:
        """On which resources a function's role may do what."""
        allowed: dict[str, list[str]] = defaultdict(list)
        for statement in self.statements("RolePolicy", f"{function}-permissions"):
            for action in statement["Action"]:
                allowed[action] += statement["Resource"]
        return {action: sorted(resources) for action, resources in allowed.items()}

    def variables(self, function: str) -> dict[str, Any]:
        """The environment of a function."""
        variables: dict[str, Any] = self.one("Function", f"{function}-function")["environment"]["variables"]
        return variables

    def registration(self, name: str) -> Registration:
        """That of the only resource with this logical name that is no component."""
        [found] = [
            registration
            for urn, registration in self.registrations.items()
            if registration.custom and _logical_name(urn) == name
        ]
        return found


_NAMED_BY: Final = (
    "name", "alarmName", "domainName", "dashboardName", "identityPoolName", "stageName", "pathPart",
    "responseType",
)  # fmt: skip
_DECLARED: Final[dict[str, Program]] = {}


def declare(stack: str = STACK, /, **config: Any) -> Program:
    """The program with configuration over that of the dev stack, under any stack's name.

    Each configuration is declared once in a test run; the file that `ownersFile` names must not change after.
    Packages are not built: `test_function_package.py` builds them.
    """
    key = json.dumps([stack, config], sort_keys=True)
    if key not in _DECLARED:
        _DECLARED[key] = declare_anew(stack, config)
    return _DECLARED[key]


def refuse(**config: Any) -> str:
    """Why the program refuses a configuration."""
    with pytest.raises(pulumi.RunError) as refused:
        declare_anew(STACK, config)
    return str(refused.value)


def declare_anew(stack: str, config: Mapping[str, Any]) -> Program:
    """The same, whether or not it was declared before."""
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
            dependencies=frozenset(map(_logical_name, request.dependencies)),
        )
        inputs = dict(request.object)
        given = next((str(inputs[key]) for key in _NAMED_BY if isinstance(inputs.get(key), str)), None)
        if request.custom and given is not None:
            program.physical_names[response.urn] = given
        return response

    def name_package(name: str, target: Target, data: Mapping[str, str]) -> Package:
        assert target != "host"
        program.shipped[name] = data
        return Package(
            path=CACHE / f"{name}-{target}.zip", runtime=f"python{LAMBDA_PYTHON}", architecture=target
        )

    with (
        patch.object(MockMonitor, "RegisterResource", record),
        patch.object(function, "build_package", name_package),
    ):
        program.exports = run_program(new_resource, config, stack)
    return program


def _logical_name(urn: str) -> str:
    return urn.rpartition("::")[2]


@pytest.fixture(scope="session")
def program() -> Program:
    """The dev stack."""
    return declare()


@pytest.fixture(scope="session")
def by_default() -> Program:
    """A stack with every key as Pulumi.yaml has it by default."""
    return declare(**{key: entry["default"] for key, entry in config_schema().items()})


@pytest.fixture(scope="session")
def other_values() -> Program:
    """A stack with another value than the default of every key that has an effect of its own."""
    return declare(**{key: entry["default"] for key, entry in config_schema().items()} | TOGETHER)


@pytest.fixture(scope="session")
def all_on() -> Program:
    """The dev stack with every option on."""
    return declare(**ALL_ON)
