"""Alarms on what owners are told."""

from collections.abc import Iterator

from components.monitoring.specs.alarm_spec import AlarmSpec
from components.monitoring.specs.metrics import StackMetrics
from components.monitoring.specs.sweep_alarm import build_sweep_alarm
from contract.metrics import Metric
from contract.names import RunbookSection


def build_message_alarms(metrics: StackMetrics) -> Iterator[AlarmSpec]:
    """Whether owners are told: of a stack that tells any."""
    if not metrics.tells_owners:
        return
    yield build_sweep_alarm(
        "messages-sweeps",
        "owners are not told what is stuck.",
        RunbookSection.MESSAGES_NOT_SENT,
        metrics.published(Metric.MESSAGES_SWEPT, "SampleCount"),
    )
    yield AlarmSpec(
        key="messages-dead",
        meaning="A message to an owner was given up after six hours of attempts: somebody was not told. The "
        "function's log tells to whom, and why.",
        section=RunbookSection.MESSAGES_NOT_SENT,
        metric=metrics.published(Metric.MESSAGES_DEAD),
        threshold=1,
        unhealthy=True,
    )
    yield AlarmSpec(
        key="channels-disabled",
        meaning="A channel of an owner does not work, and nothing is sent over it until somebody mends it. "
        "Ask which, and why: python -m ops owners channels.",
        section=RunbookSection.CHANNELS_DISABLED,
        # How many there are, at each sweep: the alarm ends when the last one is mended.
        metric=metrics.published(Metric.CHANNELS_DISABLED, "Maximum"),
        threshold=1,
        unhealthy=True,
    )
