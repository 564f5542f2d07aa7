"""The alarms, as data: what is watched, from where on it is trouble, and what to do then."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from components.functions.route_functions import TIMEOUT_SECONDS
from components.monitoring.specs.metrics import MetricRef, StackMetrics
from components.settings import Settings
from contract.metrics import Dimension, FunctionMetric, GatewayMetric, Metric, Reason, TableMetric
from contract.routes import ROUTES, RouteSpec
from contract.runbook import Section
from contract.table import Index

MINUTE = 60

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
    section: Section
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
        *_build_api_alarms(metrics, settings),
        *_build_function_alarms(metrics, settings),
        *_build_table_alarms(metrics, settings),
        *_build_usage_alarms(metrics, settings),
    )


def _build_api_alarms(metrics: StackMetrics, settings: Settings) -> Iterator[AlarmSpec]:
    # By route: nine requests in ten are sign-ins, and a rate of the whole API would hide that
    # every report fails. Requests to paths that the API does not have belong to no route.
    for route in ROUTES:
        yield from _build_route_alarms(route, metrics, settings)


def _build_route_alarms(route: RouteSpec, metrics: StackMetrics, settings: Settings) -> Iterator[AlarmSpec]:
    requests = metrics.of_route(route, GatewayMetric.COUNT, "Sum")
    yield AlarmSpec(
        key=f"{route.key}-5xx",
        meaning=f"/{route.path} answers with faults of its own, and scripts have to try again. Look at the "
        "function's log for 'failed' and 'not_stored', then at the other alarms that are on.",
        section=Section.SERVER_ERRORS,
        metric=metrics.of_route(route, GatewayMetric.SERVER_ERRORS, "Sum"),
        per=requests,
        threshold=settings.error_rate_alarm_percent,
        unhealthy=True,
    )
    yield AlarmSpec(
        key=f"{route.key}-4xx",
        meaning=f"/{route.path} refuses many requests: a script sends what the contract does not allow, or "
        "has a wrong password. The access log tells status codes and addresses.",
        section=Section.REFUSED_REQUESTS,
        metric=metrics.of_route(route, GatewayMetric.CLIENT_ERRORS, "Sum"),
        per=requests,
        at_least=route.fewest_requests,
        threshold=settings.client_error_rate_alarm_percent,
    )
    yield AlarmSpec(
        key=f"{route.key}-latency",
        meaning=f"/{route.path} answers slowly, and scripts may give up waiting. Compare the integration "
        "latency with the function's duration and the table's throttles.",
        section=Section.LATENCY,
        metric=metrics.of_route(route, GatewayMetric.LATENCY, "p95"),
        threshold=settings.latency_alarm_ms,
        evaluation_periods=3,
        datapoints_to_alarm=2,
        unhealthy=True,
    )


def _build_function_alarms(metrics: StackMetrics, settings: Settings) -> Iterator[AlarmSpec]:
    for route in ROUTES:
        yield AlarmSpec(
            key=f"{route.key}-errors",
            meaning=f"The {route.key} function ends without an answer: it crashed or ran out of time "
            "or memory. Its log tells which.",
            section=Section.FUNCTION_ERRORS,
            metric=metrics.of_function(route, FunctionMetric.ERRORS),
            threshold=settings.function_error_alarm_count,
            unhealthy=True,
        )
        yield AlarmSpec(
            key=f"{route.key}-throttles",
            meaning=f"Lambda turns invocations of the {route.key} function away: the account's "
            "concurrency is used up. Raise the quota, or find what else uses it.",
            section=Section.FUNCTION_THROTTLES,
            metric=metrics.of_function(route, FunctionMetric.THROTTLES),
            threshold=settings.throttle_alarm_count,
            unhealthy=True,
        )
        yield AlarmSpec(
            key=f"{route.key}-duration",
            meaning=f"An invocation of the {route.key} function came near its timeout of "
            f"{TIMEOUT_SECONDS} s; a little slower, and it is cut off. Look for what it waits for.",
            section=Section.FUNCTION_DURATION,
            metric=metrics.of_function(route, FunctionMetric.DURATION, "Maximum"),
            threshold=TIMEOUT_SECONDS * 1000 * settings.duration_alarm_percent / 100,
            unhealthy=True,
        )


def _build_table_alarms(metrics: StackMetrics, settings: Settings) -> Iterator[AlarmSpec]:
    yield AlarmSpec(
        key="table-write-throttles",
        meaning="DynamoDB turns writes to the table away: reports are answered 429 and must be sent "
        "again. Look at the table's consumed capacity and at the account's quota.",
        section=Section.TABLE_THROTTLES,
        metric=metrics.of_table(TableMetric.WRITE_THROTTLES),
        threshold=settings.throttle_alarm_count,
        unhealthy=True,
    )
    for index in Index:
        yield AlarmSpec(
            key=f"{index.lower()}-write-throttles",
            meaning=f"Writes to {index} are held back, and with them those to the table. Look for too many "
            "records of one hour or one folder.",
            section=Section.TABLE_THROTTLES,
            metric=metrics.of_table(TableMetric.WRITE_THROTTLES, index=index),
            threshold=settings.throttle_alarm_count,
            unhealthy=True,
        )
        yield AlarmSpec(
            key=f"{index.lower()}-read-throttles",
            meaning=f"Queries of {index} are turned away: the dashboard is slow or incomplete, "
            "reports are not touched. Look for who reads so much at once.",
            section=Section.TABLE_THROTTLES,
            metric=metrics.of_table(TableMetric.READ_THROTTLES, index=index),
            threshold=settings.throttle_alarm_count,
        )
    for operation, what in (("BatchWriteItem", "writes"), ("Query", "the dashboard's reads")):
        yield AlarmSpec(
            key=f"table-{operation.lower()}-errors",
            meaning=f"DynamoDB itself fails on {what}. Look at the AWS Health Dashboard; what was "
            "answered with an error must be sent again.",
            section=Section.TABLE_ERRORS,
            metric=metrics.of_table(TableMetric.SYSTEM_ERRORS, operation=operation),
            threshold=settings.table_error_alarm_count,
            unhealthy=operation == "BatchWriteItem",
        )


def _build_usage_alarms(metrics: StackMetrics, settings: Settings) -> Iterator[AlarmSpec]:
    yield AlarmSpec(
        key="failed-sign-ins",
        meaning="Wrong passwords out of the ordinary: someone is guessing, or a script has an old "
        "password. The access log of the auth route tells the addresses.",
        section=Section.FAILED_SIGN_INS,
        metric=metrics.published(Metric.SIGN_INS, **{Dimension.OUTCOME: Reason.BAD_CREDENTIALS}),
        threshold=settings.failed_sign_in_alarm_count,
    )
    if settings.heartbeat_minutes:
        yield AlarmSpec(
            key="silence",
            meaning=f"No report and no heartbeat for {settings.heartbeat_minutes} minutes: breaches may go "
            "unseen. Check that the script's schedule runs and that its server reaches the API.",
            section=Section.SILENCE,
            metric=metrics.published(Metric.REPORTS),
            counts_absence=True,
            threshold=1,
            comparison="LessThanThreshold",
            period_seconds=MINUTE,
            evaluation_periods=settings.heartbeat_minutes,
            datapoints_to_alarm=settings.heartbeat_minutes,
            missing_data="breaching",
        )
    if settings.breach_quiet_minutes:
        yield AlarmSpec(
            key="breaches-reported",
            meaning="Files wait longer than their folder's SLA allows. The dashboard tells which, and since "
            f"when. This ends once {settings.breach_quiet_minutes} minutes passed without a breach.",
            section=Section.BREACHES_REPORTED,
            metric=metrics.published(Metric.BREACHED_FOLDERS),
            counts_absence=True,
            threshold=1,
            # One breach in all that time keeps it on, however many reports there are between.
            period_seconds=MINUTE,
            evaluation_periods=settings.breach_quiet_minutes,
            datapoints_to_alarm=1,
        )
