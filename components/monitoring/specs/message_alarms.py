"""Alarms on what owners are told."""

from collections.abc import Iterator
from typing import Final

from components.monitoring.specs.alarm_spec import MINUTE, AlarmSpec
from components.monitoring.specs.metrics import StackMetrics
from contract.metrics import Metric
from contract.runbook import Section

_SWEEPLESS_MINUTES: Final = 10
"""Sweeps come every minute; a deployment may hold up a few."""


def build_message_alarms(metrics: StackMetrics) -> Iterator[AlarmSpec]:
    """Whether owners are told: of a stack that tells any."""
    if not metrics.tells_owners:
        return
    yield AlarmSpec(
        key="messages-sweeps",
        meaning=f"No sweep for {_SWEEPLESS_MINUTES} minutes has told owners what is due: nobody hears of "
        "what is stuck. Look whether the schedule is enabled, and into the function's log.",
        section=Section.MESSAGES_NOT_SENT,
        # Each sweep that comes to its end publishes one.
        metric=metrics.published(Metric.MESSAGES_SWEPT, "SampleCount"),
        counts_absence=True,
        threshold=1,
        comparison="LessThanThreshold",
        period_seconds=MINUTE,
        evaluation_periods=_SWEEPLESS_MINUTES,
        datapoints_to_alarm=_SWEEPLESS_MINUTES,
        missing_data="breaching",
        unhealthy=True,
    )
    yield AlarmSpec(
        key="messages-dead",
        meaning="A message to an owner was given up after six hours of attempts: somebody was not told. The "
        "function's log tells to whom, and why.",
        section=Section.MESSAGES_NOT_SENT,
        metric=metrics.published(Metric.MESSAGES_DEAD),
        threshold=1,
        unhealthy=True,
    )
    yield AlarmSpec(
        key="channels-disabled",
        meaning="A channel of an owner does not work, and nothing is sent over it until somebody mends it. "
        "Ask which, and why: python -m ops owners channels.",
        section=Section.CHANNELS_DISABLED,
        # How many there are, at each sweep: the alarm ends when the last one is mended.
        metric=metrics.published(Metric.CHANNELS_DISABLED, "Maximum"),
        threshold=1,
        unhealthy=True,
    )
