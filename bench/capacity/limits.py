"""Which limit binds first when a fleet's runs fall together, and what lifts it."""

from collections.abc import Sequence
from dataclasses import dataclass

from bench.capacity.fleet import Fleet
from bench.capacity.functions import APPLY_CHANGED, APPLY_REPEATED, MEMORY_MB, REPORT, SIGN_IN
from bench.capacity.stack import SENDERS
from contract.senders import SenderIndex

COGNITO_SIGN_INS_PER_SECOND = 120
"""Quota UserAuthentication, per account and region (Amazon Cognito quotas)."""
GATEWAY_REQUESTS_PER_SECOND = 10_000
"""Of all APIs of an account and region (API Gateway quotas)."""
CONCURRENCY = 1_000
"""Of all functions of an account and region, once it has some history (Lambda quotas)."""
PARTITION_WRITE_UNITS = 1_000
"""A second, of one partition (DynamoDB developer guide); all records of an hour share one in an index."""
TABLE_WRITE_UNITS = 40_000
"""A second, of one on-demand table or index (DynamoDB quotas)."""
STREAM_SHARDS = 1
"""Of the stream of runs; Lambda takes one batch of each at a time. A stream has one for each partition of its
table. AWS does not say how many a table begins with, so the model reckons with the least."""


@dataclass(frozen=True)
class Throttle:
    """Our own throttling of a route: a token bucket."""

    rate: float
    burst: float

    def within(self, seconds: float) -> float:
        """How many requests it lets through in that time."""
        return self.rate * seconds + self.burst


@dataclass(frozen=True)
class Throttles:
    """What a stack configures; the defaults are those of Pulumi.yaml."""

    auth: Throttle
    report: Throttle


@dataclass(frozen=True)
class Use:
    """How much of a limit is used at the peak; above 1 it binds."""

    limit: str
    share: float
    lifted_by: str
    delays: bool = False
    """Whether above 1 nothing is refused, and only what is shown is late."""


def uses(fleet: Fleet, throttles: Throttles) -> Sequence[Use]:
    """Every limit at the peak of one interval, the first to bind first."""
    window = fleet.start_window_seconds
    sign_ins, reports = fleet.servers, fleet.servers * fleet.reporting
    concurrent = (
        sign_ins * SIGN_IN.milliseconds(MEMORY_MB) + reports * REPORT.milliseconds(MEMORY_MB)
    ) / 1000
    index_units = fleet.servers * fleet.folders * fleet.in_breach * fleet.record_units
    found = [
        Use(
            "our throttle of sign-ins",
            sign_ins / throttles.auth.within(window),
            "authRateLimit, authBurstLimit; a random delay of the scheduled task",
        ),
        Use(
            "our throttle of reports",
            reports / throttles.report.within(window),
            "reportRateLimit, reportBurstLimit",
        ),
        Use(
            "Cognito's sign-ins",
            sign_ins / window / COGNITO_SIGN_INS_PER_SECOND,
            "a random delay; a bought quota; keeping the token for its hour in the script",
        ),
        Use(
            "API Gateway's requests",
            (sign_ins + reports) / window / GATEWAY_REQUESTS_PER_SECOND,
            "a quota request",
        ),
        Use("Lambda's concurrency", concurrent / window / CONCURRENCY, "a quota request"),
        Use(
            "the index partition of the hour",
            index_units / window / PARTITION_WRITE_UNITS,
            "retries up to the function's time-out; beyond, a shard in AffectedDate",
        ),
        Use(
            "the stream of runs",
            seconds_to_apply(fleet) / window,
            "batches of one shard side by side (parallelization_factor); more partitions of the table",
            delays=True,
        ),
        Use(
            "the partition of senders that are up",
            state_units(fleet) / window / PARTITION_WRITE_UNITS,
            "a shard in State",
            delays=True,
        ),
        Use("the table's write units", index_units / window / TABLE_WRITE_UNITS, "a quota request"),
    ]
    return sorted(found, key=lambda use: use.share, reverse=True)


def seconds_to_store(fleet: Fleet) -> float:
    """How long the hour's index partition takes to store what one interval reports, however it arrives."""
    return fleet.servers * fleet.folders * fleet.in_breach * fleet.record_units / PARTITION_WRITE_UNITS


def seconds_to_apply(fleet: Fleet) -> float:
    """How long the projection takes to apply the runs of one interval. In a storm each opens incidents."""
    work = APPLY_CHANGED if fleet.storm else APPLY_REPEATED
    return fleet.servers * fleet.reporting * work.milliseconds(MEMORY_MB) / 1000 / STREAM_SHARDS


def state_units(fleet: Fleet) -> float:
    """Write units of the state index that the runs of one interval take: all in one partition."""
    used = fleet.story.opens if fleet.storm else fleet.story.repeated
    return fleet.servers * fleet.reporting * used.written[SENDERS.table_name, SenderIndex.STATE]
