"""What an analyst may read."""

from collections.abc import Sequence
from typing import Final

from components.specs.policy import Allow
from components.tables.specs.tables import Tables
from store.incidents import IncidentIndex
from store.records import Index
from store.senders import SenderIndex

_ALLOW_READING_METRICS: Final = Allow(
    ["cloudwatch:DescribeAlarms", "cloudwatch:GetMetricData", "cloudwatch:ListMetrics"],
    # CloudWatch knows no narrower resource for these: metrics have no ARN, and composite alarms are
    # shown only to those who may see all (DescribeAlarms).
    ["*"],
)


def build_analyst_permissions(tables: Tables) -> Sequence[Allow]:
    """Queries of what a page shows, and metrics; nothing of the runs, which are the projection's alone."""
    return [
        tables.errors.allow_query(*Index),
        tables.senders.allow("Query"),
        tables.senders.allow_query(SenderIndex.STATE),
        tables.incidents.allow("Query"),
        tables.incidents.allow_query(IncidentIndex.LIVE, IncidentIndex.ENDED, IncidentIndex.ID),
        tables.messages.allow("Query"),
        _ALLOW_READING_METRICS,
    ]
