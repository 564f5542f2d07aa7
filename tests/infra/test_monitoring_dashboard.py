"""The CloudWatch dashboard: accepted by CloudWatch, and showing metrics that there are."""

import json
from collections.abc import Iterator
from typing import Annotated, Any, Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field, field_validator

from tests.infra.conftest import Program
from tests.infra.published import by_the_functions, is_published_by_aws, schema_of_search


class _Part(BaseModel):
    """A part of CloudWatch's "Dashboard Body Structure and Syntax" (API reference), as far as ours uses it.

    PutDashboard answers with messages where a body breaks it. All else is refused here.
    """

    model_config = ConfigDict(extra="forbid", strict=True)


Title = Annotated[str, Field(min_length=1, max_length=255)]


class _Rendering(_Part):
    expression: Annotated[str, Field(min_length=1, max_length=1024)] | None = None
    id: Annotated[str, Field(pattern="^[a-z][a-zA-Z0-9_]*$")] | None = None
    stat: Annotated[str, Field(pattern=r"^(SampleCount|Average|Sum|Minimum|Maximum|p\d{1,2})$")] | None = None


class _Metrics(_Part):
    title: Title
    region: str
    view: Literal["timeSeries"]
    stacked: bool
    period: Annotated[int, Field(ge=60, multiple_of=60)]
    metrics: Annotated[list[list[str | _Rendering]], Field(min_length=1, max_length=500)]

    @field_validator("metrics")
    @classmethod
    def check_rows(cls, rows: list[list[str | _Rendering]]) -> list[list[str | _Rendering]]:
        """[Namespace, MetricName, up to 30 names and values of dimensions, rendering] or [expression]."""
        for *named, rendering in rows:
            assert isinstance(rendering, _Rendering)
            assert all(isinstance(name, str) for name in named)
            assert len(named) in range(2, 63, 2) if named else rendering.expression
        return rows


class _Alarms(_Part):
    title: Title
    alarms: Annotated[
        list[Annotated[str, Field(pattern=r"^arn:aws:cloudwatch:[a-z0-9-]+:\d{12}:alarm:.+$")]],
        Field(min_length=1, max_length=100),
    ]


class _Logs(_Part):
    title: Title
    region: str
    view: Literal["table"]
    query: Annotated[str, Field(pattern="^SOURCE '.+'( \\| .+)+$")]


class _Widget(_Part):
    type: Literal["metric", "alarm", "log"]
    x: Annotated[int, Field(ge=0, le=23)]
    y: Annotated[int, Field(ge=0)]
    width: Annotated[int, Field(ge=1, le=24)]
    height: Annotated[int, Field(ge=1, le=1000)]
    properties: _Metrics | _Alarms | _Logs


class _Body(_Part):
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


def test_widgets_stand_two_a_row_and_none_covers_another(body: Body) -> None:
    places = [(one["x"], one["y"], one["width"], one["height"]) for one in body["widgets"]]
    assert {place[2:] for place in places} == {(12, 6)}
    assert places == [(number % 2 * 12, number // 2 * 6, 12, 6) for number in range(len(places))]


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


def test_throttles_are_shown_wherever_something_is_written_or_read(body: Body) -> None:
    shown: dict[str, set[str]] = {"WriteThrottleEvents": set(), "ReadThrottleEvents": set()}
    for _, metric, dimensions in _metrics(body):
        if metric in shown:
            shown[metric].add(dimensions.get("GlobalSecondaryIndexName", dimensions["TableName"]))
    # Nobody reads the records but through an index, runs, or the senders whose check is due.
    unread = {"FileSlaErrors", "FileSlaRuns", "NextCheckIndex"}
    assert shown["WriteThrottleEvents"] - shown["ReadThrottleEvents"] == unread
    assert shown["WriteThrottleEvents"] >= {"FileSlaNotifications", "FolderIndex", "LiveIndex"} | unread


def test_with_owners_it_shows_what_was_sent(program: Program, all_on: Program) -> None:
    first, second = (
        {one["properties"]["title"] for one in _read(one)["widgets"]} for one in (program, all_on)
    )
    assert second - first == {
        "Notifications of owners, and disabled channels",
        "From the run that opened an incident to its notification, s",
    }
    _Body.model_validate(_read(all_on))
