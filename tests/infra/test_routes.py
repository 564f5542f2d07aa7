"""Every route of the table is in everything that is declared."""

import json

import pytest

from contract.routes import ROUTES, RouteSpec
from tests.infra.conftest import Program

every_route = pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.path)


@every_route
def test_route_is_declared_with_its_group_and_model(program: Program, route: RouteSpec) -> None:
    method = program.one("Method", f"api-{route.key}-post")
    assert method["authorization"] == ("COGNITO_USER_POOLS" if route.group else "NONE")
    assert json.loads(program.one("Model", f"api-{route.key}-model")["schema"])["title"] == route.operation_id
    assert program.one("Function", f"{route.key}-function")["handler"] == f"handlers.{route.path}.handler"
    assert program.one("MethodSettings", f"api-{route.key}-settings")


@every_route
def test_route_is_watched(program: Program, route: RouteSpec) -> None:
    alarms = {alarm.name for alarm in program.all("MetricAlarm")}
    watched = ("5xx", "4xx", "latency", "errors", "throttles", "duration")
    assert {f"monitoring-{route.key}-{what}" for what in watched} <= alarms
    assert f"/{route.path}" in program.one("Dashboard")["dashboardBody"]
