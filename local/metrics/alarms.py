"""CloudWatch metric math, as much of it as the alarms use: arithmetic, comparisons, IF and FILL.

The emulator evaluates none. The syntax of these expressions is Python's too, so Python parses them.
"""

import ast
import operator
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from local.metrics.samples import MINUTE

Value = float | None
"""A datapoint; None where there is none."""

_OPERATORS: dict[type[ast.AST], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
}


class UnknownExpressionError(Exception):
    """An expression uses what is not known here."""

    def __init__(self, expression: str) -> None:
        super().__init__(f"The local stack cannot evaluate {expression!r}; see {__name__}.")


def evaluate(expression: str, values: Mapping[str, Value]) -> Value:
    """The value of an expression at one point in time.

    Args:
        expression: such as `IF(whole >= 1, 100 * part / whole, 0)`.
        values: the datapoints by the ids that the expression uses.

    Raises:
        UnknownExpressionError: it is not made of what is known here.
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
