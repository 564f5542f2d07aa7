"""Alarms that are told: sweeps stop or senders fall silent, the alarm turns, a subscribed queue has it."""

import time
from dataclasses import dataclass
from typing import Any

from contract.metrics import Metric
from local.metrics.alarms import AlarmEvaluator
from local.metrics.samples import Sample, Series, publish
from local.provider import as_api_values
from local.provider.running import metric_alarm_request
from tests.infra.conftest import declare
from tests.integration.alarm_inbox import Inbox
from tests.stands.running_stack import RunningStack

MINUTE = 60


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
