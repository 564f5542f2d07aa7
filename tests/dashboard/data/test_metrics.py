"""What CloudWatch answers, and what analysts are told of it."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from contract.moments import utc_now
from dashboard.data.cache import Cache
from dashboard.data.metrics import Metrics
from dashboard.errors import AccessDeniedError

NOW = datetime(2026, 11, 23, 20, 15, tzinfo=UTC)
STEP = timedelta(minutes=5)
SECRET = "AKIAEXAMPLE"


@pytest.fixture
def metrics() -> Metrics:
    session = boto3.session.Session("key", "secret", "token", region_name="eu-central-1")
    return Metrics(session, "file-sla-test", "http://127.0.0.1:1", Cache(utc_now))


CALLS: list[Callable[[Metrics], object]] = [
    Metrics.list_alarms,
    lambda metrics: metrics.read_gateway(NOW - timedelta(hours=1), NOW, STEP),
    lambda metrics: metrics.read_statuses(NOW - timedelta(hours=1), NOW, STEP),
]


@pytest.mark.parametrize("call", CALLS, ids=["alarms", "gateway", "statuses"])
def test_a_refusal_becomes_what_an_analyst_can_act_on(
    metrics: Metrics, monkeypatch: pytest.MonkeyPatch, call: Callable[[Metrics], object]
) -> None:
    def refuse(operation: str, _: object) -> None:
        raise ClientError({"Error": {"Code": "AccessDenied", "Message": SECRET}}, operation)

    monkeypatch.setattr(metrics._client, "_make_api_call", refuse)
    with pytest.raises(AccessDeniedError, match="the metrics") as told:
        call(metrics)
    assert SECRET not in str(told.value)


def test_since_when_is_the_last_change_of_state(metrics: Metrics) -> None:
    changed, evaluated = NOW - timedelta(hours=3), NOW
    alarm: dict[str, Any] = {
        "AlarmName": "file-sla-test/auth-5xx",
        "AlarmDescription": "It fails. Look. Runbook: https://docs.example.com/runbook.md#api-5xx",
        "StateValue": "ALARM",
        "StateUpdatedTimestamp": evaluated,
        "StateTransitionedTimestamp": changed,
    }
    with Stubber(metrics._client) as aws:
        aws.add_response("describe_alarms", {"MetricAlarms": [alarm], "CompositeAlarms": []})
        [found] = metrics.list_alarms()
    assert (found.name, found.state, found.since) == ("auth-5xx", "ALARM", changed)
    assert found.meaning == "It fails. Look."
    assert found.runbook == "https://docs.example.com/runbook.md#api-5xx"
