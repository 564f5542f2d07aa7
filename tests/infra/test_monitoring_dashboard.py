"""The CloudWatch dashboard: accepted by CloudWatch, and showing metrics that there are."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from contract.metrics import Metric
from tests.infra.conftest import Program
from tests.infra.published import is_published, schema_of_search

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


def test_body_follows_the_documented_structure(program: Program, all_on: Program) -> None:
    """ "Dashboard Body Structure and Syntax" (CloudWatch API reference), as far as ours uses it."""
    for widget in (*_read(program)["widgets"], *_read(all_on)["widgets"]):
        assert widget.keys() == {"type", "x", "y", "width", "height", "properties"}
        properties = widget["properties"]
        assert 1 <= len(properties["title"]) <= 255
        match widget["type"]:
            case "alarm":
                assert properties.keys() == {"title", "alarms"}
                assert 1 <= len(properties["alarms"]) <= 100
            case "log":
                assert properties.keys() == {"title", "region", "view", "query"}
                assert re.fullmatch(r"SOURCE '.+'( \| .+)+", properties["query"])
            case "metric":
                assert properties.keys() == {"title", "region", "view", "stacked", "period", "metrics"}
                assert properties["period"] % 60 == 0
                # [Namespace, MetricName, up to 30 names and values of dimensions, rendering] or [expression].
                for *named, rendering in properties["metrics"]:
                    assert all(isinstance(name, str) for name in named)
                    assert len(named) in range(2, 63, 2) if named else len(rendering["expression"]) <= 1024
                    stat = rendering.get("stat", "Sum")
                    assert re.fullmatch(r"SampleCount|Average|Sum|Minimum|Maximum|p\d{1,2}", stat)
            case other:
                pytest.fail(f"{other} is no kind of ours")


def test_widgets_stand_two_a_row_and_none_covers_another(body: Body) -> None:
    places = [(one["x"], one["y"], one["width"], one["height"]) for one in body["widgets"]]
    assert {place[2:] for place in places} == {(12, 6)}
    assert places == [(number % 2 * 12, number // 2 * 6, 12, 6) for number in range(len(places))]


def test_every_metric_shown_is_one_that_something_publishes_and_each_of_ours_is_shown(
    all_on: Program,
) -> None:
    body = _read(all_on)
    shown: list[Any] = [*_metrics(body), *map(schema_of_search, _searches(body))]
    assert [metric for metric in shown if not is_published(*metric)] == []
    ours = {name for namespace, name, _ in shown if not namespace.startswith("AWS/")}
    # What an alarm alone reads.
    assert ours | {Metric.RECIPIENTS_CHECKED} == set(Metric)


def test_every_alarm_is_on_the_dashboard(body: Body, program: Program) -> None:
    [widget] = [widget for widget in body["widgets"] if widget["type"] == "alarm"]
    declared = {
        f"{ALARM_ARN}{r.name}" for kind in ("MetricAlarm", "CompositeAlarm") for r in program.all(kind)
    }
    assert set(widget["properties"]["alarms"]) == declared


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
