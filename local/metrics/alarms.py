"""Evaluates alarms as CloudWatch does, and sets their states; the emulator sends the notifications.

The emulator keeps states, history, composite alarms and notifications. Its own evaluation of metric alarms
knows no metric math, dimensions or missing data, and happens only when something is published. Here windows
slide: each ends with the current minute, even before that minute is over. AWS waits for its end.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from local.metrics.samples import MINUTE

Value = float | None
"""A datapoint; None if it is missing."""
AlarmRequest = Mapping[str, Any]
"""The arguments of PutMetricAlarm."""
Window = tuple[int, int]
"""Start and end of one evaluation period, in seconds since 1970."""

_ALL_TIME: Final = 10**10
"""Seconds. The emulator's periods begin at multiples of their length; from one so long, everything between
start and end falls into one datapoint."""
_MATH: Final = {
    "__builtins__": {},
    "IF": lambda condition, yes, no: yes if condition else no,
    "FILL": lambda series, filler: filler if series is None else series,
}
_MISSING: Final = {"breaching": True, "notBreaching": False}
_BREACHES: Final[Mapping[str, Any]] = {
    "GreaterThanOrEqualToThreshold": float.__ge__,
    "LessThanThreshold": float.__lt__,
}


class AlarmEvaluator:
    """Keeps the states of a stack's alarms up to date."""

    def __init__(self, cloudwatch: Any, alarms: Sequence[AlarmRequest]) -> None:
        self._cloudwatch = cloudwatch
        self._alarms = alarms

    def evaluate(self, now: float) -> None:
        """Sets each alarm's state that its metrics have changed, `now` in seconds since 1970."""
        states = {
            alarm["AlarmName"]: alarm["StateValue"]
            for page in self._cloudwatch.get_paginator("describe_alarms").paginate()
            for alarm in page["MetricAlarms"]
        }
        # Alarms with the same windows share their calls.
        asked: dict[Window, dict[str, Any]] = defaultdict(dict)
        for number, alarm in enumerate(self._alarms):
            for window in list_windows(alarm, now):
                asked[window] |= {f"q{number}_{query['Id']}": query for query in _metric_queries(alarm)}
        found = {window: self._fetch(window, queries) for window, queries in asked.items()}
        for number, alarm in enumerate(self._alarms):
            values = [
                _value(alarm, {
                    query["Id"]: found[window].get(f"q{number}_{query['Id']}")
                    for query in _metric_queries(alarm)
                })
                for window in list_windows(alarm, now)
            ]  # fmt: skip
            name, state = alarm["AlarmName"], judge_state(alarm, values)
            # Somebody may have deleted it, to try what the doctor says.
            if states.get(name, state) != state:
                self._cloudwatch.set_alarm_state(
                    AlarmName=name, StateValue=state, StateReason=_reason(alarm, values)
                )

    def _fetch(self, window: Window, queries: Mapping[str, Any]) -> dict[str, float]:
        """Datapoints by the query's id."""
        start, end = (datetime.fromtimestamp(moment, UTC) for moment in window)
        results = self._cloudwatch.get_metric_data(
            StartTime=start,
            EndTime=end,
            MetricDataQueries=[
                {"Id": query_id, "MetricStat": {**query["MetricStat"], "Period": _ALL_TIME}}
                for query_id, query in queries.items()
            ],
        )["MetricDataResults"]
        return {result["Id"]: result["Values"][0] for result in results if result["Values"]}


def list_windows(alarm: AlarmRequest, now: float) -> list[Window]:
    """An alarm's evaluation periods, the oldest first: they slide by the minute, as AWS's do."""
    period = _metric_queries(alarm)[0]["MetricStat"]["Period"]
    end = (int(now) // MINUTE + 1) * MINUTE
    starts = range(end - alarm["EvaluationPeriods"] * period, end, period)
    return [(start, start + period) for start in starts]


def _metric_queries(alarm: AlarmRequest) -> list[dict[str, Any]]:
    return [query for query in alarm["Metrics"] if "MetricStat" in query]


def _value(alarm: AlarmRequest, values: Mapping[str, Value]) -> Value:
    watched = next(query for query in alarm["Metrics"] if query.get("ReturnData", True))
    return evaluate(watched["Expression"], values) if "Expression" in watched else values[watched["Id"]]


def judge_state(alarm: AlarmRequest, values: Sequence[Value]) -> str:
    """`ALARM` or `OK`, from the values of the evaluation periods."""
    breaches, threshold = _BREACHES[alarm["ComparisonOperator"]], alarm["Threshold"]
    missing = _MISSING[alarm["TreatMissingData"]]
    breaching = sum(missing if value is None else breaches(float(value), threshold) for value in values)
    return "ALARM" if breaching >= alarm["DatapointsToAlarm"] else "OK"


def _reason(alarm: AlarmRequest, values: Sequence[Value]) -> str:
    known = ", ".join(f"{value:g}" for value in values[-3:] if value is not None)
    return f"Latest datapoints: {known or 'none'} ({alarm['ComparisonOperator']}: {alarm['Threshold']:g})"


def evaluate(expression: str, values: Mapping[str, Value]) -> Value:
    """The value of a metric math expression at one point in time; None without data, as in a division by 0.

    The syntax of what the alarms use (arithmetic, comparisons, IF and FILL) is also Python's.

    Args:
        expression: such as `IF(whole >= 1, 100 * part / whole, 0)`.
        values: the datapoints by the ids that the expression uses.

    Raises:
        NameError: it uses another function, or an id that is not among them.
    """
    try:
        result: Value = eval(expression, {**_MATH, **values})  # noqa: S307 - the program's own alarms
    except (TypeError, ZeroDivisionError):
        return None
    return result
