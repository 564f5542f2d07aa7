"""Alarms on the projection: whether it keeps up, and what it finds."""

from collections.abc import Iterator
from typing import Final

from components.monitoring.specs.alarm_spec import MINUTE, AlarmSpec
from components.monitoring.specs.metrics import StackMetrics
from components.settings import Settings
from contract.metrics import FunctionMetric, Metric, QueueMetric
from contract.names import PROJECTION
from contract.runbook import Section

_BEHIND_MINUTES: Final = 5
"""Well above the second or two that a run takes, and well below the shortest interval of a script."""
_SWEEPLESS_MINUTES: Final = 10
"""Sweeps come every minute; a deployment may hold up a few."""


def build_projection_alarms(metrics: StackMetrics, settings: Settings) -> Iterator[AlarmSpec]:
    """Of the projection's own health, and of what each sweep counts."""
    yield from _build_health_alarms(metrics)
    yield from _build_finding_alarms(metrics, settings)


def _build_health_alarms(metrics: StackMetrics) -> Iterator[AlarmSpec]:
    [projection] = [function for function in metrics.functions if function.key == PROJECTION]
    yield AlarmSpec(
        key="projection-behind",
        meaning=f"Runs wait more than {_BEHIND_MINUTES} minutes before they are applied: the dashboard shows "
        "senders and incidents as they were. Look into the projection's log for what it fails on.",
        section=Section.PROJECTION_BEHIND,
        metric=metrics.of_function(projection, FunctionMetric.ITERATOR_AGE, "Maximum"),
        threshold=_BEHIND_MINUTES * MINUTE * 1000,
        unhealthy=True,
    )
    yield AlarmSpec(
        key="projection-sweeps",
        meaning=f"No sweep for {_SWEEPLESS_MINUTES} minutes: who falls silent is not noticed. Look whether "
        "the schedule is enabled, and into the projection's log.",
        section=Section.PROJECTION_BEHIND,
        # Each sweep that comes to its end publishes one.
        metric=metrics.published(Metric.SENDERS_SILENT, "SampleCount"),
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
        key="dead-letters",
        meaning="Runs could not be applied: what they told is missing from senders and incidents. The "
        "messages in the queue name them; rebuild their senders.",
        section=Section.DEAD_LETTERS,
        # The messages, not the metric of runs that were not applied: that ends after its five minutes, and
        # does not know what Lambda itself gave up. This ends when someone has seen to it.
        metric=metrics.of_dead_letters(QueueMetric.VISIBLE_MESSAGES),
        threshold=1,
        unhealthy=True,
    )


def _build_finding_alarms(metrics: StackMetrics, settings: Settings) -> Iterator[AlarmSpec]:
    if settings.silent_senders_alarm_count:
        yield AlarmSpec(
            key="silent-senders",
            meaning="Senders do not report any more, and their breaches go unseen. The dashboard tells "
            "which, and since when; look at the scheduled task on their servers.",
            section=Section.SILENT_SENDERS,
            metric=metrics.published(Metric.SENDERS_SILENT, "Maximum"),
            threshold=settings.silent_senders_alarm_count,
        )
    if settings.unreadable_folders_alarm_count:
        yield AlarmSpec(
            key="unreadable-folders",
            meaning="Folders are watched that their script cannot read, and breaches there go unseen. The "
            "dashboard tells which, and with what error.",
            section=Section.UNREADABLE_FOLDERS,
            metric=metrics.published(Metric.FOLDERS_UNREADABLE, "Maximum"),
            threshold=settings.unreadable_folders_alarm_count,
        )
    if settings.open_incidents_alarm_count:
        yield AlarmSpec(
            key="open-incidents",
            meaning="Files wait longer than their folder's SLA allows. The dashboard tells which, and since "
            "when, the longest first.",
            section=Section.OPEN_INCIDENTS,
            metric=metrics.published(Metric.INCIDENTS_OPEN, "Maximum"),
            threshold=settings.open_incidents_alarm_count,
        )
