"""The CloudWatch dashboard: accepted by CloudWatch, and showing metrics that there are."""

import itertools
import json
from collections.abc import Iterator
from typing import Annotated, Any, Literal, Self

import pytest
from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator
from pydantic.alias_generators import to_camel

from tests.infra.conftest import Program
from tests.infra.published import by_the_functions, is_published_by_aws, schema_of_search


class _Part(BaseModel):
    """A part of CloudWatch's "Dashboard Body Structure and Syntax" (API reference).

    PutDashboard answers with messages where a body breaks it. What our dashboard does not use is refused.
    """

    model_config = ConfigDict(extra="forbid", strict=True, alias_generator=to_camel)


Text = Annotated[str, Field(min_length=1, max_length=255)]
Period = Annotated[int, Field(ge=60, multiple_of=60)]
Statistic = Annotated[
    str, Field(pattern=r"^(SampleCount|Average|Sum|Minimum|Maximum|p\d{1,2}(\.\d{1,10})?|p100)$")
]


class _Rendering(_Part):
    color: Annotated[str, Field(pattern="^#[0-9a-fA-F]{6}$")] | None = None
    expression: Annotated[str, Field(min_length=1, max_length=1024)] | None = None
    id: Annotated[str, Field(pattern="^[a-z][a-zA-Z0-9_]*$")] | None = None
    label: str | None = None
    period: Period | None = None
    stat: Statistic | None = None
    visible: bool | None = None
    y_axis: Literal["left", "right"] | None = None


class _Axis(_Part):
    label: str | None = None
    min: float | None = None
    max: float | None = None
    show_units: bool | None = None


class _Metrics(_Part):
    title: str
    region: Text
    view: Literal["timeSeries", "singleValue", "gauge", "bar", "pie", "table"] = "timeSeries"
    stacked: bool = False
    stat: Statistic | None = None
    period: Period | None = None
    y_axis: dict[Literal["left", "right"], _Axis] | None = None
    metrics: Annotated[list[list[Text | _Rendering]], Field(min_length=1, max_length=500)]

    @field_validator("metrics")
    @classmethod
    def check_rows(cls, rows: list[list[str | _Rendering]]) -> list[list[str | _Rendering]]:
        """[Namespace, MetricName, up to 30 names and values of dimensions, rendering] or [expression]."""
        for *named, rendering in rows:
            assert isinstance(rendering, _Rendering)
            assert all(isinstance(name, str) for name in named)
            if named:
                assert len(named) in range(2, 63, 2)
            else:
                assert rendering.expression
        return rows


class _Alarms(_Part):
    title: str
    alarms: Annotated[
        list[Annotated[str, Field(pattern=r"^arn:aws:cloudwatch:[a-z0-9-]+:\d{12}:alarm:.+$")]],
        Field(min_length=1, max_length=100),
    ]


class _Logs(_Part):
    title: str
    region: Text
    view: Literal["bar", "pie", "table", "timeSeries"]
    query: Annotated[str, Field(pattern="^SOURCE '.+'( \\| .+)+$")]


class _Markdown(_Part):
    markdown: str


class _Widget(_Part):
    type: Literal["metric", "alarm", "log", "text"]
    x: Annotated[int, Field(ge=0, le=23)]
    y: Annotated[int, Field(ge=0)]
    width: Annotated[int, Field(ge=1, le=24)]
    height: Annotated[int, Field(ge=1, le=1000)]
    properties: dict[str, Any]

    @model_validator(mode="after")
    def check_properties(self) -> Self:
        kinds: dict[str, type[_Part]] = {
            "metric": _Metrics,
            "alarm": _Alarms,
            "log": _Logs,
            "text": _Markdown,
        }
        kinds[self.type].model_validate(self.properties)
        return self


class _Body(_Part):
    start: str | None = None
    period_override: Literal["auto", "inherit"] | None = None
    widgets: Annotated[list[_Widget], Field(max_length=500)]


ALARM_ARN = "arn:aws:cloudwatch:us-east-1:123456789012:alarm:"

Body = dict[str, Any]


@pytest.fixture(scope="module")
def body(program: Program) -> Body:
    """The body as it would reach CloudWatch."""
    return _read(program)


def _read(program: Program) -> Body:
    # With the form of ARN that AWS gives.
    parsed: Body = json.loads(program.one("Dashboard")["dashboardBody"].replace("arn-of-", ALARM_ARN))
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
    _Body.model_validate(body)


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


def test_with_owners_it_shows_what_was_sent(program: Program, all_on: Program) -> None:
    first, second = (
        {one["properties"]["title"] for one in _read(one)["widgets"]} for one in (program, all_on)
    )
    assert second - first == {
        "Notifications of owners, and disabled channels",
        "From the run that opened an incident to its notification, s",
    }
    _Body.model_validate(_read(all_on))
