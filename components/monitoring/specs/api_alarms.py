"""Alarms on the routes of the API."""

from collections.abc import Iterator

from components.monitoring.specs.alarm_spec import AlarmSpec
from components.monitoring.specs.metrics import StackMetrics
from components.settings import Settings
from contract.metrics import Dimension, GatewayMetric, Metric, Reason
from contract.names import RunbookSection
from contract.routes import ROUTES, RouteSpec


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
