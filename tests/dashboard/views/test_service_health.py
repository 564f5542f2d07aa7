"""The operations view, on metrics and alarms in an emulated CloudWatch."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from unittest.mock import patch

import boto3
import pytest
from moto.cloudwatch.models import cloudwatch_backends
from streamlit.testing.v1 import AppTest

from dashboard.data.metrics import Metrics
from dashboard.errors import AccessDeniedError, UnreachableError
from tests.dashboard.conftest import NAMESPACE
from tests.dashboard.fake_table import REGION
from tests.dashboard.views.reading import figures, links, open_view, read_table, shown

if TYPE_CHECKING:
    from mypy_boto3_cloudwatch import CloudWatchClient


API = {"ApiName": NAMESPACE, "Stage": "v1"}


@pytest.fixture
def cloudwatch(aws: None) -> "Iterator[CloudWatchClient]":
    """CloudWatch in the shared account, emptied after the test."""
    yield boto3.client("cloudwatch", region_name=REGION)
    for account in cloudwatch_backends.values():
        account[REGION].reset()


def put(
    cloudwatch: "CloudWatchClient", namespace: str, name: str, dimensions: dict[str, str], value: float
) -> None:
    cloudwatch.put_metric_data(
        Namespace=namespace,
        MetricData=[
            {
                "MetricName": name,
                "Dimensions": [{"Name": key, "Value": value} for key, value in dimensions.items()],
                "Timestamp": datetime.now(UTC) - timedelta(minutes=7),
                "Value": value,
            }
        ],
    )


def put_alarm(cloudwatch: "CloudWatchClient", name: str, state: str) -> None:
    cloudwatch.put_metric_alarm(
        AlarmName=f"{NAMESPACE}/{name}",
        AlarmDescription=f"Meaning of *{name}*. Do something. Runbook: docs/runbook.md#{name}",
        Namespace="AWS/Lambda",
        MetricName="Errors",
        Statistic="Sum",
        Period=300,
        EvaluationPeriods=1,
        Threshold=1,
        ComparisonOperator="GreaterThanOrEqualToThreshold",
    )
    cloudwatch.set_alarm_state(AlarmName=f"{NAMESPACE}/{name}", StateValue=state, StateReason="because")  # type: ignore[arg-type]


def test_a_service_that_was_never_used_says_so(signed_in: AppTest) -> None:
    text = shown(open_view(signed_in, "service_health"))
    assert "No data yet" in text
    assert "This stack has no alarms" in text
    assert figures(signed_in)["Requests"] == "none"
    assert figures(signed_in)["Last report"] == "none for 15 days"


def test_usage_statuses_and_last_report_are_shown(signed_in: AppTest, cloudwatch: "CloudWatchClient") -> None:
    for name, value in {"Count": 8, "4XXError": 2, "5XXError": 1}.items():
        put(cloudwatch, "AWS/ApiGateway", name, API, value)
    put(cloudwatch, NAMESPACE, "Requests", {"Route": "file_sla_error", "StatusCode": "200"}, 5)
    put(cloudwatch, NAMESPACE, "Requests", {"Route": "file_sla_error", "StatusCode": "500"}, 1)
    put(cloudwatch, NAMESPACE, "Reports", {}, 5)
    open_view(signed_in, "service_health")
    shown_figures = figures(signed_in)
    assert shown_figures["Requests"] == "8"
    assert shown_figures["Refused (4XX)"] == "25.0 %"
    assert shown_figures["Failed (5XX)"] == "12.5 %"
    # moto has no percentiles; those are asserted where the view is seen in a browser.
    assert shown_figures["Highest p95 latency"] == "-"
    assert shown_figures["Last report"] in {"7 min ago", "8 min ago"}
    assert "No sender has reported yet." in shown(signed_in)
    table = read_table(signed_in)
    assert list(zip(table["status"], table["route"], table["requests"], strict=True)) == [
        ("200", "/file_sla_error", "5"),
        ("4XX", "(the gateway itself)", "2"),
        ("500", "/file_sla_error", "1"),
    ]


def test_an_alarm_that_is_on_is_told_in_words_with_its_runbook(
    signed_in: AppTest, cloudwatch: "CloudWatchClient"
) -> None:
    put_alarm(cloudwatch, "quiet", "OK")
    put_alarm(cloudwatch, "loud", "ALARM")
    open_view(signed_in, "service_health")
    [error] = signed_in.error
    told = error.value.replace("\\", "")
    assert told.startswith("**loud**, since 20")
    assert "Meaning of *loud*. Do something." in told
    assert links(signed_in)["What to do about loud"] == "runbook?section=loud"
    table = read_table(signed_in)
    assert list(table["name"]) == ["loud", "quiet"]
    assert list(table["state"]) == ["▲ On", "✓ OK"]
    assert list(table["runbook"]) == ["runbook?section=loud", "runbook?section=quiet"]


def test_all_quiet_is_said_too(signed_in: AppTest, cloudwatch: "CloudWatchClient") -> None:
    put_alarm(cloudwatch, "quiet", "OK")
    assert "No alarm is on." in shown(open_view(signed_in, "service_health"))


@pytest.mark.parametrize("failure", [AccessDeniedError("no metrics for you"), UnreachableError("CloudWatch")])
def test_a_failure_is_told_in_plain_words(signed_in: AppTest, failure: Exception) -> None:
    with patch.object(Metrics, "read_gateway", side_effect=failure):
        open_view(signed_in, "service_health")
    assert str(failure) in shown(signed_in)
