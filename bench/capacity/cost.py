"""What a fleet costs a month.

Nothing is paid for the stream, whose reads by Lambda are free, for items that expire, and for a queue of dead
letters to which nothing comes.
"""

from collections.abc import Mapping

from bench.capacity import prices
from bench.capacity.alarms import count_metrics_in_alarms
from bench.capacity.fleet import SECONDS_A_MONTH, Fleet
from bench.capacity.functions import (
    APPLY_CHANGED,
    APPLY_REPEATED,
    MEMORY_MB,
    REPORT,
    SIGN_IN,
    SWEEP,
    SWEEP_PAGE,
    Work,
)
from bench.capacity.items import READ_UNIT_BYTES
from bench.capacity.limits import COGNITO_SIGN_INS_PER_SECOND
from bench.capacity.prices import GB
from contract.incidents import LIVE_SHARDS
from contract.metrics import GatewayMetric
from contract.routes import ROUTES
from contract.senders import WAKE_SHARDS

LOG_BYTES = 2_100
"""Of one request: the function's own lines (600 to 900 bytes), Lambda's three, the access log's one."""
PROJECTION_LOG_BYTES = 1_000
"""Of one invocation of the projection: its metrics' line, and Lambda's three."""
ANSWER_BYTES = 1_400
"""Of a sign-in, most of it tokens; a report's answer is smaller. Headers and TLS included."""
METRICS = 47
"""Metrics of our own, every combination of dimensions counted."""
DETAILED_METRICS = len(GatewayMetric) * len(ROUTES)
"""API Gateway's of each route's POST, turned on for its alarms. Two more would come with a cache."""
ANALYSTS = 20
QUERIES_A_DAY = 200
"""By each analyst; a view of a day is 25 of them, and past hours are remembered."""
OVERVIEWS_A_DAY = 100
"""By each analyst: what is open now and who reports, which nobody remembers for more than seconds."""
SWEEPS = SECONDS_A_MONTH / 60
BATCH = 100
"""Runs of one invocation at most."""
PAGE_BYTES = 1_000_000
TABLES_OF_REPORTS = 2
"""That the report function writes: records and runs."""
TABLES_OF_PROJECTION = 3
"""That the projection reads and writes: runs, senders, incidents."""
ENVIRONMENT_HOURS = 2
"""After which Lambda replaces a function's environment; AWS names no number, and only cents depend on it."""
TABLE_KEY_SECONDS = 300
"""For as long DynamoDB keeps a table's key, for a connection with traffic (DynamoDB developer guide,
encryption at rest: how it works) or for a principal (KMS developer guide, how DynamoDB uses KMS)."""


def monthly(fleet: Fleet) -> Mapping[str, float]:
    """Dollars a month by component, once the table holds all that it will."""
    requests = fleet.runs + fleet.reports
    invocations = batches(fleet) + SWEEPS
    return {
        "API Gateway": prices.tiered(requests, prices.API_REQUEST_TIERS)
        + requests * ANSWER_BYTES / GB * prices.TRAFFIC_OUT_GB,
        "Lambda, sign-ins and reports": fleet.runs * SIGN_IN.price(MEMORY_MB)
        + fleet.reports * REPORT.price(MEMORY_MB),
        "Lambda, the projection": projecting(fleet),
        "DynamoDB writes, records": fleet.record_write_units * prices.WRITE_UNIT,
        "DynamoDB writes, runs": fleet.run_write_units * prices.WRITE_UNIT,
        "DynamoDB writes, senders and incidents": fleet.projection_write_units * prices.WRITE_UNIT,
        "DynamoDB storage and backup": fleet.stored_bytes / GB * prices.TABLE_GB_MONTH
        + fleet.backed_up_bytes / GB * prices.BACKUP_GB_MONTH,
        "DynamoDB reads, dashboard": _read_units(fleet) * prices.READ_UNIT,
        "DynamoDB reads, the projection": (fleet.projection_read_units + SWEEPS * sweep_read_units(fleet))
        * prices.READ_UNIT,
        "CloudWatch logs": (requests * LOG_BYTES + invocations * PROJECTION_LOG_BYTES)
        / GB
        * (prices.LOG_GB + prices.LOG_GB_MONTH),
        "API Gateway's detailed metrics": DETAILED_METRICS * prices.METRIC_MONTH,
        "CloudWatch metrics and alarms": METRICS * prices.METRIC_MONTH
        + count_metrics_in_alarms() * prices.ALARM_MONTH
        + prices.COMPOSITE_ALARM_MONTH
        + prices.DASHBOARD_MONTH,
        "Cognito's users": (fleet.servers + ANALYSTS) * prices.ACTIVE_USER_MONTH,
        "Secrets Manager": prices.SECRET_MONTH + cold_starts(fleet) * prices.SECRET_REQUEST,
    }


