"""The alarm on a sweep that does not come."""

from typing import Final

from components.monitoring.specs.alarm_spec import MINUTE, AlarmSpec
from components.monitoring.specs.metrics import MetricRef
from contract.names import RunbookSection

_SWEEPLESS_MINUTES: Final = 10
"""Sweeps come every minute; a deployment may hold up a few."""


def build_sweep_alarm(key: str, meaning: str, section: RunbookSection, metric: MetricRef) -> AlarmSpec:
    """Goes off when no sweep has come to its end for some minutes.

    Args:
        key: the alarm's.
        meaning: what nobody learns then, and where to look.
        section: of the runbook.
        metric: how often a metric was published of which each sweep publishes one.
    """
    return AlarmSpec(
        key=key,
        meaning=f"No sweep for {_SWEEPLESS_MINUTES} minutes: {meaning} Look whether the schedule is enabled, "
        "and into the function's log.",
        section=section,
        metric=metric,
        counts_absence=True,
        threshold=1,
        comparison="LessThanThreshold",
        period_seconds=MINUTE,
        evaluation_periods=_SWEEPLESS_MINUTES,
        datapoints_to_alarm=_SWEEPLESS_MINUTES,
        missing_data="breaching",
        unhealthy=True,
    )
