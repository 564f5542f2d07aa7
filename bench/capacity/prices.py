"""AWS's list prices in us-east-1, in US dollars, without free tiers and discounts.

A date is that of the print in which the price was found. A price without one is stated from knowledge
of the service's pricing page: check it before you rely on it.
"""

from collections.abc import Sequence

MILLION = 1_000_000
GB = 1024**3

API_REQUEST_TIERS: Sequence[tuple[float, float]] = (
    (333 * MILLION, 3.50 / MILLION),
    (667 * MILLION, 2.80 / MILLION),
    (19_000 * MILLION, 2.38 / MILLION),
    (float("inf"), 1.51 / MILLION),
)
"""REST APIs: how many requests a month, and the price of each (AWS whitepaper on private APIs, table 4)."""
FUNCTION_REQUEST = 0.20 / MILLION
FUNCTION_GB_SECOND = 0.0000133334
"""Lambda on arm64, first tier (aws.amazon.com/lambda/pricing; reprinted May 2026)."""
SNAPSHOT_GB_SECOND = 0.0000015046
"""SnapStart: keeping a snapshot of a Python function (reprinted May 2026)."""
SNAPSHOT_RESTORED_GB = 0.0001397998
WRITE_UNIT = 0.625 / MILLION
"""DynamoDB on demand, since November 2024 (reprinted July 2025)."""
READ_UNIT = 0.125 / MILLION
TABLE_GB_MONTH = 0.25
BACKUP_GB_MONTH = 0.20
"""Point-in-time recovery, of tables and local indexes (DynamoDB developer guide: enable point-in-time
recovery); its price is stated from knowledge."""
LOG_GB = 0.50
"""CloudWatch Logs, taken in (February and June 2026)."""
LOG_GB_MONTH = 0.03
METRIC_MONTH = 0.30
"""A custom metric, first tier. API Gateway's metrics by method are billed as such: detailed metrics "incur
additional charges", by CloudWatch's prices (Amazon API Gateway dimensions and metrics)."""
ALARM_MONTH = 0.10
"""For each metric that an alarm reads."""
COMPOSITE_ALARM_MONTH = 0.50
DASHBOARD_MONTH = 3.00
SECRET_MONTH = 0.40
SECRET_REQUEST = 0.05 / 10_000
KEY_MONTH = 1.00
"""KMS, a customer managed key (March and June 2026). Each of the first two yearly renewals of its material
adds as much, later ones nothing (since April 2024)."""
KEY_REQUEST = 0.03 / 10_000
"""A symmetric request to KMS (March and June 2026)."""
ACTIVE_USER_MONTH = 0.015
"""Cognito Essentials, each user that signs in that month. Some are free, which is not counted."""
SIGN_IN_RATE_MONTH = 20.00
"""Cognito: each sign-in a second above the quota, for a whole month (AWS, What's new, 25 January 2024)."""
SCHEDULED_INVOCATION = 1.00 / MILLION
"""EventBridge Scheduler, beyond the 14 million that are free each month (March 2026)."""
MAIL = 0.10 / 1_000
"""Amazon SES, each recipient of a mail; stated from knowledge."""
TRAFFIC_OUT_GB = 0.09
"""First tier (May 2025)."""


def tiered(amount: float, tiers: Sequence[tuple[float, float]]) -> float:
    """The price of an amount whose parts fall into tiers, the first tier first."""
    price = 0.0
    for size, each in tiers:
        part = min(amount, size)
        price += part * each
        amount -= part
    return price
