"""Alarms that are told: sweeps stop or senders fall silent, the alarm turns, a subscribed queue has it."""

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from contract.metrics import Metric
from local.metrics.alarms import AlarmEvaluator
from local.metrics.samples import Sample, Series, publish
from local.provider import as_api_values
from local.provider.running import metric_alarm_request
from tests.infra.conftest import declare
from tests.stands.running_stack import RunningStack

MINUTE = 60


@dataclass
class Inbox:
    """A queue subscribed to the alarm topic, and the notifications taken out of it."""

    sqs: Any
    url: str
    notifications: list[tuple[str, str]] = field(default_factory=list)
    """Alarm name and new state, in the order of their arrival."""

    def look(self) -> list[tuple[str, str]]:
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
    """A queue that the stack's alarms notify from now on."""
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


def _declared(name: str, stack: RunningStack) -> dict[str, Any]:
    """An alarm as the program declares it, on metrics of its own, publishing to the stack's topic."""
    [declared] = [alarm for alarm in declare().all("MetricAlarm") if alarm.name == name]
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
