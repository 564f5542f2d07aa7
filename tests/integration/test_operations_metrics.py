"""What requests leave behind in CloudWatch, and who may look at it."""

import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from contract.metrics import Dimension, FunctionMetric, GatewayMetric, Metric, Namespace
from tests.stands.running_stack import RunningStack

NAMESPACE = "file-sla-dev"
PATIENCE_SECONDS = 30
GATEWAY = {"ApiName": NAMESPACE, "Stage": "v1", "Method": "POST", "Resource": "/file_sla_error"}


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


Counter = tuple[str, str, dict[str, str]]
FUNCTION = {"FunctionName": "file-sla-dev-file-sla-error"}


class Counters:
    """Sums of metrics that other tests may have added to, counted from when they have settled."""

    def __init__(self, cloudwatch: Any, counters: Mapping[str, Counter]) -> None:
        self._cloudwatch = cloudwatch
        self._counters = counters
        self._before = self._settled()

    def since(self) -> dict[str, float]:
        return {key: total - self._before[key] for key, total in self._totals().items()}

    def reach(self, expected: Mapping[str, int]) -> None:
        """Returns when what has been added is what is expected; fails when that takes too long."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while self.since() != expected and time.monotonic() < deadline:
            time.sleep(0.5)
        assert self.since() == expected

    def _totals(self) -> dict[str, float]:
        return {key: _total(self._cloudwatch, *counter) for key, counter in self._counters.items()}

    def _settled(self) -> dict[str, float]:
        before = self._totals()
        while True:
            time.sleep(3)
            now = self._totals()
            if now == before:
                return now
            before = now


def test_every_request_is_counted_by_the_gateway_and_by_the_functions(
    stack: RunningStack, as_analyst: Any
) -> None:
    token, outsider = stack.token(stack.reporter), stack.token(stack.new_user("nobodys-reporter"))
    answered: dict[str, str] = {Dimension.ROUTE: "file_sla_error", Dimension.STATUS_CODE: "403"}
    counters = Counters(
        as_analyst,
        {
            "requests": (Namespace.API_GATEWAY, GatewayMetric.COUNT, GATEWAY),
            "refused": (Namespace.API_GATEWAY, GatewayMetric.CLIENT_ERRORS, GATEWAY),
            "failed": (Namespace.API_GATEWAY, GatewayMetric.SERVER_ERRORS, GATEWAY),
            "invocations": (Namespace.LAMBDA, FunctionMetric.INVOCATIONS, FUNCTION),
            "crashes": (Namespace.LAMBDA, FunctionMetric.ERRORS, FUNCTION),
            "heartbeats": (NAMESPACE, Metric.HEARTBEATS, {}),
            "answers 403": (NAMESPACE, Metric.REQUESTS, answered),
            "rejections": (NAMESPACE, Metric.REJECTED_REPORTS, {Dimension.REASON: "not_in_group"}),
        },
    )
    # These two do not get as far as the function.
    assert stack.report({"sla_error": []}, None).status_code == 401
    assert stack.report(b'{"sla_error": [}', token).status_code == 422
    assert stack.report({"sla_error": []}, token).status_code == 200
    assert stack.report({"sla_error": []}, outsider).status_code == 403
    # On a busy machine the emulator keeps an invocation's last lines back until the next one.
    assert stack.report({"sla_error": "cut"}, token).status_code == 422
    counters.reach(
        {"requests": 5, "refused": 4, "failed": 0, "invocations": 3, "crashes": 0, "heartbeats": 1,
         "answers 403": 1, "rejections": 1}
    )  # fmt: skip
