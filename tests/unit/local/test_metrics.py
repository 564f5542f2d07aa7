"""What the local stack does in CloudWatch's place."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import Mock

import pytest

from local.metrics.alarms import AlarmEvaluator, evaluate, judge_state
from local.metrics.samples import FunctionMetrics, GatewayMetrics, Sample
from local.provider.creators import metric_alarm_request

NOW = datetime(2026, 11, 23, 20, 15, 30, tzinfo=UTC).timestamp()
DIRECTIVE = {
    "Namespace": "file-sla-dev",
    "Dimensions": [["Route"]],
    "Metrics": [{"Name": "Requests", "Unit": "Count"}],
}
METADATA = {"Timestamp": int(NOW * 1000), "CloudWatchMetrics": [DIRECTIVE]}
EMBEDDED = json.dumps({"_aws": METADATA, "Route": "auth", "Requests": [1.0]})
REPORT = "REPORT RequestId: 1\tDuration: 12 ms\tBilled Duration: 12 ms"


def _aws(**clients: Any) -> Any:
    """An account in which each service is a stand-in."""
    return SimpleNamespace(client=clients.__getitem__)


def _sums(samples: list[Sample], **dimensions: str) -> dict[str, float]:
    sums: dict[str, float] = {}
    for sample in samples:
        if sample.series.dimensions == frozenset(dimensions.items()):
            sums[sample.series.name] = sums.get(sample.series.name, 0) + sample.value
    return sums


@pytest.mark.parametrize(
    ("expression", "values", "result"),
    [
        ("IF(whole >= 1, 100 * part / whole, 0)", {"part": 1, "whole": 8}, 12.5),
        ("IF(whole >= 20, 100 * part / whole, 0)", {"part": 9, "whole": 10}, 0),
        ("IF(whole >= 1, 100 * part / whole, 0)", {"part": None, "whole": None}, None),
        ("IF(whole >= 1, 100 * part / whole, 0)", {"part": 0, "whole": 0}, None),
        ("FILL(published, 0)", {"published": None}, 0),
        ("FILL(published, 0)", {"published": 3}, 3),
    ],
)
def test_expressions_have_values_where_there_is_data(
    expression: str, values: dict[str, float | None], result: float | None
) -> None:
    assert evaluate(expression, values) == result
    with pytest.raises(NameError):
        evaluate("SUM(METRICS())", values)


def test_every_answer_of_the_gateway_is_counted_once(tmp_path: Path) -> None:
    log, call = tmp_path / "access.log", "/restapis/abc1/v1/_user_request_"
    lines = [
        f"100 200 12400 POST {call}/auth",
        f"101 401 900 POST {call}/auth",
        f"102 502 1000 POST {call}/auth",
        f"103 403 500 GET {call}/nowhere",
        "104 200 5 POST /",
        "104 404 5 GET /restapis/nobodys/v1/_user_request_/x",
        "104 429 80",
    ]
    log.write_text("\n".join(lines))
    uri = "arn:aws:apigateway:r:lambda:path/x/functions/arn:aws:lambda:r:1:function:f/invocations"
    methods = {"POST": {"methodIntegration": {"uri": uri}}, "OPTIONS": {"methodIntegration": {"uri": ""}}}
    api = Mock()
    api.get_rest_apis.return_value = {"items": [{"id": "abc1", "name": "file-sla-dev"}]}
    resources = [{"path": "/"}, {"path": "/auth", "resourceMethods": methods}]
    api.get_resources.return_value = {"items": resources}
    metrics = GatewayMetrics(_aws(apigateway=api), log)
    first = list(metrics.new_samples())
    by_method = {"ApiName": "file-sla-dev", "Stage": "v1", "Method": "POST", "Resource": "/auth"}
    counts = {"Count": 3, "4XXError": 1, "5XXError": 1, "Latency": 14}
    assert _sums(first, **by_method) == counts
    assert _sums(first, ApiName="file-sla-dev", Stage="v1") == {**counts, "Count": 4, "4XXError": 2}
    assert _sums(first, FunctionName="f") == {"Errors": 1}
    assert {sample.moment for sample in first} == {100, 101, 102, 103}
    assert list(metrics.new_samples()) == []
    # The line that was still being written counts when it is whole.
    with log.open("a") as growing:
        growing.write(f"0 POST {call}/auth\n")
    assert _sums(list(metrics.new_samples()), **by_method)["4XXError"] == 1


def test_every_invocation_is_counted_once_however_late_it_shows() -> None:
    kept: list[dict[str, Any]] = []
    logs = Mock()
    logs.describe_log_groups.return_value = {"logGroups": [{"logGroupName": "/aws/lambda/f"}]}
    logs.filter_log_events.side_effect = lambda **asked: {
        "events": [event for event in kept if event["timestamp"] >= asked["startTime"]]
    }
    metrics = FunctionMetrics(_aws(logs=logs))

    def invoke(stream: str, timestamp: int, *lines: str) -> None:
        kept.extend({"logStreamName": stream, "timestamp": timestamp, "message": line} for line in lines)

    def invocations() -> float:
        return _sums(list(metrics.new_samples()), FunctionName="f").get("Invocations", 0)

    invoke("one", 10_000, "START", EMBEDDED, "END", REPORT)
    first = list(metrics.new_samples())
    assert _sums(first, FunctionName="f") == {"Invocations": 1, "Duration": 12}
    assert _sums(first, Route="auth") == {"Requests": 1}
    assert {sample.moment for sample in first} == {10, NOW}
    invoke("late", 9_500, "START", REPORT)
    invoke("three", 11_000, "START", REPORT)
    invoke("still running", 11_000, "START")
    assert (invocations(), invocations()) == (2, 0)


@pytest.mark.parametrize(
    ("values", "changes", "state"),
    [
        ([1, None, 1], {}, "ALARM"),
        ([None, None, None], {}, "OK"),
        ([None, None, None], {"TreatMissingData": "breaching"}, "ALARM"),
        ([0, 1, 0], {"ComparisonOperator": "LessThanThreshold", "DatapointsToAlarm": 3}, "OK"),
    ],
)
def test_state_follows_from_datapoints_and_missing_ones(
    values: list[float | None], changes: dict[str, Any], state: str
) -> None:
    alarm = {
        "Threshold": 1,
        "ComparisonOperator": "GreaterThanOrEqualToThreshold",
        "DatapointsToAlarm": 2,
        "TreatMissingData": "notBreaching",
    }
    assert judge_state({**alarm, **changes}, values) == state


def _measured(value_of: Callable[[float, float], list[float]]) -> Mock:
    """CloudWatch with one alarm that is on, and values for each window that is asked for."""

    def find(**call: Any) -> dict[str, Any]:
        values = value_of(call["StartTime"].timestamp(), call["EndTime"].timestamp())
        return {
            "MetricDataResults": [{"Id": one["Id"], "Values": values} for one in call["MetricDataQueries"]]
        }

    cloudwatch = Mock()
    alarms = [{"AlarmName": "a", "StateValue": "ALARM"}]
    cloudwatch.get_paginator.return_value.paginate.return_value = [{"MetricAlarms": alarms}]
    cloudwatch.get_metric_data.side_effect = find
    return cloudwatch


def test_windows_slide_by_the_minute() -> None:
    alarm = metric_alarm_request(
        "a",
        {
            "namespace": "AWS/Lambda", "metricName": "Errors", "statistic": "Sum", "period": 300,
            "dimensions": {"FunctionName": "f"}, "evaluationPeriods": 2, "datapointsToAlarm": 1,
            "threshold": 1, "comparisonOperator": "GreaterThanOrEqualToThreshold",
            "treatMissingData": "notBreaching",
        },
    )  # fmt: skip
    cloudwatch = _measured(lambda start, end: [1] if start <= NOW - 400 < end else [])
    evaluator = AlarmEvaluator(cloudwatch, [alarm])
    evaluator.evaluate(NOW)
    asked = [call.kwargs["EndTime"].timestamp() for call in cloudwatch.get_metric_data.call_args_list]
    assert asked == [NOW + 30 - 300, NOW + 30]
    assert not cloudwatch.set_alarm_state.called
    evaluator.evaluate(NOW + 240)
    assert cloudwatch.set_alarm_state.call_args.kwargs["StateValue"] == "OK"
