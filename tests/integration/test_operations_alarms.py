"""Alarms from end to end: requests fail or stop, the alarm turns, the message is in a subscribed queue."""

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from contract.metrics import Metric
from local.metrics.alarms import AlarmEvaluator
from local.metrics.data import Sample, Series, publish
from local.provider import as_api_values
from local.provider.cloudwatch import metric_alarm_request
from tests.events import a_report
from tests.infra.conftest import declare
from tests.integration.without_permissions import without_permissions
from tests.running_stack import RunningStack

MINUTE = 60
PATIENCE_SECONDS = 60
"""Long beyond what a busy machine needs; the poll ends as soon as it can."""


@dataclass
class Inbox:
    """A queue subscribed to the alarm topic, and the notifications taken out of it."""

    sqs: Any
    url: str
    notifications: list[tuple[str, str]] = field(default_factory=list)
    """Alarm name and new state, in the order of their arrival."""

    def look(self) -> list[tuple[str, str]]:
        """All notifications until now."""
        while messages := self.sqs.receive_message(QueueUrl=self.url, MaxNumberOfMessages=10).get("Messages"):
            for message in messages:
                notification = json.loads(json.loads(message["Body"])["Message"])
                self.notifications.append((notification["AlarmName"], notification["NewStateValue"]))
                self.sqs.delete_message(QueueUrl=self.url, ReceiptHandle=message["ReceiptHandle"])
        return self.notifications

    def of(self, alarm: str) -> list[str]:
        """The states that an alarm has told of until now."""
        return [state for name, state in self.look() if name == alarm]


@pytest.fixture
def inbox(stack: RunningStack) -> Iterator[Inbox]:
    sqs, sns = stack.aws.client("sqs"), stack.aws.client("sns")
    arn = stack.aws.arn("sqs", "alarms-inbox")
    may_send = {
        "Effect": "Allow",
        "Principal": {"Service": "sns.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": arn,
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [may_send]})
    url = sqs.create_queue(QueueName="alarms-inbox", Attributes={"Policy": policy})["QueueUrl"]
    subscription = sns.subscribe(TopicArn=stack.outputs["alarm_topic_arn"], Protocol="sqs", Endpoint=arn)
    yield Inbox(sqs, url)
    sns.unsubscribe(SubscriptionArn=subscription["SubscriptionArn"])
    sqs.delete_queue(QueueUrl=url)


def _until(done: Callable[[], bool], meanwhile: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not done():
        assert time.monotonic() < deadline, "it did not happen"
        meanwhile()


def test_failing_requests_turn_the_alarm_on_and_good_ones_turn_it_off(
    stack: RunningStack, inbox: Inbox
) -> None:
    token = stack.token(stack.reporter)
    failed, unhealthy = "file-sla-dev/file-sla-error-5xx", "file-sla-dev/unhealthy"

    def post(body: dict[str, Any], status: int, times: int) -> None:
        for _ in range(times):
            assert stack.report(body, token).status_code == status
        time.sleep(0.5)

    # What other tests did to the stack's functions may have it on, and it would be told of no further alarm.
    _until(lambda: _is_ok(stack, unhealthy), meanwhile=lambda: post({"sla_error": []}, 200, times=10))
    with without_permissions(stack, "file-sla-dev-file-sla-error-us-east-1"):
        _until(
            lambda: inbox.of(unhealthy)[-1:] == ["ALARM"], meanwhile=lambda: post(a_report("x"), 500, times=5)
        )
    assert inbox.of(failed)[-1] == "ALARM"
    before = len(inbox.look())
    # The share of failures falls below the threshold, long before they are forgotten.
    _until(
        lambda: inbox.of(unhealthy)[-1:] == ["OK"], meanwhile=lambda: post({"sla_error": []}, 200, times=100)
    )
    assert set(inbox.look()[before:]) >= {(failed, "OK"), (unhealthy, "OK")}


def test_missing_sweeps_are_told_once_when_they_are_due_and_once_when_one_comes(
    stack: RunningStack, inbox: Inbox
) -> None:
    alarm = _declared("monitoring-projection-sweeps", stack)
    told = _Evaluation(stack, alarm)
    now = time.time()
    told.report(now, value=0)
    told.at(now)
    assert inbox.of(alarm["AlarmName"]) == ["OK"]
    told.at(now + 9 * MINUTE)
    assert inbox.of(alarm["AlarmName"]) == ["OK"]
    told.at(now + 11 * MINUTE)
    told.at(now + 14 * MINUTE)
    assert inbox.of(alarm["AlarmName"]) == ["OK", "ALARM"]
    told.report(now + 15 * MINUTE, value=0)
    told.at(now + 15 * MINUTE)
    assert inbox.of(alarm["AlarmName"]) == ["OK", "ALARM", "OK"]


def test_silent_senders_are_told_once_and_when_all_speak_again(stack: RunningStack, inbox: Inbox) -> None:
    alarm = _declared("monitoring-silent-senders", stack)
    told = _Evaluation(stack, alarm)
    now = time.time()
    told.at(now)
    for minutes in range(30):
        told.report(now + minutes * MINUTE, value=2)
        told.at(now + minutes * MINUTE)
    assert inbox.of(alarm["AlarmName"]) == ["OK", "ALARM"]
    for minutes in range(30, 37):
        told.report(now + minutes * MINUTE, value=0)
        told.at(now + minutes * MINUTE)
    assert inbox.of(alarm["AlarmName"]) == ["OK", "ALARM", "OK"]


@dataclass
class _Evaluation:
    """An alarm that only the test evaluates, at the times it says, on metrics that only the test puts."""

    stack: RunningStack
    alarm: dict[str, Any]

    def __post_init__(self) -> None:
        self._cloudwatch = self.stack.aws.client("cloudwatch")
        self._cloudwatch.put_metric_alarm(**self.alarm)

    def report(self, moment: float, value: int) -> None:
        metric = self.alarm["Metrics"][0]["MetricStat"]["Metric"]
        series = Series.of(metric["Namespace"], metric["MetricName"], {})
        publish(self._cloudwatch, [Sample(series, value, moment)])

    def at(self, moment: float) -> None:
        AlarmEvaluator(self._cloudwatch, [self.alarm]).evaluate(moment)


def _is_ok(stack: RunningStack, composite: str) -> bool:
    found = stack.aws.client("cloudwatch").describe_alarms(
        AlarmNames=[composite], AlarmTypes=["CompositeAlarm"]
    )
    return [alarm["StateValue"] for alarm in found["CompositeAlarms"]] == ["OK"]


def _declared(name: str, stack: RunningStack, **config: int) -> dict[str, Any]:
    """An alarm as the program declares it, on metrics of its own, publishing to the stack's topic."""
    [declared] = [alarm for alarm in declare(**config).all("MetricAlarm") if alarm.name == name]
    topic = stack.outputs["alarm_topic_arn"]
    inputs = as_api_values(declared.inputs) | {"alarmActions": [topic], "okActions": [topic]}
    namespace = f"test-{time.time_ns()}"
    # Under a name of its own as well: the stack's composite alarm depends on the declared one.
    alarm = {**metric_alarm_request(name, inputs), "AlarmName": namespace}
    for query in alarm["Metrics"]:
        if "MetricStat" in query:
            assert query["MetricStat"]["Metric"]["MetricName"] == Metric.SENDERS_SILENT
            query["MetricStat"]["Metric"]["Namespace"] = namespace
    return alarm
