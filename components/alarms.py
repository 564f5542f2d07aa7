"""The alarms, as data: what is watched, from where on it is trouble, and what to do then."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from components.functions import TIMEOUT_SECONDS
from components.metrics import MetricRef, Watched
from components.settings import Settings
from handlers.names import Dimension, FunctionMetric, GatewayMetric, Index, Metric, Route
from handlers.web.errors import SignInFailed

MINUTE = 60
_FEWEST_TO_JUDGE_BY = {Route.AUTH: 20, Route.FILE_SLA_ERROR: 5}
"""Requests to a route from which on the share of refused ones says something. People mistype
passwords; reports come from scripts alone, and most runs find nothing to report."""

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
    section: str
    """The heading of the runbook that goes on from there."""
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


def alarm_specs(watched: Watched, settings: Settings) -> tuple[AlarmSpec, ...]:
    """Every alarm of a stack."""
    return (
        *_api_alarms(watched, settings),
        *_function_alarms(watched, settings),
        *_table_alarms(watched, settings),
        *_usage_alarms(watched, settings),
    )


def _api_alarms(watched: Watched, settings: Settings) -> Iterator[AlarmSpec]:
    # By route: nine requests in ten are sign-ins, and a rate of the whole API would hide that
    # every report fails. Requests to paths that the API does not have belong to no route.
    for route in watched.routes:
        yield from _route_alarms(route, watched, settings)


def _route_alarms(route: str, watched: Watched, settings: Settings) -> Iterator[AlarmSpec]:
    key = route.replace("_", "-")
    requests = watched.method(route, GatewayMetric.COUNT, "Sum")
    yield AlarmSpec(
        key=f"{key}-5xx",
        meaning=f"/{route} answers with faults of its own, and scripts have to try again. Look at the "
        "function's log for 'failed' and 'not_stored', then at the other alarms that are on.",
        section="api-5xx",
        metric=watched.method(route, GatewayMetric.SERVER_ERRORS, "Sum"),
        per=requests,
        threshold=settings.error_rate_alarm_percent,
        unhealthy=True,
    )
    yield AlarmSpec(
        key=f"{key}-4xx",
        meaning=f"/{route} refuses many requests: a script sends what the contract does not allow, or has "
        "a wrong password. The access log tells status codes and addresses.",
        section="api-4xx",
        metric=watched.method(route, GatewayMetric.CLIENT_ERRORS, "Sum"),
        per=requests,
        at_least=_FEWEST_TO_JUDGE_BY[route],
        threshold=settings.client_error_rate_alarm_percent,
    )
    yield AlarmSpec(
        key=f"{key}-latency",
        meaning=f"/{route} answers slowly, and scripts may give up waiting. Compare the integration "
        "latency with the function's duration and the table's throttles.",
        section="latency",
        metric=watched.method(route, GatewayMetric.LATENCY, "p95"),
        threshold=settings.latency_alarm_ms,
        evaluation_periods=3,
        datapoints_to_alarm=2,
        unhealthy=True,
    )


def _function_alarms(watched: Watched, settings: Settings) -> Iterator[AlarmSpec]:
    for key in watched.function_names:
        yield AlarmSpec(
            key=f"{key}-errors",
            meaning=f"The {key} function ends without an answer: it crashed or ran out of time "
            "or memory. Its log tells which.",
            section="function-errors",
            metric=watched.function(key, FunctionMetric.ERRORS),
            threshold=settings.function_error_alarm_count,
            unhealthy=True,
        )
        yield AlarmSpec(
            key=f"{key}-throttles",
            meaning=f"Lambda turns invocations of the {key} function away: the account's "
            "concurrency is used up. Raise the quota, or find what else uses it.",
            section="function-throttles",
            metric=watched.function(key, FunctionMetric.THROTTLES),
            threshold=settings.throttle_alarm_count,
            unhealthy=True,
        )
        yield AlarmSpec(
            key=f"{key}-duration",
            meaning=f"An invocation of the {key} function came near its timeout of {TIMEOUT_SECONDS} s; "
            "a little slower, and it is cut off. Look for what it waits for.",
            section="function-duration",
            metric=watched.function(key, FunctionMetric.DURATION, "Maximum"),
            threshold=TIMEOUT_SECONDS * 1000 * settings.duration_alarm_percent / 100,
            unhealthy=True,
        )


def _table_alarms(watched: Watched, settings: Settings) -> Iterator[AlarmSpec]:
    yield AlarmSpec(
        key="table-write-throttles",
        meaning="DynamoDB turns writes to the table away: reports are answered 429 and must be sent "
        "again. Look at the table's consumed capacity and at the account's quota.",
        section="table-throttles",
        metric=watched.table("WriteThrottleEvents"),
        threshold=settings.throttle_alarm_count,
        unhealthy=True,
    )
    for index in (Index.AFFECTED_DATE, Index.FOLDER):
        yield AlarmSpec(
            key=f"{index.lower()}-write-throttles",
            meaning=f"Writes to {index} are held back, and with them those to the table. Look for too many "
            "records of one hour or one folder.",
            section="table-throttles",
            metric=watched.table("WriteThrottleEvents", index),
            threshold=settings.throttle_alarm_count,
            unhealthy=True,
        )
        yield AlarmSpec(
            key=f"{index.lower()}-read-throttles",
            meaning=f"Queries of {index} are turned away: the dashboard is slow or incomplete, "
            "reports are not touched. Look for who reads so much at once.",
            section="table-throttles",
            metric=watched.table("ReadThrottleEvents", index),
            threshold=settings.throttle_alarm_count,
        )
    for operation, what in (("BatchWriteItem", "writes"), ("Query", "the dashboard's reads")):
        yield AlarmSpec(
            key=f"table-{operation.lower()}-errors",
            meaning=f"DynamoDB itself fails on {what}. Look at the AWS Health Dashboard; what was "
            "answered with an error must be sent again.",
            section="table-errors",
            metric=watched.table("SystemErrors", Operation=operation),
            threshold=settings.table_error_alarm_count,
            unhealthy=operation == "BatchWriteItem",
        )


def _usage_alarms(watched: Watched, settings: Settings) -> Iterator[AlarmSpec]:
    yield AlarmSpec(
        key="failed-sign-ins",
        meaning="Wrong passwords out of the ordinary: someone is guessing, or a script has an old "
        "password. The access log of the auth route tells the addresses.",
        section="failed-sign-ins",
        metric=watched.own(Metric.SIGN_INS, **{Dimension.OUTCOME: SignInFailed.reason}),
        threshold=settings.failed_sign_in_alarm_count,
    )
    if settings.heartbeat_minutes:
        yield AlarmSpec(
            key="silence",
            meaning=f"No report and no heartbeat for {settings.heartbeat_minutes} minutes: breaches may go "
            "unseen. Check that the script's schedule runs and that its server reaches the API.",
            section="silence",
            metric=watched.own(Metric.REPORTS),
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
            section="breaches-reported",
            metric=watched.own(Metric.BREACHED_FOLDERS),
            counts_absence=True,
            threshold=1,
            # One breach in all that time keeps it on, however many reports there are between.
            period_seconds=MINUTE,
            evaluation_periods=settings.breach_quiet_minutes,
            datapoints_to_alarm=1,
        )
