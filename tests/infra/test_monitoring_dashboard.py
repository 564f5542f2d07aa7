"""The CloudWatch dashboard: accepted by CloudWatch, and showing metrics that there are."""

import itertools
import json
from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest

from tests.infra.conftest import Program
from tests.infra.published import by_the_functions, is_published_by_aws, schema_of_search

# CloudWatch's "Dashboard Body Structure and Syntax" (API reference), as JSON Schema: PutDashboard answers
# with messages where a body breaks it. What our dashboard does not use is left out, and so refused:
# variables, explorer, chart and custom widgets, annotations.
_COLOUR = {"type": "string", "pattern": "^#[0-9a-fA-F]{6}$"}
_PERIOD = {"type": "integer", "anyOf": [{"enum": [1, 5, 10, 20, 30]}, {"multipleOf": 60, "minimum": 60}]}
_STATISTIC = {
    "type": "string",
    "pattern": r"^(SampleCount|Average|Sum|Minimum|Maximum|(p|tm|wm|tc|ts)\d{1,2}(\.\d{1,10})?|p100|IQM)$",
}
_RENDERING: dict[str, Any] = {
    "type": "object",
    "properties": {
        "color": _COLOUR,
        "expression": {"type": "string", "minLength": 1, "maxLength": 1024},
        "id": {"type": "string", "pattern": "^[a-z][a-zA-Z0-9_]*$"},
        "label": {"type": "string"},
        "period": _PERIOD,
        "region": {"type": "string"},
        "stat": _STATISTIC,
        "visible": {"type": "boolean"},
        "yAxis": {"enum": ["left", "right"]},
    },
    "additionalProperties": False,
}
_TEXT = {"type": "string", "minLength": 1, "maxLength": 255}
_PAIRS = 30
"""CloudWatch's limit of dimensions of one metric."""


def _metric(pairs: int) -> dict[str, Any]:
    """[Namespace, MetricName, {DimensionName, DimensionValue} as often as `pairs` says, rendering]."""
    names: list[Any] = [_TEXT] * (2 + 2 * pairs)
    return {"type": "array", "items": [*names, _RENDERING], "minItems": len(names), "additionalItems": False}


_EXPRESSION = {
    "type": "array",
    "items": [{**_RENDERING, "required": ["expression"]}],
    "minItems": 1,
    "additionalItems": False,
}
_METRICS = {
    "type": "array",
    "minItems": 1,
    "maxItems": 500,
    "items": {"anyOf": [_EXPRESSION, *(_metric(pairs) for pairs in range(_PAIRS + 1))]},
}
_Y_AXIS = {
    "type": "object",
    "properties": {
        "label": {"type": "string"},
        "min": {"type": "number"},
        "max": {"type": "number"},
        "showUnits": {"type": "boolean"},
    },
    "additionalProperties": False,
}


def _widget(kind: str, properties: dict[str, Any], *required: str) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {
            "type": {"const": kind},
            "x": {"type": "integer", "minimum": 0, "maximum": 23},
            "y": {"type": "integer", "minimum": 0},
            "width": {"type": "integer", "minimum": 1, "maximum": 24},
            "height": {"type": "integer", "minimum": 1, "maximum": 1000},
            "properties": {
                "type": "object",
                "properties": properties,
                "required": list(required),
                "additionalProperties": False,
            },
        },
        # x and y may be left out, but only together.
        "dependencies": {"x": ["y"], "y": ["x"]},
        "required": ["type", "properties"],
        "additionalProperties": False,
    }


_METRIC_WIDGET = _widget(
    "metric",
    {
        "legend": {"type": "object", "properties": {"position": {"enum": ["right", "bottom", "hidden"]}}},
        "liveData": {"type": "boolean"},
        "metrics": _METRICS,
        "period": _PERIOD,
        "region": {"type": "string", "minLength": 1},
        "setPeriodToTimeRange": {"type": "boolean"},
        "stacked": {"type": "boolean"},
        "stat": _STATISTIC,
        "timezone": {"type": "string", "pattern": r"^[+-]\d{4}$"},
        "title": {"type": "string"},
        "view": {"enum": ["timeSeries", "singleValue", "gauge", "bar", "pie", "table"]},
        "yAxis": {"type": "object", "properties": {"left": _Y_AXIS, "right": _Y_AXIS}},
    },
    "metrics",
    "region",
)
_ALARM_WIDGET = _widget(
    "alarm",
    {
        "alarms": {
            "type": "array",
            "minItems": 1,
            "maxItems": 100,
            "items": {"type": "string", "pattern": r"^arn:aws[a-z-]*:cloudwatch:[a-z0-9-]+:\d{12}:alarm:.+$"},
        },
        "sortBy": {"enum": ["default", "stateUpdatedTimestamp", "timestamp"]},
        "states": {"type": "array", "items": {"enum": ["ALARM", "INSUFFICIENT_DATA", "OK"]}},
        "title": {"type": "string"},
    },
    "alarms",
)
_LOG_WIDGET = _widget(
    "log",
    {
        "query": {"type": "string", "pattern": "^SOURCE '.+'( \\| .+)+$"},
        "region": {"type": "string", "minLength": 1},
        "stacked": {"type": "boolean"},
        "title": {"type": "string"},
        "view": {"enum": ["bar", "pie", "table", "timeSeries"]},
    },
    "query",
    "region",
)
_TEXT_WIDGET = _widget(
    "text", {"markdown": {"type": "string"}, "background": {"enum": ["solid", "transparent"]}}, "markdown"
)

DASHBOARD_BODY: dict[str, Any] = {
    "$schema": "http://json-schema.org/draft-07/schema#",
    "type": "object",
    "properties": {
        "start": {"type": "string"},
        "end": {"type": "string"},
        "periodOverride": {"enum": ["auto", "inherit"]},
        "widgets": {
            "type": "array",
            "maxItems": 500,
            "items": {"oneOf": [_METRIC_WIDGET, _ALARM_WIDGET, _LOG_WIDGET, _TEXT_WIDGET]},
        },
    },
    "required": ["widgets"],
    "additionalProperties": False,
}


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
    own = {
        (series.namespace, frozenset(name for name, _ in series.dimensions), series.name)
        for series in by_the_functions(program, monkeypatch, capsys)
    }
    shown = list(_metrics(body))
    unpublished = [
        metric
        for metric in shown
        if (metric[0], frozenset(metric[2]), metric[1]) not in own and not is_published_by_aws(*metric)
    ]
    assert unpublished == []
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
                "StateIndex", "NextCheckIndex", "FileSlaIncidents", "LiveIndex", "EndedIndex",
                "IncidentIdIndex",
                "FileSlaNotifications",
            },
        ),
        # Nobody reads the records but through an index, and the dashboard reads no run.
        (
            "ReadThrottleEvents",
            {
                "AffectedDateIndex", "FolderIndex", "FileSlaSenders", "StateIndex", "FileSlaIncidents",
                "LiveIndex", "EndedIndex", "IncidentIdIndex", "FileSlaNotifications",
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
