"""Every alarm as data: what it reads, when it goes off, what is wrong then, and what to do."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from components.monitoring.metrics import MetricRef, StackMetrics
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
from contract.routes import ROUTES

MINUTE: Final = 60
_BEHIND_MINUTES: Final = 5
"""Well above the second or two that a run takes, and well below the shortest interval of a script."""
_SWEEPLESS_MINUTES: Final = 10
"""Sweeps come every minute; a deployment may delay a few."""
_MANY_WINDOWS: Final = 20
"""Made in five minutes: ten times what a large fleet needs (docs/development/limits.md)."""


@dataclass(frozen=True, kw_only=True)
class AlarmSpec:
    """One alarm.

    With `per`, the value is the percentage of `metric` in `per`: one failed request of one is not the same as
    one of a thousand. Below `at_least` of `per` the alarm stays off.

    With `counts_absence`, a period in which nothing was published counts as 0. CloudWatch looks at more
    periods than it evaluates before it considers data missing, so an alarm that waits for missing data is
    late by an undocumented amount; one that sees zeros is not.
    """

    key: str
    meaning: str
    """What is wrong, for whoever is on call, and what to do first."""
    section: RunbookSection
    """The runbook section that continues from there."""
    metric: MetricRef
    threshold: float
    comparison: Literal["GreaterThanOrEqualToThreshold", "LessThanThreshold"] = (
        "GreaterThanOrEqualToThreshold"
    )
    per: MetricRef | None = None
    at_least: int = 0
    counts_absence: bool = False
    period_seconds: int = 5 * MINUTE
    evaluation_periods: int = 1
    datapoints_to_alarm: int = 1
    missing_data: Literal["notBreaching", "breaching"] = "notBreaching"
    unhealthy: bool = False
    """Whether the service as a whole is unhealthy while this alarm is on."""


def build_alarm_specs(metrics: StackMetrics, settings: Settings) -> tuple[AlarmSpec, ...]:
    """Every alarm of a stack."""
    return (
        *_build_api_alarms(metrics, settings),
        *_build_function_alarms(metrics, settings),
        *_build_table_alarms(metrics, settings),
        *_build_projection_alarms(metrics),
        *_build_finding_alarms(metrics, settings),
        *(_build_notification_alarms(metrics) if metrics.notifies_owners else ()),
    )


def _build_api_alarms(metrics: StackMetrics, settings: Settings) -> Iterator[AlarmSpec]:
    # By route: nine requests in ten are sign-ins, and a rate of the whole API would hide that every report
    # fails. Requests to paths that the API does not have belong to no route.
    for route in ROUTES:
        requests = metrics.of_api(GatewayMetric.COUNT, "Sum", route)
        yield AlarmSpec(
            key=f"{route.key}-5xx",
            meaning=f"/{route.path} answers with server errors, and callers have to retry. Search the "
            "function's log for 'failed' and 'not_stored', then look at the other alarms that are on.",
            section=RunbookSection.SERVER_ERRORS,
            metric=metrics.of_api(GatewayMetric.SERVER_ERRORS, "Sum", route),
            per=requests,
            threshold=settings.error_rate_alarm_percent,
            unhealthy=True,
        )
        yield AlarmSpec(
            key=f"{route.key}-4xx",
            meaning=f"/{route.path} refuses many requests: they break the contract, or a password is wrong. "
            "The access log has status codes and addresses.",
            section=RunbookSection.REFUSED_REQUESTS,
            metric=metrics.of_api(GatewayMetric.CLIENT_ERRORS, "Sum", route),
            per=requests,
            at_least=route.fewest_requests,
            threshold=settings.client_error_rate_alarm_percent,
        )
        yield AlarmSpec(
            key=f"{route.key}-latency",
            meaning=f"/{route.path} answers slowly, and callers may time out. Compare the integration "
            "latency with the function's duration and the tables' throttles.",
            section=RunbookSection.LATENCY,
            metric=metrics.of_api(GatewayMetric.LATENCY, "p95", route),
            threshold=settings.latency_alarm_ms,
            evaluation_periods=3,
            datapoints_to_alarm=2,
            unhealthy=True,
        )
    yield AlarmSpec(
        key="failed-sign-ins",
        meaning="Unusually many wrong passwords: someone is guessing, or a script has an old password. The "
        "access log of the auth route has the addresses.",
        section=RunbookSection.FAILED_SIGN_INS,
        metric=metrics.published(Metric.SIGN_INS, **{Dimension.OUTCOME: Reason.BAD_CREDENTIALS}),
        threshold=settings.failed_sign_in_alarm_count,
    )
    yield AlarmSpec(
        key="maintenance-made",
        meaning="Unusually many maintenance windows: a script of yours plans them, or somebody with a stolen "
        "account mutes notifications. The dashboard's page Maintenance shows who made which.",
        section=RunbookSection.MAINTENANCE,
        metric=metrics.published(Metric.MAINTENANCE_MADE),
        threshold=_MANY_WINDOWS,
    )


def _build_function_alarms(metrics: StackMetrics, settings: Settings) -> Iterator[AlarmSpec]:
    for function in metrics.functions:
        yield AlarmSpec(
            key=f"{function.key}-errors",
            meaning=f"The {function.key} function ends without an answer: it crashed, or ran out of time or "
            "memory. Its log says which.",
            section=RunbookSection.FUNCTION_ERRORS,
            metric=metrics.of_function(function, FunctionMetric.ERRORS),
            threshold=settings.function_error_alarm_count,
            unhealthy=True,
        )
        yield AlarmSpec(
            key=f"{function.key}-throttles",
            meaning=f"Lambda throttles the {function.key} function: the account's concurrency is used up. "
            "Raise the quota, or find what else uses it.",
            section=RunbookSection.FUNCTION_THROTTLES,
            metric=metrics.of_function(function, FunctionMetric.THROTTLES),
            threshold=settings.throttle_alarm_count,
            unhealthy=True,
        )
        yield AlarmSpec(
            key=f"{function.key}-duration",
            meaning=f"An invocation of the {function.key} function came near its timeout of "
            f"{function.timeout_seconds} s: a little slower, and it is cut off. Find what it waits for.",
            section=RunbookSection.FUNCTION_DURATION,
            metric=metrics.of_function(function, FunctionMetric.DURATION, "Maximum"),
            threshold=function.timeout_seconds * 1000 * settings.duration_alarm_percent / 100,
            unhealthy=True,
        )


def _build_table_alarms(metrics: StackMetrics, settings: Settings) -> Iterator[AlarmSpec]:
    """Throttles and system errors of what reports write and pages read.

    What the projection alone reads and writes has no alarm for system errors: its function fails with them,
    and is retried.
    """
    for table in metrics.tables:
        yield AlarmSpec(
            key=f"{table.key}-write-throttles",
            meaning=f"DynamoDB throttles writes to the table of {table.holds}: {table.when_held_back}. Look "
            "at the table's consumed capacity and at the account's quota.",
            section=RunbookSection.TABLE_THROTTLES,
            metric=metrics.of_table(table, TableMetric.WRITE_THROTTLES),
            threshold=settings.throttle_alarm_count,
            unhealthy=True,
        )
        for index in table.indexes:
            yield AlarmSpec(
                key=f"{index.lower()}-write-throttles",
                meaning=f"DynamoDB throttles writes to {index}, and with them those to the table: "
                f"{table.when_held_back}. Look for too many {table.holds} of one key at once.",
                section=RunbookSection.TABLE_THROTTLES,
                metric=metrics.of_table(table, TableMetric.WRITE_THROTTLES, index=index),
                threshold=settings.throttle_alarm_count,
                unhealthy=True,
            )
        for place in table.queried:
            yield AlarmSpec(
                key=f"{(place or table.key).lower()}-read-throttles",
                meaning=f"DynamoDB throttles queries of {place or f'the table of {table.holds}'}: the "
                "dashboard is slow or incomplete, reports are not affected. Find who reads so much at once.",
                section=RunbookSection.TABLE_THROTTLES,
                metric=metrics.of_table(table, TableMetric.READ_THROTTLES, index=place),
                threshold=settings.throttle_alarm_count,
            )
        operations = {"BatchWriteItem": "writes"} if table.written_by_reports else {}
        operations |= {"Query": "the dashboard's reads"} if table.queried else {}
        for operation, what in operations.items():
            yield AlarmSpec(
                key=f"{table.key}-{operation.lower()}-errors",
                meaning=f"DynamoDB itself fails on {what} of {table.holds}. Look at the AWS Health "
                "Dashboard; requests that were answered with an error must be sent again.",
                section=RunbookSection.TABLE_ERRORS,
                metric=metrics.of_table(table, TableMetric.SYSTEM_ERRORS, operation=operation),
                threshold=settings.table_error_alarm_count,
                unhealthy=operation != "Query",
            )


def _build_projection_alarms(metrics: StackMetrics) -> Iterator[AlarmSpec]:
    """Whether senders and incidents are kept up to date."""
    [projection] = [function for function in metrics.functions if function.key == PROJECTION]
    yield AlarmSpec(
        key="projection-behind",
        meaning=f"Runs wait more than {_BEHIND_MINUTES} minutes before they are applied: the dashboard shows "
        "senders and incidents as they were. Look in the projection's log for what fails.",
        section=RunbookSection.PROJECTION_BEHIND,
        metric=metrics.of_function(projection, FunctionMetric.ITERATOR_AGE, "Maximum"),
        threshold=_BEHIND_MINUTES * MINUTE * 1000,
        unhealthy=True,
    )
    yield _build_sweep_alarm(
        "projection-sweeps",
        "silent senders are not noticed.",
        RunbookSection.PROJECTION_BEHIND,
        metrics.published(Metric.SENDERS_SILENT, "SampleCount"),
    )
    yield AlarmSpec(
        key="set-aside",
        meaning="The replay of a sender failed three times, and the sweep looks at it no more: its incidents "
        "stay as they are. All others go on. file-sla doctor names it.",
        section=RunbookSection.SET_ASIDE,
        metric=metrics.published(Metric.SENDERS_SET_ASIDE, "Maximum"),
        threshold=1,
    )
    yield AlarmSpec(
        key="new-senders",
        meaning="An account sent more new sender names today than newSenderLimit allows: their runs are "
        "stored, and not applied. The Senders page shows the account's refusal, with the first names.",
        section=RunbookSection.LIMITS,
        metric=metrics.published(Metric.SENDERS_REFUSED),
        threshold=1,
    )
    yield AlarmSpec(
        key="account-incidents",
        meaning="An account has more live incidents than it may: folders of its senders that come into "
        "breach now have none. The page of senders counts them as folders that nobody follows.",
        section=RunbookSection.LIMITS,
        metric=metrics.published(Metric.ACCOUNTS_OVER_LIMIT, "Maximum"),
        threshold=1,
    )
    yield AlarmSpec(
        key="dead-letters",
        meaning="Runs could not be applied, and are missing from senders and incidents. The messages in the "
        "queue name them; rebuild their senders.",
        section=RunbookSection.DEAD_LETTERS,
        # The messages, not the metric of runs that were not applied: that one ends after five minutes, and
        # does not include runs that Lambda itself gave up. This one ends when someone has fixed it.
        metric=metrics.of_dead_letters(QueueMetric.VISIBLE_MESSAGES),
        threshold=1,
        unhealthy=True,
    )


def _build_finding_alarms(metrics: StackMetrics, settings: Settings) -> Iterator[AlarmSpec]:
    """What each sweep counts; a threshold of 0 turns an alarm off."""
    specs = (
        AlarmSpec(
            key="silent-senders",
            meaning="Senders no longer report, and their breaches go unseen. The dashboard shows which, and "
            "since when; look at the scheduled task on their servers.",
            section=RunbookSection.SILENT_SENDERS,
            metric=metrics.published(Metric.SENDERS_SILENT, "Maximum"),
            threshold=settings.silent_senders_alarm_count,
        ),
        AlarmSpec(
            key="unreadable-folders",
            meaning="Scripts cannot read folders that they watch, and breaches there go unseen. The "
            "dashboard shows which, and with what error.",
            section=RunbookSection.UNREADABLE_FOLDERS,
            metric=metrics.published(Metric.FOLDERS_UNREADABLE, "Maximum"),
            threshold=settings.unreadable_folders_alarm_count,
        ),
        AlarmSpec(
            key="open-incidents",
            meaning="Files wait longer than their folder's SLA allows. The dashboard shows which, and since "
            "when, the longest first.",
            section=RunbookSection.OPEN_INCIDENTS,
            metric=metrics.published(Metric.INCIDENTS_OPEN, "Maximum"),
            threshold=settings.open_incidents_alarm_count,
        ),
    )
    yield from (spec for spec in specs if spec.threshold)


def _build_notification_alarms(metrics: StackMetrics) -> Iterator[AlarmSpec]:
    """Whether owners are notified."""
    yield _build_sweep_alarm(
        "notifications-sweeps",
        "owners are not notified.",
        RunbookSection.NOTIFICATIONS_NOT_SENT,
        metrics.published(Metric.RECIPIENTS_CHECKED, "SampleCount"),
    )
    yield AlarmSpec(
        key="notifications-given-up",
        meaning="A notification was given up after six hours of attempts: an owner did not get it. The "
        "function's log says who, and why.",
        section=RunbookSection.NOTIFICATIONS_NOT_SENT,
        metric=metrics.published(Metric.NOTIFICATIONS_GIVEN_UP),
        threshold=1,
        unhealthy=True,
    )
    yield AlarmSpec(
        key="channels-disabled",
        meaning="A channel of an owner does not work, and nothing is sent over it until someone fixes it. "
        "List which, and why: file-sla owners channels.",
        section=RunbookSection.CHANNELS_DISABLED,
        # How many there are, at each sweep: the alarm ends when the last one works again.
        metric=metrics.published(Metric.CHANNELS_DISABLED, "Maximum"),
        threshold=1,
        unhealthy=True,
    )


def _build_sweep_alarm(key: str, impact: str, section: RunbookSection, metric: MetricRef) -> AlarmSpec:
    """Goes off when no sweep has published, for some minutes, what each publishes once.

    `impact` is a sentence: what does not happen then.
    """
    return AlarmSpec(
        key=key,
        meaning=f"No sweep for {_SWEEPLESS_MINUTES} minutes: {impact} Check that the schedule is enabled, "
        "and look in the function's log.",
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
