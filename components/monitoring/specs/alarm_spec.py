"""What an alarm is made of."""

from dataclasses import dataclass
from typing import Final, Literal

from components.monitoring.specs.metrics import MetricRef
from contract.names import RunbookSection

MINUTE: Final = 60

Comparison = Literal["GreaterThanOrEqualToThreshold", "LessThanThreshold"]
MissingData = Literal["notBreaching", "breaching"]


@dataclass(frozen=True, kw_only=True)
class AlarmSpec:
    """One alarm.

    With `per`, the value is the percentage of `metric` in `per`, so that one failed request of
    one is not the same as one of a thousand; below `at_least` of `per` the alarm stays quiet.

    With `counts_absence`, a period in which nothing was published counts as 0. CloudWatch looks
    at more periods than it evaluates before it calls data missing, so an alarm that waits for
    missing data is late by an amount that nobody documents; one that sees zeros is not.
    """

    key: str
    meaning: str
    """What is wrong, to the person who is woken, and what to do first."""
    section: RunbookSection
    """The section of the runbook that goes on from there."""
    metric: MetricRef
    threshold: float
    comparison: Comparison = "GreaterThanOrEqualToThreshold"
    per: MetricRef | None = None
    at_least: int = 0
    counts_absence: bool = False
    period_seconds: int = 5 * MINUTE
    evaluation_periods: int = 1
    datapoints_to_alarm: int = 1
    missing_data: MissingData = "notBreaching"
    unhealthy: bool = False
    """Whether the service as a whole is unhealthy while this alarm is on."""
