"""What a fleet costs a month."""

from collections.abc import Mapping

from bench.capacity import prices
from bench.capacity.fleet import Fleet
from bench.capacity.functions import MEMORY_MB, REPORT, SIGN_IN
from bench.capacity.prices import GB

LOG_BYTES = 2_100
"""Of one request: the function's own lines (600 to 900 bytes), Lambda's three, the access log's one."""
ANSWER_BYTES = 1_400
"""Of a sign-in, most of it tokens; a report's answer is smaller. Headers and TLS included."""
METRICS = 40
"""Metrics of our own, every combination of dimensions counted."""
METRICS_IN_ALARMS = 26
"""An alarm on a share of the requests reads two, and each is billed. Alarms that are off by default
are counted too."""
ANALYSTS = 20
QUERIES_A_DAY = 200
"""By each analyst; a view of a day is 25 of them, and past hours are remembered."""


def monthly(fleet: Fleet) -> Mapping[str, float]:
    """Dollars a month by component, once the table holds all that it will."""
    requests = fleet.runs + fleet.reports
    return {
        "API Gateway": prices.tiered(requests, prices.API_REQUEST_TIERS)
        + requests * ANSWER_BYTES / GB * prices.TRAFFIC_OUT_GB,
        "Lambda": fleet.runs * SIGN_IN.price(MEMORY_MB) + fleet.reports * REPORT.price(MEMORY_MB),
        "DynamoDB writes": fleet.write_units * prices.WRITE_UNIT,
        "DynamoDB storage": fleet.stored_bytes / GB * (prices.TABLE_GB_MONTH + prices.BACKUP_GB_MONTH),
        "DynamoDB reads": _read_units(fleet) * prices.READ_UNIT,
        "CloudWatch logs": requests * LOG_BYTES / GB * (prices.LOG_GB + prices.LOG_GB_MONTH),
        "CloudWatch metrics and alarms": METRICS * prices.METRIC_MONTH
        + METRICS_IN_ALARMS * prices.ALARM_MONTH
        + prices.COMPOSITE_ALARM_MONTH
        + prices.DASHBOARD_MONTH,
        "Cognito and Secrets Manager": (fleet.accounts + ANALYSTS) * prices.ACTIVE_USER_MONTH
        + prices.SECRET_MONTH,
    }


def _read_units(fleet: Fleet) -> float:
    """An hour of records by each query, half a unit for 4 KB (eventually consistent, as indexes are)."""
    hourly_bytes = fleet.records / 730 * fleet.record_bytes
    return ANALYSTS * QUERIES_A_DAY * 730 / 24 * max(0.5, hourly_bytes / 4096 / 2)
