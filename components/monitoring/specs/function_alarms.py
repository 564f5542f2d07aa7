"""Alarms on the functions."""

from collections.abc import Iterator

from components.monitoring.specs.alarm_spec import AlarmSpec
from components.monitoring.specs.metrics import StackMetrics
from components.settings import Settings
from contract.metrics import FunctionMetric
from contract.names import RunbookSection


def build_function_alarms(metrics: StackMetrics, settings: Settings) -> Iterator[AlarmSpec]:
    """Crashes, throttles and near timeouts of every function."""
    for function in metrics.functions:
        yield AlarmSpec(
            key=f"{function.key}-errors",
            meaning=f"The {function.key} function ends without an answer: it crashed or ran out of time "
            "or memory. Its log tells which.",
            section=RunbookSection.FUNCTION_ERRORS,
            metric=metrics.of_function(function, FunctionMetric.ERRORS),
            threshold=settings.function_error_alarm_count,
            unhealthy=True,
        )
        yield AlarmSpec(
            key=f"{function.key}-throttles",
            meaning=f"Lambda turns invocations of the {function.key} function away: the account's "
            "concurrency is used up. Raise the quota, or find what else uses it.",
            section=RunbookSection.FUNCTION_THROTTLES,
            metric=metrics.of_function(function, FunctionMetric.THROTTLES),
            threshold=settings.throttle_alarm_count,
            unhealthy=True,
        )
        yield AlarmSpec(
            key=f"{function.key}-duration",
            meaning=f"An invocation of the {function.key} function came near its timeout of "
            f"{function.timeout_seconds} s; a little slower, and it is cut off. Look for what it waits for.",
            section=RunbookSection.FUNCTION_DURATION,
            metric=metrics.of_function(function, FunctionMetric.DURATION, "Maximum"),
            threshold=function.timeout_seconds * 1000 * settings.duration_alarm_percent / 100,
            unhealthy=True,
        )
