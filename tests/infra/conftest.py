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
from local.program import STACK, run_program
from tests.stands.known_by_aws import outputs_of

IN_ZONE: Final = {"domainName": "sla.example.com", "domainZoneId": "Z0123456789ABCDEFGHIJ"}
"""Configuration of a host name with its DNS in Route 53."""


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

    def permissions(self, function: str) -> dict[str, list[str]]:
        """On which resources a function's role may do what."""
        allowed: dict[str, list[str]] = defaultdict(list)
        for statement in json.loads(self.one("RolePolicy", f"{function}-permissions")["policy"])["Statement"]:
            assert statement["Effect"] == "Allow"
            for action in statement["Action"]:
                allowed[action] += statement["Resource"]
        return {action: sorted(resources) for action, resources in allowed.items()}

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


_DECLARED: Final[dict[str, Program]] = {}


def declare(stack: Any = STACK, **config: Any) -> Program:
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
            dependencies=frozenset(request.dependencies),
        )
        inputs = dict(request.object)
        given = next((str(inputs[key]) for key in _NAMED_BY if isinstance(inputs.get(key), str)), None)
        if request.custom and given is not None:
            program.physical_names[response.urn] = given
        return response

    def name_package(name: str, target: Target, data: Mapping[str, str]) -> Package:
        assert target == "arm64"
        program.shipped[name] = data
        return Package(path=CACHE / f"{name}.zip", runtime=f"python{LAMBDA_PYTHON}", architecture=target)

    with (
        patch.object(MockMonitor, "RegisterResource", record),
        patch.object(function, "build_package", name_package),
    ):
        program.exports = run_program(new_resource, config, stack)
    return program


@pytest.fixture(scope="session")
def program() -> Program:
    """The dev stack."""
    return declare()


@pytest.fixture(scope="session")
def other_values() -> Program:
    """The dev stack with another value than it has of each key whose value merely arrives somewhere."""
    return declare(
        deletionProtection=True,
        retentionDays=0,
        runRetentionDays=90,
        refreshTokenDays=30,
        manageApiGatewayAccount=False,
        alarmEmail="ops@example.com",
        docsUrl="https://docs.example.com/file-sla/",
        # Thresholds unlike each other.
        errorRateAlarmPercent=7,
        clientErrorRateAlarmPercent=33,
        latencyAlarmMs=1234,
        functionErrorAlarmCount=3,
        throttleAlarmCount=4,
        tableErrorAlarmCount=5,
        failedSignInAlarmCount=6,
        silentSendersAlarmCount=8,
        unreadableFoldersAlarmCount=9,
        openIncidentsAlarmCount=10,
    )
