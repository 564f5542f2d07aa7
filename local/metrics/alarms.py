"""Evaluates alarms as CloudWatch does, and sets their states; the emulator then notifies.

The emulator keeps states, history, composite alarms and notifications, but its own evaluation of
metric alarms knows neither metric math nor dimensions nor missing data, and happens only when
somebody publishes. Here windows slide: each ends with the present minute, even before that
minute is over. AWS waits for its end.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from local.metrics.data import MINUTE
from local.metrics.expressions import Value, evaluate

AlarmRequest = Mapping[str, Any]
"""The arguments of PutMetricAlarm."""

_ALL_TIME = 10**10
"""Seconds. A period so long that whatever lies between start and end falls into one datapoint."""
_MISSING = {"breaching": True, "notBreaching": False}


@dataclass(frozen=True)
class Window:
    """A call of GetMetricData: which time, cut into which periods; all in seconds."""

    start: int
    end: int
    period: int


class AlarmEvaluator:
    """Knows the alarms of a stack, and brings their states up to date."""

    def __init__(self, cloudwatch: Any, alarms: Sequence[AlarmRequest]) -> None:
        self._cloudwatch = cloudwatch
        self._alarms = alarms

    def evaluate(self, now: float) -> None:
        """Sets the state of each alarm whose metrics give it another one, `now` in seconds since 1970."""
        states = dict(self._states())
        for alarm, (state, values) in zip(self._alarms, self._new_states(now), strict=True):
            if states[alarm["AlarmName"]] != state:
                self._cloudwatch.set_alarm_state(
                    AlarmName=alarm["AlarmName"], StateValue=state, StateReason=_reason(alarm, values)
                )

    def _states(self) -> Iterator[tuple[str, str]]:
        for page in self._cloudwatch.get_paginator("describe_alarms").paginate():
            for alarm in page["MetricAlarms"]:
                yield alarm["AlarmName"], alarm["StateValue"]

    def _new_states(self, now: float) -> Iterator[tuple[str, list[Value]]]:
        # Alarms that look at the same windows share their calls.
        by_window: dict[Window, dict[str, dict[str, Any]]] = defaultdict(dict)
        for number, alarm in enumerate(self._alarms):
            for window in list_windows(alarm, now):
                for query in _metric_queries(alarm):
                    by_window[window][f"q{number}_{query['Id']}"] = query
        found = {window: self._fetch(window, queries) for window, queries in by_window.items()}
        for number, alarm in enumerate(self._alarms):
            values = [
                _value(alarm, {
                    query["Id"]: found[window].get((f"q{number}_{query['Id']}", moment))
                    for query in _metric_queries(alarm)
                })
                for window in list_windows(alarm, now)
                for moment in _moments(window)
            ]  # fmt: skip
            yield judge_state(alarm, values), values

    def _fetch(self, window: Window, queries: Mapping[str, Any]) -> dict[tuple[str, int], float]:
        """Datapoints by the query's id and the time at which they begin."""
        results = self._cloudwatch.get_metric_data(
            StartTime=datetime.fromtimestamp(window.start, UTC),
            EndTime=datetime.fromtimestamp(window.end, UTC),
            MetricDataQueries=[
                {"Id": query_id, "MetricStat": {**query["MetricStat"], "Period": window.period}}
                for query_id, query in queries.items()
            ],
        )["MetricDataResults"]
        return {
            (result["Id"], int(moment.timestamp())): value
            for result in results
            for moment, value in zip(result["Timestamps"], result["Values"], strict=True)
        }


def list_windows(alarm: AlarmRequest, now: float) -> list[Window]:
    """The calls that fetch an alarm's datapoints, the oldest first.

    The emulator's periods begin at full multiples of themselves, AWS's alarms slide by the minute.
    So each longer period is fetched as a stretch of its own.
    """
    period = next(iter(_metric_queries(alarm)))["MetricStat"]["Period"]
    count = alarm["EvaluationPeriods"]
    end = (int(now) // MINUTE + 1) * MINUTE
    if period == MINUTE:
        return [Window(end - count * MINUTE, end, MINUTE)]
    starts = range(end - count * period, end, period)
    return [Window(start, start + period, _ALL_TIME) for start in starts]


def _moments(window: Window) -> Sequence[int]:
    """When the datapoints of a window begin."""
    return [0] if window.period == _ALL_TIME else range(window.start, window.end, window.period)


def judge_state(alarm: AlarmRequest, values: Sequence[Value]) -> str:
    """`ALARM` or `OK`, from the values of the evaluation periods."""
    return (
        "ALARM" if sum(_breaching(alarm, value) for value in values) >= alarm["DatapointsToAlarm"] else "OK"
    )


def _breaching(alarm: AlarmRequest, value: Value) -> bool:
    if value is None:
        return _MISSING[alarm["TreatMissingData"]]
    threshold = alarm["Threshold"]
    match alarm["ComparisonOperator"]:
        case "GreaterThanOrEqualToThreshold":
            return bool(value >= threshold)
        case "LessThanThreshold":
            return bool(value < threshold)
        case unknown:
            raise NotImplementedError(f"{alarm['AlarmName']} compares by {unknown}")


def _value(alarm: AlarmRequest, values: Mapping[str, Value]) -> Value:
    watched = next(query for query in alarm["Metrics"] if query.get("ReturnData", True))
    return evaluate(watched["Expression"], values) if "Expression" in watched else values[watched["Id"]]


def _metric_queries(alarm: AlarmRequest) -> list[dict[str, Any]]:
    return [query for query in alarm["Metrics"] if "MetricStat" in query]


def _reason(alarm: AlarmRequest, values: Sequence[Value]) -> str:
    known = [f"{value:g}" for value in values if value is not None]
    shown = ", ".join(known[-3:]) or "no data"
    threshold, periods = alarm["Threshold"], alarm["EvaluationPeriods"]
    return f"Latest of {periods} datapoints: {shown} ({alarm['ComparisonOperator']}: {threshold:g})"
