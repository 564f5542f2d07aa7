"""Alarms that notify: sweeps stop, the alarm turns, a subscribed queue has it."""

import json
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from contract.metrics import Metric
from local.metrics.alarms import AlarmEvaluator
from local.metrics.samples import Sample, Series, publish
from local.provider import as_api_values
from local.provider.creators import metric_alarm_request
from tests.infra.conftest import declare
from tests.stands.running_stack import RunningStack

MINUTE = 60


@pytest.fixture
def inbox(stack: RunningStack) -> Iterator[Callable[[], list[tuple[str, str]]]]:
    """Gives the names and new states of all alarms that notified a queue from now on, in their order."""
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
    arrived: list[tuple[str, str]] = []

    def look() -> list[tuple[str, str]]:
        while messages := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
            for message in messages:
                notification = json.loads(json.loads(message["Body"])["Message"])
                arrived.append((notification["AlarmName"], notification["NewStateValue"]))
                sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return arrived

    yield look
    sns.unsubscribe(SubscriptionArn=subscription["SubscriptionArn"])
    sqs.delete_queue(QueueUrl=url)


def test_missing_sweeps_notify_once_when_they_are_due_and_once_when_one_comes(
    stack: RunningStack, inbox: Callable[[], list[tuple[str, str]]]
) -> None:
    # Only the test evaluates this alarm, on metrics that only the test puts.
    alarm = _declared("monitoring-projection-sweeps", stack)
    cloudwatch = stack.aws.client("cloudwatch")
    cloudwatch.put_metric_alarm(**alarm)
    metric = alarm["Metrics"][0]["MetricStat"]["Metric"]
    series, now = Series.of(metric["Namespace"], metric["MetricName"], {}), time.time()
    for minutes, sweeps, states in (
        (0, True, ["OK"]),
        (9, False, ["OK"]),
        (11, False, ["OK", "ALARM"]),
        (14, False, ["OK", "ALARM"]),
        (15, True, ["OK", "ALARM", "OK"]),
    ):
        moment = now + minutes * MINUTE
        if sweeps:
            publish(cloudwatch, [Sample(series, 0, moment)])
        AlarmEvaluator(cloudwatch, [alarm]).evaluate(moment)
        assert [state for name, state in inbox() if name == alarm["AlarmName"]] == states, minutes


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