def batches(fleet: Fleet) -> float:
    """Of the stream, a month: what comes within a second is gathered. Runs are taken to come evenly."""
    rate = fleet.reports / SECONDS_A_MONTH
    return SECONDS_A_MONTH * max(rate / (1 + rate), rate / BATCH)


def projecting(fleet: Fleet) -> float:
    """Dollars a month for the projection's function and its schedule."""
    seconds = (
        fleet.changing * APPLY_CHANGED.milliseconds(MEMORY_MB)
        + (fleet.reports - fleet.changing) * APPLY_REPEATED.milliseconds(MEMORY_MB)
        + SWEEPS * (SWEEP.milliseconds(MEMORY_MB) + _pages(fleet) * SWEEP_PAGE.milliseconds(MEMORY_MB))
    ) / 1000
    return (
        (batches(fleet) + SWEEPS) * prices.FUNCTION_REQUEST
        + MEMORY_MB / 1024 * seconds * prices.FUNCTION_GB_SECOND
        + SWEEPS * prices.SCHEDULED_INVOCATION
    )


def sweep_read_units(fleet: Fleet) -> float:
    """Of one sweep: who is due, every sender's state, and what is open and unknown, counted."""
    return WAKE_SHARDS * 0.5 + state_read_units(fleet) + live_read_units(fleet)


def state_read_units(fleet: Fleet) -> float:
    """To read every sender in the state index: those that are up, and two states that are empty."""
    return max(0.5, fleet.servers * fleet.story.state_entry_bytes / READ_UNIT_BYTES / 2) + 2 * 0.5


def live_read_units(fleet: Fleet) -> float:
    """To read or count what is open: four partitions, and as many of what is unknown."""
    size = fleet.open_incidents * fleet.story.live_entry_bytes
    return max(LIVE_SHARDS * 0.5, size / READ_UNIT_BYTES / 2) + LIVE_SHARDS * 0.5


def rebuild(fleet: Fleet) -> float:
    """Dollars that reading costs when every sender is folded anew."""
    return fleet.rebuild_read_units * prices.READ_UNIT


def monthly_of_key(fleet: Fleet) -> float:
    """Dollars a month that a KMS key of one's own adds (`customerManagedKey`), in its first year."""
    return prices.KEY_MONTH + key_requests(fleet) * prices.KEY_REQUEST


def monthly_of_sign_ins(fleet: Fleet) -> float:
    """Dollars a month for the sign-ins a second that Cognito's quota does not cover, evenly spread."""
    beyond = fleet.runs / SECONDS_A_MONTH - COGNITO_SIGN_INS_PER_SECOND
    return max(0.0, beyond) * prices.SIGN_IN_RATE_MONTH


def key_requests(fleet: Fleet) -> float:
    """At most, a month: a table's key for each environment and each query, and each secret."""
    a_month = SECONDS_A_MONTH / TABLE_KEY_SECONDS
    reporting = min(fleet.reports, environments(fleet.reports, REPORT) * a_month) * TABLES_OF_REPORTS
    # The sweep keeps one environment of the projection in use.
    projecting = environments(fleet.reports, APPLY_REPEATED) * a_month * TABLES_OF_PROJECTION
    looked_at = QUERIES_A_DAY + 2 * OVERVIEWS_A_DAY
    queries = ANALYSTS * looked_at * SECONDS_A_MONTH / 86_400
    return reporting + projecting + queries + cold_starts(fleet)


def cold_starts(fleet: Fleet) -> float:
    """Of the sign-in function, a month; each reads the client secret once."""
    return environments(fleet.runs, SIGN_IN) * SECONDS_A_MONTH / 3600 / ENVIRONMENT_HOURS


def environments(requests: float, work: Work) -> float:
    """How many of a function are busy at once with so many requests a month, evenly spread; one at least."""
    return max(1.0, requests / SECONDS_A_MONTH * work.milliseconds(MEMORY_MB) / 1000)


def _read_units(fleet: Fleet) -> float:
    """Half a unit for 4 KB (eventually consistent, as global indexes are).

    An hour of records by each query; all that is open and every sender by each view of the present.
    """
    hourly_bytes = fleet.records / 730 * fleet.record_bytes
    days = ANALYSTS * 730 / 24
    present = state_read_units(fleet) + live_read_units(fleet)
    return days * (QUERIES_A_DAY * max(0.5, hourly_bytes / 4096 / 2) + OVERVIEWS_A_DAY * present)


def _pages(fleet: Fleet) -> float:
    """Of a sweep's queries, beyond the first of each."""
    size = fleet.servers * fleet.story.state_entry_bytes + fleet.open_incidents * fleet.story.live_entry_bytes
    return size // PAGE_BYTES
