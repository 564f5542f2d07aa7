"""Alarms on the projection: whether it keeps up, and what it finds."""

from collections.abc import Iterator
from typing import Final

from components.monitoring.specs.alarm_spec import MINUTE, AlarmSpec
from components.monitoring.specs.metrics import StackMetrics
from components.monitoring.specs.sweep_alarm import build_sweep_alarm
from components.settings import Settings
from contract.metrics import FunctionMetric, Metric, QueueMetric
from contract.names import PROJECTION, RunbookSection

_BEHIND_MINUTES: Final = 5
"""Well above the second or two that a run takes, and well below the shortest interval of a script."""


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
        section=RunbookSection.PROJECTION_BEHIND,
        metric=metrics.of_function(projection, FunctionMetric.ITERATOR_AGE, "Maximum"),
        threshold=_BEHIND_MINUTES * MINUTE * 1000,
        unhealthy=True,
    )
    yield build_sweep_alarm(
        "projection-sweeps",
        "who falls silent is not noticed.",
        RunbookSection.PROJECTION_BEHIND,
        metrics.published(Metric.SENDERS_SILENT, "SampleCount"),
    )
    yield AlarmSpec(
        key="dead-letters",
        meaning="Runs could not be applied: what they told is missing from senders and incidents. The "
        "messages in the queue name them; rebuild their senders.",
        section=RunbookSection.DEAD_LETTERS,
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
            section=RunbookSection.SILENT_SENDERS,
            metric=metrics.published(Metric.SENDERS_SILENT, "Maximum"),
            threshold=settings.silent_senders_alarm_count,
        )
    if settings.unreadable_folders_alarm_count:
        yield AlarmSpec(
            key="unreadable-folders",
            meaning="Folders are watched that their script cannot read, and breaches there go unseen. The "
            "dashboard tells which, and with what error.",
            section=RunbookSection.UNREADABLE_FOLDERS,
            metric=metrics.published(Metric.FOLDERS_UNREADABLE, "Maximum"),
            threshold=settings.unreadable_folders_alarm_count,
        )
    if settings.open_incidents_alarm_count:
        yield AlarmSpec(
            key="open-incidents",
            meaning="Files wait longer than their folder's SLA allows. The dashboard tells which, and since "
            "when, the longest first.",
            section=RunbookSection.OPEN_INCIDENTS,
            metric=metrics.published(Metric.INCIDENTS_OPEN, "Maximum"),
            threshold=settings.open_incidents_alarm_count,
        )
