"""What a fleet costs a month."""

from collections.abc import Mapping

from bench.capacity import prices
from bench.capacity.alarms import count_metrics_in_alarms
from bench.capacity.fleet import SECONDS_A_MONTH, Fleet
from bench.capacity.functions import MEMORY_MB, REPORT, SIGN_IN, Work
from bench.capacity.prices import GB
from contract.metrics import GatewayMetric
from contract.routes import ROUTES

LOG_BYTES = 2_100
"""Of one request: the function's own lines (600 to 900 bytes), Lambda's three, the access log's one."""
ANSWER_BYTES = 1_400
"""Of a sign-in, most of it tokens; a report's answer is smaller. Headers and TLS included."""
METRICS = 47
"""Metrics of our own, every combination of dimensions counted."""
DETAILED_METRICS = len(GatewayMetric) * len(ROUTES)
"""API Gateway's of each route's POST, turned on for its alarms. Two more would come with a cache."""
ANALYSTS = 20
QUERIES_A_DAY = 200
"""By each analyst; a view of a day is 25 of them, and past hours are remembered."""
ENVIRONMENT_HOURS = 2
"""After which Lambda replaces a function's environment; AWS names no number, and only cents depend on it."""
TABLE_KEY_SECONDS = 300
"""For as long DynamoDB keeps a table's key, for a connection with traffic (DynamoDB developer guide,
encryption at rest: how it works) or for a principal (KMS developer guide, how DynamoDB uses KMS)."""


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
        "API Gateway's detailed metrics": DETAILED_METRICS * prices.METRIC_MONTH,
        "CloudWatch metrics and alarms": METRICS * prices.METRIC_MONTH
        + count_metrics_in_alarms() * prices.ALARM_MONTH
        + prices.COMPOSITE_ALARM_MONTH
        + prices.DASHBOARD_MONTH,
        "Cognito and Secrets Manager": (fleet.accounts + ANALYSTS) * prices.ACTIVE_USER_MONTH
        + prices.SECRET_MONTH
        + cold_starts(fleet) * prices.SECRET_REQUEST,
    }


def monthly_of_key(fleet: Fleet) -> float:
    """Dollars a month that a KMS key of one's own adds (`customerManagedKey`), in its first year."""
    return prices.KEY_MONTH + key_requests(fleet) * prices.KEY_REQUEST


def key_requests(fleet: Fleet) -> float:
    """At most, a month: the table's key for each environment that writes and each query, and each secret."""
    refreshes = environments(fleet.reports, REPORT) * SECONDS_A_MONTH / TABLE_KEY_SECONDS
    queries = ANALYSTS * QUERIES_A_DAY * SECONDS_A_MONTH / 86_400
    return min(fleet.reports, refreshes) + queries + cold_starts(fleet)


def cold_starts(fleet: Fleet) -> float:
    """Of the sign-in function, a month; each reads the client secret once."""
    return environments(fleet.runs, SIGN_IN) * SECONDS_A_MONTH / 3600 / ENVIRONMENT_HOURS


def environments(requests: float, work: Work) -> float:
    """How many of a function are busy at once with so many requests a month, evenly spread; one at least."""
    return max(1.0, requests / SECONDS_A_MONTH * work.milliseconds(MEMORY_MB) / 1000)


def _read_units(fleet: Fleet) -> float:
    """An hour of records by each query, half a unit for 4 KB (eventually consistent, as indexes are)."""
    hourly_bytes = fleet.records / 730 * fleet.record_bytes
    return ANALYSTS * QUERIES_A_DAY * 730 / 24 * max(0.5, hourly_bytes / 4096 / 2)
