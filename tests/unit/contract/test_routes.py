"""A route is one entry of the table. What stands elsewhere for each of them must not be forgotten."""

import ast
import importlib
import tomllib
from pkgutil import resolve_name

import pytest
import yaml

from contract import routes
from contract.limits import MAX_KEY_CHARACTERS
from contract.names import ROOT
from contract.routes import IDEMPOTENCY_KEY, ROUTES, RouteSpec


def test_every_route_is_in_the_table() -> None:
    declared = [value for value in vars(routes).values() if isinstance(value, RouteSpec)]
    assert declared == list(ROUTES)


@pytest.mark.parametrize("field", ["path", "operation_id", "tag"])
def test_no_two_routes_share_a_name(field: str) -> None:
    assert len({getattr(route, field) for route in ROUTES}) == len(ROUTES)


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.path)
def test_every_route_has_its_function(route: RouteSpec) -> None:
    module = importlib.import_module(f"handlers.{route.path}")
    assert callable(module.handler)
    # The decorator names the route, from which the answers, the logs and the metrics take it.
    decorators = [
        ast.unparse(decorator)
        for node in ast.parse((ROOT / "handlers" / f"{route.path}.py").read_text()).body
        if isinstance(node, ast.FunctionDef) and node.name == "handler"
        for decorator in node.decorator_list
    ]
    assert decorators[0].startswith(f"endpoint({route.path.upper()}")


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.path)
def test_every_route_has_dependencies_limits_and_answers(route: RouteSpec) -> None:
    groups = tomllib.loads((ROOT / "pyproject.toml").read_text())["dependency-groups"]
    assert f"{route.key}-function" in groups
    keys = yaml.safe_load((ROOT / "Pulumi.yaml").read_text())["config"]
    assert {f"{route.throttle}RateLimit", f"{route.throttle}BurstLimit"} <= keys.keys()
    assert resolve_name(route.request)
    statuses = [answer.status for answer in route.all_answers]
    assert len(statuses) == len(set(statuses))
    assert {200, 401, 413, 429, 500, 504} <= {int(status) for status in statuses}


@pytest.mark.parametrize(
    ("value", "accepted"),
    [
        ("a", True),
        ("5f0c36f4-2f5c-4f0e-9a2f-7b5a4c1c7c1e", True),
        ("two words", True),
        ("x" * MAX_KEY_CHARACTERS, True),
        ("x" * (MAX_KEY_CHARACTERS + 1), False),
        ("", False),
        (" a", False),
        ("a ", False),
        ("é", False),
        ("a\n", False),
    ],
)
def test_idempotency_key_is_plain_text_without_spaces_at_its_ends(value: str, accepted: bool) -> None:
    assert IDEMPOTENCY_KEY.accepts(value) is accepted
