"""CloudWatch's "Dashboard Body Structure and Syntax" (API reference), as JSON Schema.

PutDashboard answers with messages where a body breaks it. What our dashboard does not use is left out, and
so refused: variables, explorer, chart and custom widgets, annotations.
"""

from typing import Any

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
    "text",
    {"markdown": {"type": "string"}, "background": {"enum": ["solid", "transparent"]}},
    "markdown",
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
