"""Alarms on the tables.

What the projection alone reads and writes of them has no alarm of its own for faults: its function fails
with them, and is tried again.
"""

from collections.abc import Iterator, Mapping
from typing import Final

from components.monitoring.specs.alarm_spec import AlarmSpec
from components.monitoring.specs.metrics import StackMetrics
from components.monitoring.specs.watched import WatchedTable
from components.settings import Settings
from contract.metrics import TableMetric
from contract.names import RunbookSection
from store.records import Index

_CROWDED: Final[Mapping[str, str]] = dict.fromkeys(Index, "records of one hour or one folder")
"""What there are too many of, where an index holds writes back."""


def build_table_alarms(metrics: StackMetrics, settings: Settings) -> Iterator[AlarmSpec]:
    """Throttles and faults of every table."""
    for table in metrics.tables:
        yield from _build_write_alarms(table, metrics, settings)
        yield from _build_read_alarms(table, metrics, settings)


def _build_write_alarms(
    table: WatchedTable, metrics: StackMetrics, settings: Settings
) -> Iterator[AlarmSpec]:
    yield AlarmSpec(
        key=f"{table.key}-write-throttles",
        meaning=f"DynamoDB turns writes to the table of {table.holds} away: {table.when_held_back}. "
        "Look at the table's consumed capacity and at the account's quota.",
        section=RunbookSection.TABLE_THROTTLES,
        metric=metrics.of_table(table, TableMetric.WRITE_THROTTLES),
        threshold=settings.throttle_alarm_count,
        unhealthy=True,
    )
    for index in table.indexes:
        yield AlarmSpec(
            key=f"{index.lower()}-write-throttles",
            meaning=f"Writes to {index} are held back, and with them those to the table: "
            f"{table.when_held_back}. Look for too many {_CROWDED.get(index, table.holds)} at once.",
            section=RunbookSection.TABLE_THROTTLES,
            metric=metrics.of_table(table, TableMetric.WRITE_THROTTLES, index=index),
            threshold=settings.throttle_alarm_count,
            unhealthy=True,
        )
    if table.written_by_reports:
        yield _build_fault_alarm(table, "BatchWriteItem", "writes", metrics, settings)


def _build_read_alarms(table: WatchedTable, metrics: StackMetrics, settings: Settings) -> Iterator[AlarmSpec]:
    for index in table.queried:
        yield AlarmSpec(
            key=f"{(index or table.key).lower()}-read-throttles",
            meaning=f"Queries of {index or f'the table of {table.holds}'} are turned away: the dashboard is "
            "slow or incomplete, reports are not touched. Look for who reads so much at once.",
            section=RunbookSection.TABLE_THROTTLES,
            metric=metrics.of_table(table, TableMetric.READ_THROTTLES, index=index),
            threshold=settings.throttle_alarm_count,
        )
    if table.queried:
        yield _build_fault_alarm(table, "Query", "the dashboard's reads", metrics, settings)


def _build_fault_alarm(
    table: WatchedTable, operation: str, what: str, metrics: StackMetrics, settings: Settings
) -> AlarmSpec:
    return AlarmSpec(
        key=f"{table.key}-{operation.lower()}-errors",
        meaning=f"DynamoDB itself fails on {what} of {table.holds}. Look at the AWS Health Dashboard; what "
        "was answered with an error must be sent again.",
        section=RunbookSection.TABLE_ERRORS,
        metric=metrics.of_table(table, TableMetric.SYSTEM_ERRORS, operation=operation),
        threshold=settings.table_error_alarm_count,
        unhealthy=operation != "Query",
    )
