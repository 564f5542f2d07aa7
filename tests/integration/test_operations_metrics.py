"""What requests leave behind in CloudWatch, and who may look at it."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from handlers.names import Dimension, GatewayMetric, Metric
from tests.running_stack import RunningStack

NAMESPACE = "file-sla-dev"
PATIENCE_SECONDS = 30
GATEWAY = {
    "ApiName": NAMESPACE,
    "Stage": "v1",
    "Method": "POST",
    "Resource": "/file_sla_error",
}


@pytest.fixture(scope="module")
def as_analyst(stack: RunningStack) -> Any:
    return stack.client_as(stack.token(stack.analyst), "cloudwatch")


def _total(cloudwatch: Any, namespace: str, name: str, dimensions: dict[str, str]) -> float:
    now = datetime.now(UTC)
    [result] = cloudwatch.get_metric_data(
        StartTime=now - timedelta(days=1),
        EndTime=now + timedelta(hours=1),
        MetricDataQueries=[
            {
                "Id": "total",
                "MetricStat": {
                    "Metric": {
                        "Namespace": namespace,
                        "MetricName": name,
                        "Dimensions": [{"Name": k, "Value": v} for k, v in dimensions.items()],
                    },
                    "Period": 60,
                    "Stat": "Sum",
                },
            }
        ],
    )["MetricDataResults"]
    return float(sum(result["Values"]))


def test_every_request_is_counted_by_gateway_function_and_embedded_metrics(
    stack: RunningStack, as_analyst: Any
) -> None:
    function = {"FunctionName": "file-sla-dev-file-sla-error"}
    counters: dict[str, tuple[str, str, dict[str, str], int]] = {
        "all requests": (GatewayMetric.NAMESPACE, GatewayMetric.COUNT, GATEWAY, 4),
        # One by the function, two by the gateway itself: no token, and a body that breaks the model.
        "refusals": (GatewayMetric.NAMESPACE, GatewayMetric.CLIENT_ERRORS, GATEWAY, 3),
        "failures": (GatewayMetric.NAMESPACE, GatewayMetric.SERVER_ERRORS, GATEWAY, 0),
        "invocations": ("AWS/Lambda", "Invocations", function, 2),
        "crashes": ("AWS/Lambda", "Errors", function, 0),
        "heartbeats": (NAMESPACE, Metric.HEARTBEATS, {}, 1),
        "answers 403": (
            NAMESPACE,
            Metric.REQUESTS,
            {Dimension.ROUTE: "file_sla_error", Dimension.STATUS_CODE: "403"},
            1,
        ),
        "rejections": (NAMESPACE, Metric.REJECTED_REPORTS, {Dimension.REASON: "not_in_group"}, 1),
    }

    def totals() -> dict[str, float]:
        return {key: _total(as_analyst, *counter[:3]) for key, counter in counters.items()}

    token, outsider = stack.token(stack.reporter), stack.token(stack.new_user("nobodys-reporter"))
    before = _settled(totals)
    assert stack.report({"sla_error": []}, token).status_code == 200
    assert stack.report({"sla_error": []}, outsider).status_code == 403
    assert stack.report({"sla_error": []}, None).status_code == 401
    assert stack.report({"other": 1}, token).status_code == 400
    expected = {key: before[key] + counter[3] for key, counter in counters.items()}
    deadline = time.monotonic() + PATIENCE_SECONDS
    while totals() != expected and time.monotonic() < deadline:
        time.sleep(0.5)
    assert totals() == expected


def _settled(totals: Callable[[], dict[str, float]]) -> dict[str, float]:
    """The totals once the requests of earlier tests are in them."""
    before = totals()
    while True:
        time.sleep(3)
        now = totals()
        if now == before:
            return now
        before = now


def test_analyst_sees_every_alarm(stack: RunningStack, as_analyst: Any) -> None:
    answer = as_analyst.describe_alarms(
        AlarmNamePrefix=NAMESPACE, AlarmTypes=["MetricAlarm", "CompositeAlarm"]
    )
    assert "file-sla-dev-api-5xx" in {alarm["AlarmName"] for alarm in answer["MetricAlarms"]}
    assert [alarm["AlarmName"] for alarm in answer["CompositeAlarms"]] == ["file-sla-dev-unhealthy"]


@pytest.mark.parametrize(
    "call",
    [
        lambda client: client.put_metric_data(
            Namespace=NAMESPACE, MetricData=[{"MetricName": "x", "Value": 1}]
        ),
        lambda client: client.set_alarm_state(
            AlarmName="file-sla-dev-api-5xx", StateValue="OK", StateReason="because"
        ),
        lambda client: client.disable_alarm_actions(AlarmNames=["file-sla-dev-api-5xx"]),
        lambda client: client.delete_alarms(AlarmNames=["file-sla-dev-api-5xx"]),
    ],
    ids=["put-data", "set-state", "disable", "delete"],
)
def test_analyst_changes_nothing(as_analyst: Any, call: Callable[[Any], Any]) -> None:
    with pytest.raises(ClientError) as refused:
        call(as_analyst)
    assert refused.value.response["Error"]["Code"] in {"AccessDenied", "AccessDeniedException"}
