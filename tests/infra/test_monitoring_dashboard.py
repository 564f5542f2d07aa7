"""The CloudWatch dashboard: accepted by CloudWatch, and showing metrics that there are."""

import itertools
import json
from collections.abc import Callable, Iterator
from typing import Any

import jsonschema
import pytest

from tests.infra.conftest import Program
from tests.infra.dashboard_body_schema import DASHBOARD_BODY
from tests.infra.published import by_the_functions, is_published_by_aws, schema_of_search

ALARM_ARN = "arn:aws:cloudwatch:us-east-1:123456789012:alarm:"

Body = dict[str, Any]


@pytest.fixture(scope="module")
def body(program: Program) -> Body:
    """The body as it would reach CloudWatch, with the form of ARN that AWS gives."""
    text: str = program.one("Dashboard")["dashboardBody"]
    parsed: Body = json.loads(text.replace("arn-of-", ALARM_ARN))
    return parsed


def _metrics(body: Body) -> Iterator[tuple[str, str, dict[str, str]]]:
    for row in _rows(body):
        if len(row) > 1:
            namespace, name, *rest = row[:-1]
            yield namespace, name, dict(zip(rest[::2], rest[1::2], strict=True))


def _searches(body: Body) -> list[str]:
    return [row[0]["expression"] for row in _rows(body) if len(row) == 1]


def _rows(body: Body) -> Iterator[list[Any]]:
    for widget in body["widgets"]:
        yield from widget["properties"].get("metrics", [])


def test_body_follows_the_documented_structure(body: Body) -> None:
    jsonschema.validate(body, DASHBOARD_BODY)


def _misspelled(widget: Body) -> None:
    widget["properties"]["regoin"] = widget["properties"].pop("region")


@pytest.mark.parametrize(
    "spoil",
    [
        _misspelled,
        lambda widget: widget.update(width=25),
        lambda widget: widget.update(type="graph"),
        lambda widget: widget.pop("y"),
        lambda widget: widget["properties"].update(period=90),
        lambda widget: widget["properties"]["metrics"][0].insert(2, "DimensionWithoutValue"),
        lambda widget: widget["properties"]["metrics"][0][-1].update(stat="95%"),
    ],
)
def test_the_structure_is_one_that_can_be_broken(body: Body, spoil: Callable[[Body], object]) -> None:
    spoiled = json.loads(json.dumps(body))
    spoil(next(widget for widget in spoiled["widgets"] if widget["type"] == "metric"))
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(spoiled, DASHBOARD_BODY)


def test_no_widget_covers_another(body: Body) -> None:
    cells = [
        (x, y)
        for widget in body["widgets"]
        for x, y in itertools.product(
            range(widget["x"], widget["x"] + widget["width"]),
            range(widget["y"], widget["y"] + widget["height"]),
        )
    ]
    assert len(cells) == len(set(cells))
    assert max(x for x, _ in cells) < 24


def test_every_metric_shown_is_one_that_something_publishes(
    body: Body, program: Program, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    environment: dict[str, str] = {}
    for function in program.all("Function"):
        environment |= function.inputs["environment"]["variables"]
    own = {
        (series.namespace, frozenset(name for name, _ in series.dimensions), series.name)
        for series in by_the_functions(environment, monkeypatch, capsys)
    }
    shown = list(_metrics(body))
    nobodys = [
        metric
        for metric in shown
        if (metric[0], frozenset(metric[2]), metric[1]) not in own and not is_published_by_aws(*metric)
    ]
    assert nobodys == []
    searched = {schema_of_search(expression) for expression in _searches(body)}
    assert searched <= own
    # Whatever the functions go to the trouble of publishing is shown.
    assert own == searched | {(namespace, frozenset(d), name) for namespace, name, d in shown} & own


def test_every_alarm_is_on_the_dashboard(body: Body, program: Program) -> None:
    [widget] = [widget for widget in body["widgets"] if widget["type"] == "alarm"]
    declared = {
        f"{ALARM_ARN}{r.name}" for kind in ("MetricAlarm", "CompositeAlarm") for r in program.all(kind)
    }
    assert set(widget["properties"]["alarms"]) == declared


def test_status_codes_of_the_whole_api_come_from_the_access_log(body: Body, program: Program) -> None:
    [widget] = [widget for widget in body["widgets"] if widget["type"] == "log"]
    [log_group] = [g.inputs["name"] for g in program.all("LogGroup") if "apigateway" in g.inputs["name"]]
    assert widget["properties"]["query"].startswith(f"SOURCE '{log_group}' | ")
    fields = json.loads(program.one("Stage")["accessLogSettings"]["format"])
    assert {"path", "status"} <= fields.keys()


def test_widgets_stand_right_below_each_other(body: Body) -> None:
    ends = {widget["y"] + widget["height"] for widget in body["widgets"]}
    assert {widget["y"] for widget in body["widgets"]} - ends == {0}


@pytest.mark.parametrize(
    ("name", "places"),
    [
        (
            "WriteThrottleEvents",
            {
                "FileSlaErrors", "AffectedDateIndex", "FolderIndex", "FileSlaRuns", "FileSlaSenders",
                "StateIndex", "WakeIndex", "FileSlaIncidents", "LiveIndex", "EndedIndex", "IncidentIdIndex",
                "FileSlaMessages",
            },
        ),
        # Nobody reads the records but through an index, and the dashboard reads no run.
        (
            "ReadThrottleEvents",
            {
                "AffectedDateIndex", "FolderIndex", "FileSlaSenders", "StateIndex", "FileSlaIncidents",
                "LiveIndex", "EndedIndex", "IncidentIdIndex", "FileSlaMessages",
            },
        ),
    ],
)  # fmt: skip
def test_throttles_are_shown_wherever_something_is_written_or_read(
    body: Body, name: str, places: set[str]
) -> None:
    shown = {
        dimensions.get("GlobalSecondaryIndexName", dimensions["TableName"])
        for _, metric, dimensions in _metrics(body)
        if metric == name
    }
    assert shown == places
