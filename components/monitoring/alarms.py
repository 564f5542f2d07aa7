"""What an alarm is made of."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from components.monitoring.metrics import MetricRef, StackMetrics, WatchedTable
from components.settings import Settings
from contract.metrics import (
    Dimension,
    FunctionMetric,
    GatewayMetric,
    Metric,
    QueueMetric,
    Reason,
    TableMetric,
)
from contract.names import PROJECTION, RunbookSection
from contract.routes import ROUTES, RouteSpec
from store.records import Index

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


def build_alarm_specs(metrics: StackMetrics, settings: Settings) -> tuple[AlarmSpec, ...]:
    """Every alarm of a stack."""
    return (
        *build_api_alarms(metrics, settings),
        *build_function_alarms(metrics, settings),
        *build_table_alarms(metrics, settings),
        *build_projection_alarms(metrics, settings),
        *build_message_alarms(metrics),
    )


def build_api_alarms(metrics: StackMetrics, settings: Settings) -> Iterator[AlarmSpec]:
    """Errors, refusals and latency of every route, and failed sign-ins."""
    # By route: nine requests in ten are sign-ins, and a rate of the whole API would hide that
    # every report fails. Requests to paths that the API does not have belong to no route.
    for route in ROUTES:
        yield from _build_route_alarms(route, metrics, settings)
    yield AlarmSpec(
        key="failed-sign-ins",
        meaning="Wrong passwords out of the ordinary: someone is guessing, or a script has an old "
        "password. The access log of the auth route tells the addresses.",
        section=RunbookSection.FAILED_SIGN_INS,
        metric=metrics.published(Metric.SIGN_INS, **{Dimension.OUTCOME: Reason.BAD_CREDENTIALS}),
        threshold=settings.failed_sign_in_alarm_count,
    )


def _build_route_alarms(route: RouteSpec, metrics: StackMetrics, settings: Settings) -> Iterator[AlarmSpec]:
    requests = metrics.of_route(route, GatewayMetric.COUNT, "Sum")
    yield AlarmSpec(
        key=f"{route.key}-5xx",
        meaning=f"/{route.path} answers with faults of its own, and callers have to try again. Look at the "
        "function's log for 'failed' and 'not_stored', then at the other alarms that are on.",
        section=RunbookSection.SERVER_ERRORS,
        metric=metrics.of_route(route, GatewayMetric.SERVER_ERRORS, "Sum"),
        per=requests,
        threshold=settings.error_rate_alarm_percent,
        unhealthy=True,
    )
    yield AlarmSpec(
        key=f"{route.key}-4xx",
        meaning=f"/{route.path} refuses many requests: they break the contract, or a password is wrong. "
        "The access log tells status codes and addresses.",
        section=RunbookSection.REFUSED_REQUESTS,
        metric=metrics.of_route(route, GatewayMetric.CLIENT_ERRORS, "Sum"),
        per=requests,
        at_least=route.fewest_requests,
        threshold=settings.client_error_rate_alarm_percent,
    )
    yield AlarmSpec(
        key=f"{route.key}-latency",
        meaning=f"/{route.path} answers slowly, and callers may give up waiting. Compare the integration "
        "latency with the function's duration and the table's throttles.",
        section=RunbookSection.LATENCY,
        metric=metrics.of_route(route, GatewayMetric.LATENCY, "p95"),
        threshold=settings.latency_alarm_ms,
        evaluation_periods=3,
        datapoints_to_alarm=2,
        unhealthy=True,
    )


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
