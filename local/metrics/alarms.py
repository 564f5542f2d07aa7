"""Evaluates alarms as CloudWatch does, and sets their states; the emulator sends the notifications.

The emulator keeps states, history, composite alarms and notifications. Its own evaluation of metric alarms
knows no metric math, dimensions or missing data, and happens only when something is published. Here windows
slide: each ends with the current minute, even before that minute is over. AWS waits for its end.
"""

import ast
import operator
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from local.metrics.samples import MINUTE

Value = float | None
"""A datapoint; None if it is missing."""
AlarmRequest = Mapping[str, Any]
"""The arguments of PutMetricAlarm."""

_ALL_TIME: Final = 10**10
"""Seconds. A period so long that everything between start and end falls into one datapoint."""
_MISSING: Final = {"breaching": True, "notBreaching": False}
_OPERATORS: Final[dict[type[ast.AST], Callable[[float, float], float]]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
}


@dataclass(frozen=True)
class AlarmWindow:
    """A call of GetMetricData: its time range and the length of its periods, all in seconds."""

    start: int
    end: int
    period: int


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
        for alarm, (state, values) in zip(self._alarms, self._new_states(now), strict=True):
            if states[alarm["AlarmName"]] != state:
                self._cloudwatch.set_alarm_state(
                    AlarmName=alarm["AlarmName"], StateValue=state, StateReason=_reason(alarm, values)
                )

    def _new_states(self, now: float) -> Iterator[tuple[str, list[Value]]]:
        # Alarms with the same windows share their calls.
        by_window: dict[AlarmWindow, dict[str, dict[str, Any]]] = defaultdict(dict)
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

    def _fetch(self, window: AlarmWindow, queries: Mapping[str, Any]) -> dict[tuple[str, int], float]:
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


def list_windows(alarm: AlarmRequest, now: float) -> list[AlarmWindow]:
    """The calls that fetch an alarm's datapoints, the oldest first.

    The emulator's periods begin at multiples of their length; AWS's alarms slide by the minute. So each
    period of more than a minute is fetched as a window of its own.
    """
    period = next(iter(_metric_queries(alarm)))["MetricStat"]["Period"]
    count = alarm["EvaluationPeriods"]
    end = (int(now) // MINUTE + 1) * MINUTE
    if period == MINUTE:
        return [AlarmWindow(end - count * MINUTE, end, MINUTE)]
    starts = range(end - count * period, end, period)
    return [AlarmWindow(start, start + period, _ALL_TIME) for start in starts]


def _moments(window: AlarmWindow) -> Sequence[int]:
    """When the datapoints of a window begin."""
    return [0] if window.period == _ALL_TIME else range(window.start, window.end, window.period)


def _metric_queries(alarm: AlarmRequest) -> list[dict[str, Any]]:
    return [query for query in alarm["Metrics"] if "MetricStat" in query]


def _value(alarm: AlarmRequest, values: Mapping[str, Value]) -> Value:
    watched = next(query for query in alarm["Metrics"] if query.get("ReturnData", True))
    return evaluate(watched["Expression"], values) if "Expression" in watched else values[watched["Id"]]


def judge_state(alarm: AlarmRequest, values: Sequence[Value]) -> str:
    """`ALARM` or `OK`, from the values of the evaluation periods."""
    breaching = sum(_breaching(alarm, value) for value in values)
    return "ALARM" if breaching >= alarm["DatapointsToAlarm"] else "OK"


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


def _reason(alarm: AlarmRequest, values: Sequence[Value]) -> str:
    known = [f"{value:g}" for value in values if value is not None]
    shown = ", ".join(known[-3:]) or "no data"
    threshold, periods = alarm["Threshold"], alarm["EvaluationPeriods"]
    return f"Latest of {periods} datapoints: {shown} ({alarm['ComparisonOperator']}: {threshold:g})"


class UnknownExpressionError(Exception):
    """An expression uses more of metric math than `evaluate` knows."""

    def __init__(self, expression: str) -> None:
        super().__init__(f"The local stack cannot evaluate {expression!r}; see {__name__}.")


def evaluate(expression: str, values: Mapping[str, Value]) -> Value:
    """The value of a metric math expression at one point in time.

    It knows what the alarms use: arithmetic, comparisons, IF and FILL. The syntax of these is also Python's,
    so Python parses them.

    Args:
        expression: such as `IF(whole >= 1, 100 * part / whole, 0)`.
        values: the datapoints by the ids that the expression uses.

    Raises:
        UnknownExpressionError: it uses anything else.
    """

    def value_of(node: ast.AST) -> Value:
        match node:
            case ast.Constant(value=int() | float() as number):
                return number
            case ast.Name(id=name) if name in values:
                return values[name]
            case (
                ast.BinOp(left=left, op=op, right=right)
                | ast.Compare(left=left, ops=[op], comparators=[right])
            ) if type(op) in _OPERATORS:
                return _apply(_OPERATORS[type(op)], value_of(left), value_of(right))
            case ast.Call(func=ast.Name(id="IF"), args=[condition, yes, no]):
                holds = value_of(condition)
                return None if holds is None else value_of(yes if holds else no)
            case ast.Call(func=ast.Name(id="FILL"), args=[series, filler]):
                found = value_of(series)
                return value_of(filler) if found is None else found
        raise UnknownExpressionError(expression)

    return value_of(ast.parse(expression, mode="eval").body)


def _apply(operation: Callable[[float, float], float], left: Value, right: Value) -> Value:
    if left is None or right is None:
        return None
    try:
        return operation(left, right)
    except ZeroDivisionError:
        return None
